"""A listening test as one page, and the scores of those who took it."""
