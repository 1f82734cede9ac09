"""Objective measures of converted speech. None of them needs TensorFlow."""
