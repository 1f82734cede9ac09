"""How good and how varied generated samples are: pure functions on arrays, which know neither files nor TensorFlow."""
