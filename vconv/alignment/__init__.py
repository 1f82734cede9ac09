"""ALIGNMENT: frame pairs of speakers who read different sentences, and affine transforms (docs/alignment.md)."""
