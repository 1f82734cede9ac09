"""A voice: one speaker's rows, and that a row lies where its neighbors in time say."""

import numpy as np

from vconv.alignment.frames import Rows
from vconv.alignment.speaker_frames import Voice


def test_a_voice_holds_the_rows_of_its_speaker(trio):
    rows = Rows(trio.store, trio.statistics)
    for speaker in range(3):
        voice = Voice(rows, speaker)
        assert set(rows.speaker[voice.numbers]) == {speaker} and len(voice.numbers) == (rows.speaker == speaker).sum()
        np.testing.assert_array_equal(voice.said, rows.said[voice.numbers])
        np.testing.assert_array_equal(voice.shape, rows.content[voice.numbers, :24])
        spoken, held_out = voice.numbers[voice.spoken], voice.numbers[voice.held_out]
        assert (trio.sounds[np.concatenate([spoken, held_out])] >= 0).all()
        assert rows.training[spoken].all() and not rows.training[held_out].any()
        assert len(spoken) + len(held_out) == (trio.sounds[voice.numbers] >= 0).sum()


def test_a_row_lies_where_the_rows_around_it_say(trio):
    rows = Rows(trio.store, trio.statistics)
    voice = Voice(rows, 1)
    shape = np.random.default_rng(0).normal(size=voice.shape.shape).astype(np.float32)
    first = rows.utterances[6]  # the second of B
    assert first.speaker == "B"
    begin, end = (place - voice.numbers[0] for place in (first.start, first.start + first.length))
    places = voice.place(shape, np.array([begin, begin + 10, end - 2])).reshape(3, 7, 27)
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
    voice = Voice(Rows(trio.store, trio.statistics), 0)
    np.testing.assert_array_equal(voice.some(10**6), voice.spoken)
    few = voice.some(5)
    assert len(few) == 5 and (few[0], few[-1]) == (voice.spoken[0], voice.spoken[-1]) and set(few) <= set(voice.spoken)


def test_what_does_not_vary_stays_finite(trio):
    voice = Voice(Rows(trio.store, trio.statistics), 2)
    assert np.isfinite(voice.normalized(np.ones_like(voice.shape))).all()
