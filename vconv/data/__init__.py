"""TRAINING DATA: from the feature file to the batches a model trains on, one module for each kind of data."""
