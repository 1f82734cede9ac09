"""TRAINING: features and settings → a run folder with checkpoints, epoch by epoch."""
