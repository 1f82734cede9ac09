"""The envelope that is heard comes nearer the one that was asked for, within limits."""

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


def refine(analysis, render, rounds):
    return resynthesis.resynthesize(render, analysis.spectrum, analysis.f0_hz, RATE, PERIOD, rounds)


def distance_db(y, analysis):
    """How far what is heard lies from what was asked for, away from both ends."""
    heard = world.estimate_spectrum(y, analysis.f0_hz, RATE)
    off = np.subtract(*(mel_cepstrum.from_spectrum(part, 24)[10:-10, 1:] for part in (heard, analysis.spectrum)))
    return 10 / np.log(10) * np.sqrt(2 * np.square(off).sum(axis=1)).mean()


def test_without_a_round_it_is_what_the_vocoder_makes(analysis):
    render = vocoder(analysis)
    np.testing.assert_array_equal(refine(analysis, render, 0), render(analysis.spectrum))


def test_each_round_brings_what_is_heard_nearer(analysis):
    none, one, two = (distance_db(refine(analysis, vocoder(analysis), rounds), analysis) for rounds in range(3))
    assert one < 0.7 * none and two < 0.9 * one


@pytest.mark.parametrize(("heard", "factor"), [(1 / 4, 4**resynthesis.STEP), (4, 4**-resynthesis.STEP), (1e-9, 10)])
def test_what_is_asked_for_is_off_by_as_much_the_other_way_within_limits(analysis, monkeypatch, heard, factor):
    asked = []
    monkeypatch.setattr(world, "estimate_spectrum", lambda *_: analysis.spectrum * heard)
    refine(analysis, lambda spectrum: asked.append(spectrum), 1)
    np.testing.assert_array_equal(asked[0], analysis.spectrum)
    np.testing.assert_allclose(asked[1] / asked[0], factor, rtol=1e-6)


@pytest.mark.parametrize("rate", [8000, 44100])
def test_silence_and_breath_stay_finite_and_quiet(rate):
    y = np.concatenate([np.zeros(rate // 4), np.random.default_rng(0).standard_normal(rate // 4) * 1e-3])
    found = world.analyze(y, rate, 60, 500)

    def render(spectrum):
        return world.synthesize(found.f0_hz, spectrum, found.aperiodicity, rate)

    once = resynthesis.resynthesize(render, found.spectrum, found.f0_hz, rate, PERIOD)
    assert np.isfinite(once).all() and np.abs(once).max() < 0.02
