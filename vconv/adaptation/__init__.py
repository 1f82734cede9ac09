"""ADAPTATION: seconds of speech of a new speaker + a voice file with a codebook → a voice file with that speaker."""
