"""Objective measures of converted speech, none of which needs TensorFlow."""
