"""`AlignmentFrames`: every second frame of training and validation utterances, numbered as in the frame-pair file."""

import numpy as np
import pytest

from vconv.alignment import frame_pairs
from vconv.alignment.frames import AlignmentFrames
from vconv.common.errors import VconvError
from vconv.features import acoustic, content


def test_each_frame_has_the_features_of_its_frame_in_the_feature_file(trio):
    aligned = AlignmentFrames(trio.store, trio.statistics)
    assert aligned.utterances == frame_pairs.table(trio.store) and aligned.speakers == 3
    assert [row.speaker for row in aligned.utterances] == ["A"] * 5 + ["B"] * 4 + ["C"]
    for row in aligned.utterances:
        stored = next(one for one in trio.store.utterances if one[:3] == row[:3])
        frames = trio.store.read(stored)
        inside, number = slice(row.start, row.start + row.length), "ABC".index(row.speaker)
        found = acoustic.acoustic_features(frames)
        np.testing.assert_allclose(aligned.acoustic[inside, 1:], found[::2, 1:], atol=1e-5)
        np.testing.assert_array_equal(aligned.acoustic[inside, 0], aligned.content[inside, 24], "relative power")
        expected = content.encoder("mel_cepstrum").encode(
            found, frames, trio.statistics.acoustic_mean[number], trio.statistics.acoustic_std[number]
        )
        np.testing.assert_allclose(aligned.content[inside], expected[::2], atol=1e-6)
        assert set(aligned.speaker[inside]) == {number} and set(aligned.training[inside]) == {row.split == "training"}
        assert set(aligned.first[inside]) == {row.start} and set(aligned.last[inside]) == {row.start + row.length - 1}
    np.testing.assert_array_equal(aligned.speech, trio.sounds >= 0)


def test_neighbors_in_time_are_of_the_same_utterance(trio):
    aligned = AlignmentFrames(trio.store, trio.statistics)
    end = aligned.utterances[0].length
    np.testing.assert_array_equal(
        aligned.around(np.array([0, 3, end - 1, end]), (-2, 0, 2)),
        [[0, 0, 2], [1, 3, 5], [end - 3, end - 1, end - 1], [end, end, end + 2]],
    )


def test_a_feature_file_without_frames_is_refused(trio):
    trio.store.settings["contents"] = ["wave"]
    with pytest.raises(VconvError, match="holds no frames"):
        AlignmentFrames(trio.store, trio.statistics)
