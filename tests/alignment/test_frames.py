"""AlignmentFrames are every second frame of training and validation, as the file of pairs numbers them."""

import numpy as np
import pytest

from vconv.alignment import frame_pairs
from vconv.alignment.frames import AlignmentFrames
from vconv.common.errors import VconvError
from vconv.features import acoustic, content


def test_each_row_is_its_frame(trio):
    rows = AlignmentFrames(trio.store, trio.statistics)
    assert rows.utterances == frame_pairs.table(trio.store) and rows.speakers == 3
    assert [row.speaker for row in rows.utterances] == ["A"] * 5 + ["B"] * 4 + ["C"]
    for row in rows.utterances:
        stored = next(one for one in trio.store.utterances if one[:3] == row[:3])
        frames = trio.store.read(stored)
        place, number = slice(row.start, row.start + row.length), "ABC".index(row.speaker)
        found = acoustic.acoustic_features(frames)
        np.testing.assert_allclose(rows.acoustic[place, 1:], found[::2, 1:], atol=1e-5)
        np.testing.assert_array_equal(rows.acoustic[place, 0], rows.content[place, 24], "power")
        expected = content.encoder("mel_cepstrum").encode(
            found, frames, trio.statistics.acoustic_mean[number], trio.statistics.acoustic_std[number]
        )
        np.testing.assert_allclose(rows.content[place], expected[::2], atol=1e-6)
        assert set(rows.speaker[place]) == {number} and set(rows.training[place]) == {row.split == "training"}
        assert set(rows.first[place]) == {row.start} and set(rows.last[place]) == {row.start + row.length - 1}
    np.testing.assert_array_equal(rows.speech, trio.sounds >= 0)


def test_neighbors_in_time_stay_in_the_utterance(trio):
    rows = AlignmentFrames(trio.store, trio.statistics)
    end = rows.utterances[0].length
    np.testing.assert_array_equal(
        rows.around(np.array([0, 3, end - 1, end]), (-2, 0, 2)),
        [[0, 0, 2], [1, 3, 5], [end - 3, end - 1, end - 1], [end, end, end + 2]],
    )


def test_waves_alone_hold_no_rows(make_voices, trio):
    trio.store.settings["contents"] = ["wave"]
    with pytest.raises(VconvError, match="holds no frames"):
        AlignmentFrames(trio.store, trio.statistics)
