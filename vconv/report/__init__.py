"""The report: one HTML page with the scores, recordings and pictures of an evaluation."""
