"""LAYERS: Keras layers that the models are built of, and checks of stacks of transposed convolutions."""
