"""Quality and diversity of generated samples: pure functions on arrays, without files and without TensorFlow."""
