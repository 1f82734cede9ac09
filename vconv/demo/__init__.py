"""DEMO: a page in the browser that records, converts and plays, and the server behind it."""
