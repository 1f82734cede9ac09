"""Sound: audio files, WORLD analysis and synthesis, pitch and mel-cepstra, all in NumPy."""
