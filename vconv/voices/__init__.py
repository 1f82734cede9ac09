"""READY VOICES: a trained run packed into one file, which converts without the run folder; *.vconv here ship."""
