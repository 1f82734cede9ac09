"""TRAINING: features and settings → run folder; the training loop, run folders, health checks, `vconv info`."""
