"""CORPUS: the corpus.yaml, the recordings that it describes, and the download of their archives."""
