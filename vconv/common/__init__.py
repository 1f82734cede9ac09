"""COMMON: errors, settings, files on disk, worker processes and plots that several rooms use; without TensorFlow."""
