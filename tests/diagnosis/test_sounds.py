"""Speakers without common sounds, and speakers who whisper, are told; others are not."""

import numpy as np
import pytest
from speech import RATE, speech

from vconv.diagnosis import levels, sounds
from vconv.diagnosis.examination import summary
from vconv.diagnosis.profile import profile

VOWELS_HZ = (700, 1200, 2600), (300, 2200, 2900), (350, 800, 2400), (500, 1700, 2500)
SUMMARY = summary("a.wav", "anna", profile([speech(2.5)], RATE))


def cepstra(vowels_hz, seed):
    """Return the cepstra of 32 s of speech with these vowels."""
    found = []
    for number in range(4):
        y = speech(8.0, seed=seed + number, formants_hz=vowels_hz[number % len(vowels_hz)])
        measured = profile([y], RATE)
        found.append(sounds.cepstra(measured.bands, levels.speech(measured.waveform)))
    return np.concatenate(found)


@pytest.fixture(scope="module")
def speakers():
    """The cepstra of two speakers with four vowels, and of one with one vowel."""
    return {"anna": cepstra(VOWELS_HZ, 0), "ben": cepstra(VOWELS_HZ, 10), "eve": cepstra(VOWELS_HZ[:1], 20)}


def found(speakers):
    summaries = [SUMMARY._replace(speaker=name, sounds=values) for name, values in speakers.items()]
    return {one.speaker: one for one in sounds.few_in_common(summaries)}


def test_a_speaker_with_one_vowel_has_few_sounds_of_the_others(speakers):
    assert set(found(speakers)) == {"eve"}
    assert "of the other speakers" in found(speakers)["eve"].measured


def test_two_speakers_are_compared_with_each_other(speakers):
    assert not found({"anna": speakers["anna"], "ben": speakers["ben"]})
    (told,) = found({"anna": speakers["anna"], "eve": speakers["eve"]}).values()
    assert "of the other speaker" in told.measured and "speakers" not in told.measured


def test_another_microphone_makes_no_other_sounds(speakers):
    assert not found({"anna": speakers["anna"], "ben": speakers["ben"] + np.linspace(3, -3, 12).astype(np.float16)})


def test_few_frames_and_one_speaker_are_not_judged(speakers):
    assert not found({"anna": speakers["anna"], "eve": speakers["eve"][:150]})
    assert not found({"anna": speakers["anna"], "eve": speakers["eve"][:0]})
    assert not found({"eve": speakers["eve"]})


def test_the_share_is_that_of_the_sounds_that_the_other_has():
    rng = np.random.default_rng(0)
    centers = 100 * np.eye(4, 12)[rng.integers(4, size=4000)]
    asked = (centers + rng.standard_normal((4000, 12))).astype(np.float32)
    one_of_four = asked[centers[:, 0] > 0]
    assert sounds.common_share(asked[:800], asked[800:]) == pytest.approx(0.9, abs=0.05)
    assert sounds.common_share(asked, one_of_four) == pytest.approx(0.9 / 4, abs=0.05)


def test_cepstra_do_not_depend_on_the_level():
    measured = profile([speech(2.5)], RATE)
    mask = levels.speech(measured.waveform)
    one, other = (sounds.cepstra(gain * measured.bands, mask) for gain in (1, 0.01))
    assert one.shape == (-(-mask.sum() // 2), 12)
    np.testing.assert_allclose(one, other, atol=0.1)


@pytest.mark.parametrize(("shares", "told"), [((0.1, 0.2), True), ((0.1, 0.9), False), ((0.5, 0.6), False)])
def test_a_speaker_who_whispers_is_told(shares, told):
    assert bool(sounds.whispered("anna", [SUMMARY._replace(voiced_share=share) for share in shares])) == told


def test_the_share_of_voiced_speech_is_measured():
    noise = np.random.default_rng(0).standard_normal(3 * RATE) * 0.1
    whispered = summary("a.wav", "anna", profile([noise], RATE))
    assert SUMMARY.voiced_share > 0.6 and whispered.voiced_share < 0.1
    silent = summary("a.wav", "anna", profile([np.zeros(RATE)], RATE))
    assert silent.voiced_share == 0 and not sounds.whispered("anna", [silent])
