"""The newest values of a sequence that grows without end, in constant memory."""

import numpy as np


class Ring:
    """Keeps the newest values.

    Parameters
    ----------
    values : int
        Kept at most.
    shape : tuple of int
        Of one value.
    dtype : type

    Attributes
    ----------
    count : int
        Number of values that were added, forgotten ones included.
    """

    def __init__(self, values, shape=(), dtype=float):
        self._values, self.count = np.zeros((values, *shape), dtype), 0

    def add(self, value):
        """Add a value."""
        self._values[self.count % len(self._values)] = value
        self.count += 1

    @property
    def known(self):
        """The values [n, …] that are kept, in no order; a view."""
        return self._values[: self.count]
