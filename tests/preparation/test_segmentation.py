"""Speech and pauses at known times are found, in noise and among clicks, and utterances are cut in the pauses."""

from functools import cache

import numpy as np
import pytest
from voice import voice

from vconv.audio import loudness
from vconv.preparation import segmentation, speech_activity

RATE = 16000
SPEECH_S, PAUSES_S = (3.0, 4.5, 2.5, 6.0, 3.5, 2.2, 5.0), (1.5, 0.5, 0.3, 1.2, 0.7, 2.0, 0.4)


@cache
def clean(rate):
    """Return syllables with pauses between, and the times [n, 2] in seconds at which they begin and end."""
    parts, times, at = [], [], 0.0
    for number, (seconds, pause) in enumerate(zip(SPEECH_S, PAUSES_S, strict=True)):
        time = np.arange(round(seconds * rate)) / rate
        y = voice(170 + 20 * np.sin(3 * time), seconds, rate)[: len(time)] * 2 ** (number % 3)
        parts += [y * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * time)), np.zeros(round(pause * rate))]
        times.append((at, at + seconds))
        at += seconds + pause
    return np.concatenate(parts), np.array(times)


def recording(snr_db=60.0, clicks=0, rate=RATE):
    """Return `clean` in white noise with clicks, and the times."""
    rng, (y, times) = np.random.default_rng(1), clean(rate)
    y = y + loudness.speech_level(y, rate) * 10 ** (-snr_db / 20) * rng.standard_normal(len(y))
    for start in rng.integers(0, len(y) - rate, clicks):
        y[start : start + rate // 200] += rng.standard_normal(rate // 200)
    return y, times


def levels_of(y, rate=RATE):
    return speech_activity.smoothed(speech_activity.band_levels([y], rate))


@pytest.mark.parametrize("rate", [12000, 16000, 22050])
@pytest.mark.parametrize(("snr_db", "clicks"), [(60, 0), (20, 0), (20, 40)])
def test_speech_and_pauses_are_where_they_were_made(snr_db, clicks, rate):
    y, times = recording(snr_db, clicks, rate)
    runs = segmentation.runs_of(speech_activity.is_speech(levels_of(y, rate)))
    period_s = speech_activity.hop_of(rate) / rate
    pauses = np.flatnonzero(runs[1:, 0] - runs[:-1, 1] >= segmentation.SHORTEST_PAUSE)
    runs = np.column_stack([runs[np.append(0, pauses + 1), 0], runs[np.append(pauses, -1), 1]])
    assert len(runs) == len(times)
    np.testing.assert_allclose(runs * period_s, times, atol=0.1)


def test_utterances_last_2_to_10_seconds_and_are_cut_in_pauses():
    y, times = recording(20, 20)
    levels = levels_of(y)
    spans = segmentation.utterances(speech_activity.is_speech(levels), speech_activity.total(levels)) / 100
    seconds = np.diff(spans, axis=1)
    assert len(spans) == 5 and seconds.min() >= 2.0 and seconds.max() <= 10.0 + 2 * 0.15
    for first, last in spans:
        assert not ((times[:, 0] + 0.1 < first) & (first < times[:, 1] - 0.1)).any()
        assert not ((times[:, 0] + 0.1 < last) & (last < times[:, 1] - 0.1)).any()
    held = ((spans[:, None, 0] < times[None, :, 0] + 0.1) & (times[None, :, 1] - 0.1 < spans[:, None, 1])).sum(axis=0)
    assert (held == 1).all(), "each stretch of speech is in one utterance"


def test_how_the_signal_comes_does_not_change_the_levels():
    y, _ = recording()
    whole = speech_activity.band_levels([y], RATE)
    parts = speech_activity.band_levels(np.array_split(y, [1, 777, 90_000, 90_001, 200_000]), RATE)
    np.testing.assert_array_equal(whole, parts)
    assert len(whole) == len(y) // 160


def test_the_level_of_a_tone_is_in_its_band():
    tone = 0.5 * np.sin(2 * np.pi * 1500 * np.arange(RATE) / RATE)
    levels = speech_activity.band_levels([tone], RATE)[10:90]
    np.testing.assert_allclose(levels[:, 2], 10 * np.log10(0.125), atol=0.1)
    assert levels[:, [0, 1, 3, 4]].max() < -40


def test_speech_without_a_pause_is_cut_where_it_is_quietest():
    speech, level = np.ones(1500, bool), np.zeros(1500)
    level[900:912] = -20
    spans = segmentation.utterances(speech, level)
    assert spans.tolist() == [[0, spans[0, 1]], [spans[0, 1], 1500]] and abs(spans[0, 1] - 906) <= 2


def mask(*runs, frames):
    speech = np.zeros(frames, bool)
    for first, last in runs:
        speech[first:last] = True
    return speech


def spans_of(*runs, frames):
    return segmentation.utterances(mask(*runs, frames=frames), np.zeros(frames)).tolist()


def test_the_longest_pause_is_cut_first():
    spans = spans_of((0, 400), (440, 700), (730, 1100), frames=1100)
    assert spans == [[0, 415], [425, 1100]]


def test_a_short_remark_is_joined_with_what_is_near_and_left_out_alone():
    assert spans_of((0, 300), (450, 550), (1400, 1700), frames=1700) == [[0, 565], [1385, 1700]]
    assert spans_of((0, 300), (650, 750), (1400, 1700), frames=1700) == [[0, 315], [1385, 1700]]


def test_a_short_recording_is_one_utterance_without_silence_at_its_ends():
    assert spans_of((100, 150), (400, 500), frames=900) == [[85, 515]]
    assert spans_of((100, 129), frames=900) == []


def test_a_recording_without_background_is_speech():
    steady = voice(150, 0.6)
    assert speech_activity.is_speech(levels_of(steady)).all()


def test_a_long_silence_is_a_pause_whatever_is_near():
    y, times = recording(20)
    noise = 0.1 * np.std(y[-3000:]) * np.random.default_rng(2).standard_normal(60 * RATE)
    speech = speech_activity.is_speech(levels_of(np.concatenate([y, noise])))
    assert speech[: len(y) // 160].mean() > 0.7 and speech[len(y) // 160 + 100 :].mean() < 0.02
