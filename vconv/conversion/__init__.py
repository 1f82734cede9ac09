"""CONVERSION: converting recordings to another speaker's voice with a trained model; vocoders and their export."""
