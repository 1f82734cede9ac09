"""Protocols: each differs from the others in what it says, and in what it finds."""

import numpy as np
import pytest
from voice import voice

from vconv.common.errors import VconvError
from vconv.evaluation import metrics
from vconv.evaluation.protocols import MCD24, PROTOCOLS, parse_protocols

RATE = 16000


@pytest.fixture(scope="module")
def two():
    """A vowel that glides to another and back, fading out at the end; the same, brighter, with a breath after it."""
    time = np.linspace(0, 1, RATE)
    breath = 0.02 * np.random.default_rng(0).standard_normal(RATE // 4)
    a = voice(120 + 20 * np.sin(6 * time), formants_hz=(700, 1200, 2600)) * (1.05 - time) ** 2
    b = voice(130 + 20 * np.sin(6 * time), formants_hz=(500, 1700, 2700)) * (1.05 - time) ** 2
    return a, np.r_[b, breath]


def test_every_protocol_says_what_it_is():
    lines = [str(protocol) for protocol in PROTOCOLS.values()]
    assert len(set(lines)) == 5
    for line, parts in zip(
        lines,
        [
            ("mcd24: ", "order 24 (alpha 0.41 at 16 kHz) without c0, frames above the mean power -25 dB"),
            ("sprocket24: ", "order 24 (alpha 0.41) without c0, frames above the two-sided power -20 dB"),
            ("cdvae34: ", "order 34 (alpha 0.455) without c0, voiced frames"),
            ("crank34c0: ", "order 34 (alpha 0.466) with c0, voiced frames"),
            ("s3prl39c0: ", "order 39 (alpha 0.466) with c0, frames above the two-sided power -20 dB"),
        ],
        strict=True,
    ):
        assert line.startswith(parts[0]) and parts[1] in line


def test_every_protocol_finds_another_number(two):
    a, b = two
    found = {name: metrics.score(a, RATE, b, RATE, protocol).mcd_db for name, protocol in PROTOCOLS.items()}
    assert len({round(value, 3) for value in found.values()}) == 5
    for protocol in PROTOCOLS.values():
        assert metrics.score(a, RATE, a, RATE, protocol).mcd_db == 0


def test_level_counts_only_with_c0(two):
    quiet, loud = two[0], 2 * two[0]
    for name, protocol in PROTOCOLS.items():
        a, b = (metrics.select_frames(metrics.analyze(y, RATE, protocol), protocol) for y in (quiet, loud))
        path = np.stack([np.arange(len(a.f0_hz))] * 2, axis=1)
        expected = 10 / np.log(10) * np.sqrt(2) * np.log(2) if name.endswith("c0") else 0.0  # c0 is ln amplitude
        assert metrics.mcd(a, b, path, protocol) == pytest.approx(expected, abs=0.02), name


def test_which_frames_count(two):
    for name, protocol in PROTOCOLS.items():
        frames = metrics.analyze(two[1], RATE, protocol)
        counts = metrics.frame_mask(frames, protocol)
        if protocol.frames == "voiced":
            assert np.array_equal(counts, frames.f0_hz > 0), name
        else:
            level = 10 * np.log10(np.mean(10 ** (frames.power_db / 10))) + protocol.threshold_db
            assert np.array_equal(counts, frames.power_db > level) and 0 < counts.sum() < len(counts), name


def test_two_sided_power_is_that_of_the_whole_circle():
    spectrum = np.random.default_rng(0).uniform(1, 2, (3, 9))
    circle = np.concatenate([spectrum, spectrum[:, -2:0:-1]], axis=1)
    found = metrics.describe(np.zeros(3), spectrum, RATE, PROTOCOLS["sprocket24"]).power_db
    assert np.allclose(found, 10 * np.log10(circle.mean(axis=1)))
    assert np.allclose(metrics.describe(np.zeros(3), spectrum, RATE).power_db, 10 * np.log10(spectrum.mean(axis=1)))


def test_a_whisper_has_no_voiced_frame():
    noise = 0.1 * np.random.default_rng(0).standard_normal(RATE // 2)
    with pytest.raises(VconvError, match="no frame is voiced, and cdvae34 takes no others"):
        metrics.select_frames(metrics.analyze(noise, RATE, PROTOCOLS["cdvae34"]), PROTOCOLS["cdvae34"])


def test_names_are_read():
    assert parse_protocols("cdvae34, mcd24,cdvae34") == [PROTOCOLS["cdvae34"], MCD24]
    assert parse_protocols("all") == list(PROTOCOLS.values())
    with pytest.raises(VconvError, match="'mcd' is not allowed; choose one of: mcd24, sprocket24"):
        parse_protocols("mcd")
