"""One page of an evaluation, to look at and listen to."""
