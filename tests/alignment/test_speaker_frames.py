"""A voice: one speaker's rows, and that a row lies where its neighbors in time say."""

import numpy as np

from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.speaker_frames import SpeakerFrames


def test_a_voice_holds_the_rows_of_its_speaker(trio):
    rows = AlignmentFrames(trio.store, trio.statistics)
    for speaker in range(3):
        voice = SpeakerFrames(rows, speaker)
        assert set(rows.speaker[voice.numbers]) == {speaker} and len(voice.numbers) == (rows.speaker == speaker).sum()
        np.testing.assert_array_equal(voice.acoustic, rows.acoustic[voice.numbers])
        np.testing.assert_array_equal(voice.coefficients, rows.content[voice.numbers, :24])
        spoken, held_out = voice.numbers[voice.speech], voice.numbers[voice.held_out]
        assert (trio.sounds[np.concatenate([spoken, held_out])] >= 0).all()
        assert rows.training[spoken].all() and not rows.training[held_out].any()
        assert len(spoken) + len(held_out) == (trio.sounds[voice.numbers] >= 0).sum()


def test_a_row_lies_where_the_rows_around_it_say(trio):
    rows = AlignmentFrames(trio.store, trio.statistics)
    voice = SpeakerFrames(rows, 1)
    shape = np.random.default_rng(0).normal(size=voice.coefficients.shape).astype(np.float32)
    first = rows.utterances[6]  # the second of B
    assert first.speaker == "B"
    begin, end = (place - voice.numbers[0] for place in (first.start, first.start + first.length))
    places = voice.alignment_features(shape, np.array([begin, begin + 10, end - 2])).reshape(3, 7, 27)
    for place, around in zip(
        places,
        [
            [begin] * 4 + [begin + 3, begin + 6, begin + 9],
            begin + 10 + np.array([-9, -6, -3, 0, 3, 6, 9]),
            [end - 11, end - 8, end - 5, end - 2, end - 1, end - 1, end - 1],
        ],
        strict=True,
    ):
        # A coefficient weighs the less the higher its order; power, voicing and aperiodicity a fifth of the first.
        np.testing.assert_allclose(place[:, :24], shape[around] / np.arange(1, 25) ** 0.7, rtol=1e-5)
        np.testing.assert_allclose(place[:, 24:], rows.content[voice.numbers[around], 24:] / 5, rtol=1e-5)


def test_some_rows_are_evenly_spread(trio):
    voice = SpeakerFrames(AlignmentFrames(trio.store, trio.statistics), 0)
    np.testing.assert_array_equal(voice.subset(10**6), voice.speech)
    few = voice.subset(5)
    assert len(few) == 5 and (few[0], few[-1]) == (voice.speech[0], voice.speech[-1]) and set(few) <= set(voice.speech)


def test_what_does_not_vary_stays_finite(trio):
    voice = SpeakerFrames(AlignmentFrames(trio.store, trio.statistics), 2)
    assert np.isfinite(voice.normalized(np.ones_like(voice.coefficients))).all()
