"""SPECTRAL CONVERSION: spectral features of one speaker → those of another, by a trained network."""
