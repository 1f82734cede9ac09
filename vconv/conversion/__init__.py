"""CONVERSION: a run folder and recordings → the same utterances in another speaker's voice."""
