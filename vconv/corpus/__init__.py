"""CORPUS: a corpus.yaml and the recordings it describes; fetching a corpus' archives."""
