"""PREPARATION: a folder of recordings → a corpus of utterances, its corpus.yaml and a run.sh that trains on it."""
