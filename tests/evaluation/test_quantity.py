"""How numbers are written."""

import pytest

from vconv.evaluation.quantity import HIGHER, Quantity

SHARE = Quantity("a", "share", "%", HIGHER, 1, 100.0)


@pytest.mark.parametrize(
    ("quantity", "value", "text"),
    [
        (Quantity("a", "a"), -1.364, "−1.36"),
        (Quantity("a", "a"), -0.0001, "0.00"),
        (SHARE, 0.345, "34.5"),
        (Quantity("a", "a", "cents", decimals=0), 1036.4, "1,036"),
    ],
)
def test_numbers_are_written_in_their_unit(quantity, value, text):
    assert quantity.text(value) == text


def test_the_heading_has_label_unit_and_direction():
    assert str(SHARE) == "share / %" and SHARE.heading == "share / % ↑"
    assert Quantity("a", "b").heading == "b ↓"


@pytest.mark.parametrize(
    ("value", "interval", "text"),
    [
        (0.5, (0.25, 0.75), "50.0 ±25.0"),
        (0.5, (None, None), "50.0"),
        (0.5, None, "50.0"),
        (None, None, "-"),
    ],
)
def test_half_of_the_interval(value, interval, text):
    assert SHARE.with_spread(value, interval) == text
