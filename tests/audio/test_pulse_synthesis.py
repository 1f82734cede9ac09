"""Synthesis pulse by pulse, with WORLD's synthesis of the whole utterance as the reference."""

import numpy as np
import pytest

from vconv.audio import world
from vconv.audio.pulse_synthesis import PulseSynthesizer

RATE, BINS = 16000, 513


def features(f0_hz, aperiodicity, tilt=0.01, frames=200):
    spectrum = np.full((frames, BINS), 1e-4) * np.linspace(1, tilt, BINS)
    return np.full(frames, f0_hz), spectrum, np.full((frames, BINS), aperiodicity)


def synthesized(arrays, size=4):
    synthesizer = PulseSynthesizer(RATE, 5.0)
    parts = [
        synthesizer.push(*(array[first : first + size] for array in arrays)) for first in range(0, len(arrays[0]), size)
    ]
    return np.concatenate(parts)


@pytest.mark.parametrize("f0_hz", [83.0, 150.0, 417.0])
def test_pulses_are_those_of_world(f0_hz):
    arrays = features(f0_hz, 0.0)
    y = synthesized(arrays)
    error = (y - world.synthesize(*arrays, RATE)[: len(y)])[2000:-1000]
    assert np.std(error) < 0.05 * np.std(y)  # the mean of a pulse is removed otherwise


def test_weak_high_frequencies_stay_weak():
    f0_hz, spectrum, aperiodicity = features(120.0, 0.0)
    arrays = f0_hz, spectrum * np.geomspace(1, 1e-6, BINS), aperiodicity
    window = np.hanning(1000)
    y, expected = (
        np.square(np.abs(np.fft.rfft(part[4000:14000].reshape(-1, 1000) * window)))[:, 250:].mean(axis=0)
        for part in (synthesized(arrays), world.synthesize(*arrays, RATE))
    )
    assert abs(10 * np.log10(y.sum() / expected.sum())) < 0.5


def test_noise_has_the_power_spectrum_that_was_asked_for():
    y = synthesized(features(0.0, 1.0, frames=2000))
    power = np.square(np.abs(np.fft.rfft(y[4920:].reshape(-1, 1000) * np.hanning(1000)))).mean(axis=0)
    expected = 1e-4 * np.linspace(1, 0.01, len(power)) * np.square(np.hanning(1000)).sum()
    bands = np.s_[20:480]
    ratio_db = 10 * np.log10(power[bands].reshape(23, -1).mean(axis=1) / expected[bands].reshape(23, -1).mean(axis=1))
    assert np.abs(ratio_db).max() < 1.0


def test_it_ends_at_the_last_frame_and_cutting_changes_no_more_than_the_rounding():
    f0_hz, spectrum, aperiodicity = features(120.0, 0.3)
    f0_hz[60:90] = 0
    arrays = f0_hz * np.linspace(0.8, 1.2, len(f0_hz)), spectrum, aperiodicity
    whole = synthesized(arrays, len(f0_hz))
    assert len(whole) == (len(f0_hz) - 1) * 80
    for size in 1, 4, 7:
        np.testing.assert_allclose(synthesized(arrays, size), whole, atol=1e-6 * np.abs(whole).max())


def test_silence_gives_silence():
    assert np.abs(synthesized((np.zeros(20), np.full((20, BINS), 1e-300), np.ones((20, BINS))))).max() < 1e-100
