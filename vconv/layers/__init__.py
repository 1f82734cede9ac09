"""LAYERS: Keras layers that more than one network uses; `keras.layers` and `keras.ops` only."""
