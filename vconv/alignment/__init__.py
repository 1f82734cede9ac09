"""ALIGNMENT: frames of speakers who said different sentences, matched by what is said in them (docs/alignment.md)."""
