"""Checks of the spectrum find the fault that is planted, measure it, and find nothing in the recording without it."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
from speech import RATE, speech

from vconv.audio import wav
from vconv.diagnosis import spectra
from vconv.diagnosis.findings import NOTE, WARNING
from vconv.diagnosis.profile import profile

CHECKS = partial(spectra.band_limit, training_rate=48000), spectra.hum, spectra.noise, spectra.reverberation
CLEAN = speech(6.0)
SECONDS = np.arange(len(CLEAN)) / RATE
RNG = np.random.default_rng(3)
LEVEL = profile([CLEAN], RATE).waveform.level


def hum(mains_hz):
    return 0.03 * LEVEL * sum(np.sin(2 * np.pi * mains_hz * number * SECONDS) / number for number in (1, 2, 3))


def room(seconds):
    """Return an impulse response that decays by 60 dB in so many seconds."""
    at = np.arange(int(seconds * RATE)) / RATE
    tail = RNG.standard_normal(len(at)) * 10 ** (-3 * at / seconds)
    tail /= np.linalg.norm(tail)
    tail[0] = 1
    return tail


def reverberant(seconds):
    response = room(seconds)
    size = len(CLEAN) + len(response)
    return np.fft.irfft(np.fft.rfft(CLEAN, size) * np.fft.rfft(response, size), size)[: len(CLEAN)]


FAULTS = {
    "band-limited": wav.resample(wav.resample(CLEAN, RATE, 8000), 8000, RATE),
    "hum": CLEAN + hum(50),
    "noise": CLEAN + 0.1 * LEVEL * RNG.standard_normal(len(CLEAN)),
    "reverberation": reverberant(0.8),
}


def kinds(y):
    measured = profile([y], RATE)
    return {found.kind for found in (check(measured) for check in CHECKS) if found}


def test_a_recording_without_fault_has_no_finding():
    assert not kinds(CLEAN)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_found_and_no_other(kind):
    assert kinds(FAULTS[kind]) == {kind}


def test_the_cutoff_is_measured():
    cutoff_hz, fall_db = spectra.cutoff(profile([FAULTS["band-limited"]], RATE).spectrum)
    assert cutoff_hz == pytest.approx(4000, abs=300) and fall_db > 30


@pytest.mark.parametrize(("edge_hz", "told"), [(6000, True), (7200, False)])
def test_the_filter_before_the_sampling_is_no_band_limit(edge_hz, told):
    limited = wav.resample(wav.resample(CLEAN, RATE, 2 * edge_hz), 2 * edge_hz, RATE)
    assert spectra.cutoff(profile([limited], RATE).spectrum)[1] > spectra.CLIFF_DB
    assert bool(spectra.band_limit(profile([limited], RATE), RATE)) == told


@pytest.mark.parametrize(("training_rate", "told"), [(9000, False), (12000, True), (48000, True)])
def test_a_band_limit_is_told_where_the_training_would_use_more(training_rate, told):
    assert bool(spectra.band_limit(profile([FAULTS["band-limited"]], RATE), training_rate)) == told


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_the_mains_frequency_is_told(mains_hz):
    assert f"{mains_hz} Hz" in spectra.hum(profile([CLEAN + hum(mains_hz)], RATE)).measured


def test_the_level_of_hum_is_measured_and_weak_hum_is_not_told():
    expected_db = 10 * np.log10(0.03**2 / 2 * (1 + 1 / 4 + 1 / 9))
    assert spectra.hum_level_db(profile([CLEAN + hum(50)], RATE), 50) == pytest.approx(expected_db, abs=2)
    quiet = speech(6.0, background=1e-7)
    weak = profile([quiet + 0.15 * hum(50)], RATE)
    assert spectra.hum_excess_db(weak.low_spectra, 50) > 12 and not spectra.hum(weak)


def test_few_weak_consonants_show_that_a_recording_is_not_band_limited():
    low = FAULTS["band-limited"].copy()
    assert spectra.band_limit(profile([low], RATE), RATE)
    for first in range(RATE // 2, len(low), RATE):
        low[first : first + RATE // 10] = 0.1 * LEVEL * RNG.standard_normal(RATE // 10)
    assert not spectra.band_limit(profile([low], RATE), RATE)


@pytest.mark.parametrize(("snr_db", "severity"), [(20, WARNING), (27.5, NOTE), (40, None)])
def test_noise_is_a_warning_where_it_costs_the_voice(snr_db, severity, monkeypatch):
    monkeypatch.setattr(spectra, "signal_to_noise_db", lambda bands: snr_db)
    found = spectra.noise(SimpleNamespace(bands=None))
    assert (found and found.severity) == severity


@pytest.mark.parametrize("snr_db", [10, 15, 20, 25])
def test_the_level_of_white_noise_is_measured(snr_db):
    noisy = CLEAN + LEVEL * 10 ** (-snr_db / 20) * np.random.default_rng(4).standard_normal(len(CLEAN))
    assert spectra.signal_to_noise_db(profile([noisy], RATE).bands) == pytest.approx(snr_db, abs=5)


def test_a_longer_reverberation_decays_more_slowly():
    decays = [spectra.fastest_decay_db(profile([y], RATE).bands) for y in (CLEAN, reverberant(0.5), reverberant(1.0))]
    assert decays[0] > decays[1] > decays[2]


def test_silence_and_short_signals_have_no_finding():
    assert not kinds(np.zeros(RATE)) and not kinds(np.zeros(100))
