"""Pitch and strength of a conversion: limits, ends, and monotone between them."""

import math

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.conversion.controls import Controls

SOURCE_HZ, CONVERTED_HZ = np.array([0.0, 100.0, 120.0]), np.array([0.0, 200.0, 240.0])


@pytest.mark.parametrize("changes", [{"semitones": 24.5}, {"semitones": math.nan}, {"strength": -0.1}])
def test_impossible_controls_are_refused(changes):
    with pytest.raises(VconvError, match=f"{next(iter(changes))} is .*; give a number from"):
        Controls(**changes).checked()


@pytest.mark.parametrize(("strength", "expected"), [(0.0, 1), (0.5, math.sqrt(2)), (1.0, 2)])
@pytest.mark.parametrize(("semitones", "factor"), [(0, 1), (12, 2), (-12, 0.5), (0.5, 2 ** (1 / 24))])
def test_f0_is_interpolated_in_octaves_and_then_shifted(strength, expected, semitones, factor):
    found = Controls(semitones, strength).f0_hz(SOURCE_HZ, CONVERTED_HZ)
    np.testing.assert_allclose(found, SOURCE_HZ * expected * factor, rtol=1e-12)


def test_the_ends_of_strength_are_exact():
    source, converted = np.random.default_rng(0).uniform(1e-10, 1, (2, 5, 9))
    assert np.array_equal(Controls(strength=0.0).spectrum(source, converted), source)
    assert np.array_equal(Controls(strength=1.0).spectrum(source, converted), converted)
    assert np.array_equal(Controls().f0_hz(SOURCE_HZ, CONVERTED_HZ), CONVERTED_HZ)


def test_spectra_are_monotone_in_strength():
    source, converted = np.random.default_rng(0).uniform(1e-10, 1, (2, 5, 9))
    steps = np.array([Controls(strength=s).spectrum(source, converted) for s in np.linspace(0, 1, 9)])
    differences = np.diff(np.log(steps), axis=0)
    np.testing.assert_allclose(differences, np.tile(np.log(converted / source) / 8, (8, 1, 1)), rtol=1e-6)


def test_what_differs_from_a_full_conversion_is_told():
    assert str(Controls()) == ""
    assert str(Controls(2, 0.5)) == ", strength 0.5, pitch +2 semitones"
    assert str(Controls(-0.5)) == ", pitch -0.5 semitones"
