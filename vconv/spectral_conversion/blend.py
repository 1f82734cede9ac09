"""The target of a conversion: one speaker of the model, or a blend of several."""

from typing import NamedTuple


class Blend(NamedTuple):
    """Weights of a model's speakers; whatever describes a speaker is blended by `mean`.

    Attributes
    ----------
    weights : tuple of (int, float)
        Numbers of speakers and their weights, which are above 0 and whose sum is 1.
    """

    weights: tuple

    @classmethod
    def of(cls, number):
        """Return the blend that is one speaker alone, by its number."""
        return cls(((int(number), 1.0),))

    def mean(self, values):
        """Return the weighted mean over speakers of `values` [S, …]; that of one speaker alone is exactly its value."""
        return sum(weight * values[number] for number, weight in self.weights)
