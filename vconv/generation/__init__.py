"""GENERATION: sound from noise by a trained DCGAN, and measures of the generated samples."""
