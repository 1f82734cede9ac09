"""The level of a converted stream."""

import numpy as np
import pytest

from vconv.audio import loudness
from vconv.streaming.output import MEMORY_S, PAUSE_S, LevelCorrection

RATE, BLOCK = 16000, 320
PER_SECOND = RATE / BLOCK


def block(level, seed):
    return level * np.random.default_rng(seed).standard_normal(BLOCK)


def gain_after(correction, levels):
    """Return the gain after blocks with levels (source, converted, whether it is speech), and both signals."""
    source, converted = (np.concatenate([block(pair[k], n) for n, pair in enumerate(levels)]) for k in (0, 1))
    for number, (_, _, speech) in enumerate(levels):
        part = slice(number * BLOCK, (number + 1) * BLOCK)
        correction.apply(converted[part], source[part], speech)
    return correction.apply(np.ones(BLOCK), np.zeros(BLOCK), False)[0], source, converted


def test_a_stream_with_pauses_gets_the_gain_of_the_whole_recording():
    """Quiet ends of words are below the gate of the converted signal, not below that of the source."""
    word = [(0.1, 0.2, True)] * 15 + [(0.05, 0.04, True)] * 10
    found, source, converted = gain_after(LevelCorrection(PER_SECOND), ([*word, *[(0.001, 0.002, False)] * 25] * 5))
    whole = loudness.speech_level(source, RATE) / loudness.speech_level(converted, RATE)
    assert found == pytest.approx(whole, rel=1e-6)
    of_words = np.concatenate(
        [source.reshape(-1, 50 * BLOCK)[:, : 25 * BLOCK], converted.reshape(-1, 50 * BLOCK)[:, : 25 * BLOCK]]
    )
    only_speech = np.divide(*(loudness.speech_level(half.ravel(), RATE) for half in np.split(of_words, 2)))
    assert abs(20 * np.log10(only_speech / whole)) > 0.5, "the gate tells the two apart"


def test_silence_before_and_after_speech_changes_no_gain():
    correction = LevelCorrection(PER_SECOND)
    silence = [(0.001, 0.1, False)] * int(4 * PER_SECOND * MEMORY_S)
    assert gain_after(correction, silence)[0] == 1.0
    gain = gain_after(correction, [(0.1, 0.2, True)] * 200)[0]
    assert gain == pytest.approx(0.5, rel=0.02)
    assert gain_after(correction, silence)[0] == pytest.approx(0.5, rel=0.05)
    assert correction._power.count <= 200 + PAUSE_S * PER_SECOND + 1
