"""Analysis by synthesis: each iteration brings the envelope of the signal nearer to the desired one, within limits."""

import numpy as np
import pytest
from voice import voice

from vconv.audio import mel_cepstrum, resynthesis, world

RATE, PERIOD = 16000, 5.0


@pytest.fixture(scope="module")
def analysis():
    glide = np.geomspace(110, 220, 16000)
    return world.analyze(voice(glide), RATE, 60, 500)


def vocoder(analysis):
    return lambda spectrum: world.synthesize(analysis.f0_hz, spectrum, analysis.aperiodicity, RATE)


def iterate(analysis, render, iterations):
    return resynthesis.resynthesize(render, analysis.spectrum, analysis.f0_hz, RATE, PERIOD, iterations)


def distance_db(y, analysis):
    """Return the distance of the envelope of a signal from the desired one, without both ends."""
    measured = world.estimate_spectrum(y, analysis.f0_hz, RATE)
    off = np.subtract(*(mel_cepstrum.from_spectrum(part, 24)[10:-10, 1:] for part in (measured, analysis.spectrum)))
    return 10 / np.log(10) * np.sqrt(2 * np.square(off).sum(axis=1)).mean()


def test_without_iterations_it_is_the_vocoders_signal(analysis):
    render = vocoder(analysis)
    np.testing.assert_array_equal(iterate(analysis, render, 0), render(analysis.spectrum))


def test_each_iteration_brings_the_envelope_nearer_to_the_desired_one(analysis):
    none, one, two = (
        distance_db(iterate(analysis, vocoder(analysis), iterations), analysis) for iterations in range(3)
    )
    assert one < 0.7 * none and two < 0.9 * one


@pytest.mark.parametrize(("error", "factor"), [(1 / 4, 4**resynthesis.STEP), (4, 4**-resynthesis.STEP), (1e-9, 10)])
def test_the_envelope_is_corrected_by_the_inverse_of_its_error_within_limits(analysis, monkeypatch, error, factor):
    rendered = []
    monkeypatch.setattr(world, "estimate_spectrum", lambda *_: analysis.spectrum * error)
    iterate(analysis, lambda spectrum: rendered.append(spectrum), 1)
    np.testing.assert_array_equal(rendered[0], analysis.spectrum)
    np.testing.assert_allclose(rendered[1] / rendered[0], factor, rtol=1e-6)


@pytest.mark.parametrize("rate", [8000, 44100])
def test_silence_and_weak_noise_stay_finite_and_quiet(rate):
    y = np.concatenate([np.zeros(rate // 4), np.random.default_rng(0).standard_normal(rate // 4) * 1e-3])
    found = world.analyze(y, rate, 60, 500)

    def render(spectrum):
        return world.synthesize(found.f0_hz, spectrum, found.aperiodicity, rate)

    once = resynthesis.resynthesize(render, found.spectrum, found.f0_hz, rate, PERIOD)
    assert np.isfinite(once).all() and np.abs(once).max() < 0.02
