"""The delay between a sample that goes in and the sample that comes out for it, term by term."""

from typing import NamedTuple


class Latency(NamedTuple):
    """A declared delay.

    Attributes
    ----------
    terms : tuple of (str, float)
        What takes time, and milliseconds.
    rate : int
        Sample rate of input and output, in Hz.
    """

    terms: tuple
    rate: int

    @property
    def ms(self):
        """Their sum, in milliseconds."""
        return sum(ms for _, ms in self.terms)

    @property
    def samples(self):
        """Their sum, in samples, rounded up."""
        return -int(-round(self.ms * self.rate / 1000, 6) // 1)

    def __str__(self):
        terms = ", ".join(f"{name} {ms:.1f}" for name, ms in self.terms)
        return f"{self.ms:.0f} ms ({terms})"
