"""DIAGNOSIS: recordings → what is wrong with them, in sentences with file, second and remedy."""
