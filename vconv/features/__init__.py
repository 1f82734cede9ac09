"""FEATURES: a corpus of recordings → one HDF5 file of features, and its statistics; without TensorFlow."""
