"""AUDIO: signals as NumPy arrays: audio files, WORLD, F0, filtering, mel-cepstra, mel spectrograms, images."""
