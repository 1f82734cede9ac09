"""What a page asks for, as the texts of a query or the values of a JSON object."""

from vconv.common.errors import VconvError
from vconv.conversion.controls import Controls

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 8000, 192_000


def controls_of(values):
    """Return the `Controls` in a mapping; VconvError if a value is no number or beyond its limits."""
    try:
        return Controls(float(values.get("semitones", 0)), float(values.get("strength", 1))).checked()
    except (TypeError, ValueError) as error:
        raise VconvError(f"semitones and strength must be numbers ({error}); give numbers or leave them out") from error


def rate_of(values):
    """Return the sample rate in a mapping, in Hz; VconvError if it is no whole number within the limits."""
    text = values.get("rate", "")
    if text.isascii() and text.isdecimal() and LOWEST_RATE_HZ <= int(text[:9]) <= HIGHEST_RATE_HZ:
        return int(text)
    raise VconvError(f"rate is {text[:20]!r}; give a whole number of Hz from {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}")
