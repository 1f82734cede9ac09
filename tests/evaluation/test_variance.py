"""Global variance and modulation spectrum: known factors, known frequencies."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.evaluation import variance

FRAMES_A_SECOND = 200


def trajectory(frames=400, orders=24, seed=0):
    return np.random.default_rng(seed).standard_normal((frames, orders)).cumsum(axis=0)


@settings(max_examples=30, deadline=None)
@given(factor=st.floats(0.1, 5))
def test_scaling_the_deviation_by_g_gives_2_ln_g(factor):
    natural = trajectory()
    moved = 3 + factor * (natural - 3)  # the mean does not count
    found = [variance.global_variance(one) for one in (moved, natural)]
    assert variance.mean_over_orders(*found) == pytest.approx(2 * np.log(factor))
    assert variance.rms_over_orders(*found) == pytest.approx(abs(2 * np.log(factor)))


def test_errors_that_cancel_in_the_mean_show_in_the_rms():
    ratios = np.exp([0.5, -0.5, 1.0, -1.0])
    assert variance.mean_over_orders(ratios, np.ones(4)) == pytest.approx(0)
    assert variance.rms_over_orders(ratios, np.ones(4)) == pytest.approx(np.sqrt((0.25 + 1) / 2))


def test_resamples_are_taken_one_by_one():
    many = np.random.default_rng(0).uniform(1, 2, (5, 24))
    assert np.allclose(
        variance.mean_over_orders(many, np.ones(24)), [variance.mean_over_orders(one, np.ones(24)) for one in many]
    )
    spectra = np.random.default_rng(0).uniform(1, 2, (5, 24, 5))
    assert np.allclose(
        variance.modulation_distance_db(spectra, spectra[::-1]),
        [variance.modulation_distance_db(*two) for two in zip(spectra, spectra[::-1], strict=True)],
    )


@pytest.mark.parametrize(("hertz", "band"), [(4.0, 0), (9.0, 1), (18.0, 2), (36.0, 3), (80.0, 4)])
def test_a_sine_lies_in_its_band(hertz, band):
    time = np.arange(800) / FRAMES_A_SECOND
    power = variance.modulation_spectrum(np.stack([np.sin(2 * np.pi * hertz * time), 0 * time], axis=1))
    assert power.shape == (2, 5) and power[0].argmax() == band and not power[1].any()


def test_scaling_a_trajectory_is_a_distance_in_db():
    natural = variance.modulation_spectrum(trajectory())
    tenfold = variance.modulation_spectrum(10 * trajectory())
    assert variance.modulation_distance_db(natural, natural) == 0
    assert variance.modulation_distance_db(tenfold, natural) == pytest.approx(20)


def test_smoothing_takes_the_fast_movements():
    natural = trajectory(2000, 3)
    smooth = np.apply_along_axis(lambda x: np.convolve(x, np.ones(9) / 9, mode="same"), 0, natural)
    change = np.log(variance.modulation_spectrum(smooth) / variance.modulation_spectrum(natural)).mean(axis=0)
    assert change[0] > -0.1 and change[-1] < -2 and change[3] < change[1]


def test_a_short_trajectory_has_a_spectrum_too():
    assert np.isfinite(variance.modulation_spectrum(trajectory(3))).all()
    assert (variance.modulation_spectrum(trajectory(3)) > 0).all()
