"""Features: from a corpus of recordings to one HDF5 file and its statistics; knows no TensorFlow."""
