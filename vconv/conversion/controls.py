"""What a user changes of a conversion: the pitch, and how much of the conversion is applied."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError

LARGEST_SHIFT = 24.0  # semitones


class Controls(NamedTuple):
    """The controls of a conversion.

    Attributes
    ----------
    semitones : float
        Shift of the converted pitch, from −24 to 24.
    strength : float
        From 0, the source's own spectrum and pitch, to 1, the full conversion. Between them, log spectrum and log-F0
        are interpolated.
    """

    semitones: float = 0.0
    strength: float = 1.0

    def checked(self):
        """Return the controls; VconvError unless both are within their limits."""
        if not -LARGEST_SHIFT <= self.semitones <= LARGEST_SHIFT:
            raise VconvError(f"semitones is {self.semitones!r}; give a number from -24 to 24")
        if not 0 <= self.strength <= 1:
            raise VconvError(f"strength is {self.strength!r}; give a number from 0 (the source) to 1 (the target)")
        return self

    def spectrum(self, source, converted):
        """Return the power spectrum [T, K] between that of the source and the converted one, [T, K] each."""
        return _between(source, converted, self.strength)

    def f0_hz(self, source, converted):
        """Return the F0 [T] between that of the source and the converted one, shifted by `semitones`; 0 stays 0."""
        voiced, f0_hz = source > 0, np.zeros(len(source))
        f0_hz[voiced] = _between(source[voiced], converted[voiced], self.strength)
        return f0_hz * 2 ** (self.semitones / 12)

    def __str__(self):
        """Return what differs from a full conversion, such as ", strength 0.5, pitch +2 semitones"; "" if nothing."""
        strength = f", strength {self.strength:g}" if self.strength != 1 else ""
        return strength + (f", pitch {self.semitones:+g} semitones" if self.semitones else "")


UNCHANGED = Controls()


def _between(source, converted, strength):
    """Return the geometric interpolation of two positive arrays; exactly one of them for the strengths 0 and 1."""
    if strength in (0, 1):
        return converted if strength else source
    return source ** (1 - strength) * converted**strength
