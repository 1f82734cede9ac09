"""Checks of level and length find the fault that is planted, where it is, and nothing in the recording without it."""

from functools import partial

import numpy as np
import pytest
from speech import RATE, speech

from vconv.diagnosis import levels
from vconv.diagnosis.profile import profile

CHECKS = (
    levels.clipping,
    levels.offset,
    levels.too_quiet,
    levels.too_short,
    partial(levels.too_long, longest_s=300),
    levels.mostly_silent,
    levels.holes,
)


def measured(y):
    """Return the profile of a signal as a 16-bit file holds it."""
    return profile([np.round(np.clip(y, -1, 1) * 32767) / 32768], RATE)


def kinds(y):
    return {found.kind for found in (check(measured(y).waveform) for check in CHECKS) if found}


CLEAN = speech()


def with_hole():
    y = CLEAN.copy()
    loud = int(np.argmax(np.convolve(CLEAN**2, np.ones(1600), "same")))
    y[loud - 160 : loud + 160] = 0
    return y, loud - 160


FAULTS = {
    "clipping": np.clip(CLEAN, -0.4 * CLEAN.max(), 0.4 * CLEAN.max()),
    "offset": CLEAN + 0.01,
    "too quiet": speech(background=0.005) * 0.01,
    "too short": CLEAN[8000:16000],
    "mostly silent": np.concatenate([np.zeros(10 * RATE), CLEAN]),
    "holes": with_hole()[0],
}


def test_a_recording_without_fault_has_no_finding():
    assert not kinds(CLEAN)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_found_and_no_other(kind):
    assert kinds(FAULTS[kind]) == {kind}


def test_a_recording_that_is_too_short_has_no_finding_about_means():
    short = measured(0.3 * CLEAN[8000:16000] + 0.01).waveform
    assert levels.offset(short)
    assert [one.kind for one in levels.quick(short) if one] == ["too short"]


def test_a_hole_is_located():
    y, first = with_hole()
    assert levels.holes(measured(y).waveform).seconds == pytest.approx(first / RATE, abs=1e-3)


def test_the_first_clipped_sample_is_located():
    y = CLEAN.copy()
    late = y[2 * RATE :]
    np.clip(late, -0.4 * y.max(), 0.4 * y.max(), out=late)
    y[: 2 * RATE] *= 0.3
    expected = 2 * RATE + np.flatnonzero(np.abs(late) >= 0.4 * CLEAN.max() - 1e-9)[0]
    assert levels.clipping(measured(y).waveform).seconds == pytest.approx(expected / RATE, abs=0.05)


def test_digital_silence_between_words_is_no_hole():
    y = CLEAN.copy()
    y[np.convolve(np.abs(y), np.ones(800) / 800, "same") < 1e-4] = 0
    assert (np.diff(np.flatnonzero(y)) > 400).any()
    assert not levels.holes(measured(y).waveform)


def test_blocks_of_any_size_give_the_same_profile():
    y = np.concatenate([CLEAN, speech(seed=1), speech(seed=2)])
    whole, parts = profile([y], RATE), profile(np.array_split(y, 37), RATE)
    assert whole.waveform.seconds == parts.waveform.seconds == 12
    for one, other in zip(whole.waveform + whole[1:], parts.waveform + parts[1:], strict=True):
        for a, b in zip(np.atleast_1d(one), np.atleast_1d(other), strict=True):
            assert np.array_equal(a, b)


def test_a_recording_that_extraction_refuses_is_too_long():
    assert levels.too_long(measured(CLEAN).waveform._replace(samples=301 * RATE), 300).severity == "error"
    assert not levels.too_long(measured(CLEAN).waveform._replace(samples=299 * RATE), 300)
