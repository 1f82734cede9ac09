"""Segments of recordings with the frames matched to them: the right frames for every target, with their weights."""

import numpy as np
import pytest
from small import write_pairs, write_store

from vconv.alignment.frame_pairs import open_for
from vconv.common.errors import VconvError
from vconv.data.frame_pairs import FramePairSegments
from vconv.features import content
from vconv.features.acoustic import acoustic_features
from vconv.features.statistics import compute
from vconv.features.store import FeatureStore

LENGTHS = (31, 9, 60)  # frames of the feature file: 16, 5 and 30 of 10 ms
LENGTH = 10


@pytest.fixture
def store(tmp_path):
    with FeatureStore(write_store(tmp_path / "f.h5", LENGTHS)) as opened:
        write_pairs(opened)
        yield opened


@pytest.fixture
def statistics(store):
    return compute(store)


@pytest.fixture
def source(store, statistics):
    """Make the segments of a split: source(split, length) → FramePairSegments."""
    return lambda split="training", length=LENGTH, seed=0: FramePairSegments(
        store, open_for(store), statistics, split, length, seed
    )


def test_every_segment_is_numbered_once_for_every_target(source):
    segments, seen = source(), set()
    (content, target), matched, _ = segments.read(np.arange(segments.ends[-1]))
    for source, wanted, speaker in zip(content, matched, target, strict=True):
        seen.add((source.tobytes(), wanted.tobytes(), int(speaker)))
    starts = sum(max((length + 1) // 2 - LENGTH, 0) + 1 for length in LENGTHS)
    assert len(seen) == len(content) == 3 * 3 * starts, "3 speakers, 3 targets"
    assert np.bincount(target).tolist() == [3 * starts] * 3


@pytest.mark.parametrize(
    ("split", "number", "target", "first"),
    [("training", 0, 1, 3), ("training", 5, 2, 20), ("validation", 4, 0, 0), ("validation", 8, 2, 20)],
)
def test_a_segment_has_the_content_matched_frames_and_weights_of_the_files(
    source, store, statistics, split, number, target, first
):
    numbers = (np.array([value, 0]) for value in (number, target, first))
    (found, _), matched, weight = source(split).segments(*numbers)
    found, matched, weight = found[0], matched[0], weight[0]
    utterance = store.split(split)[number]
    speaker, frames = store.speakers.index(utterance.speaker), store.read(utterance)
    expected = content.encoder("mel_cepstrum").encode(
        acoustic_features(frames),
        frames,
        statistics.acoustic_mean[speaker],
        statistics.acoustic_std[speaker],
    )
    inside = slice(2 * first, 2 * (first + LENGTH), 2)  # every second frame
    held = len(expected[inside])
    np.testing.assert_allclose(found[:held], expected[inside], atol=1e-6)
    assert not found[held:].any() and not matched[held:].any() and not weight[held:].any()
    pairs = open_for(store)
    begin = [row for row in pairs.utterances if row.split == split][number].start + first
    own = matched[:held] * statistics.acoustic_std.mean(axis=0) + statistics.acoustic_mean[target]
    np.testing.assert_allclose(own, pairs.matched[target, begin : begin + held], atol=1e-3)
    np.testing.assert_array_equal(weight[:held], pairs.weight[target, begin : begin + held])


def test_utterances_shorter_than_a_segment_are_padded_with_frames_of_weight_0(source):
    segments = source(length=100)
    assert segments.ends[-1] == 9 * 3
    _, matched, weight = segments.read(np.arange(27))
    assert weight.shape == (27, 100) and matched.shape == (27, 100, 40)
    assert ((weight > 0).sum(axis=1) <= np.repeat([16, 5, 30] * 3, 3)).all() and (weight > 0).sum() > 27


def test_an_epoch_depends_on_seed_and_number_alone_and_has_the_stated_shapes(source):
    def two(dataset):
        return [
            np.concatenate([np.ravel(part) for part in (content, target, matched, weight)])
            for (content, target), matched, weight in dataset.take(2)
        ]

    segments = source(seed=3)
    whole = two(segments.epochs(4, 1, 5))
    assert np.array_equal(whole[1], two(source(seed=3).epochs(5, 1, 5))[0])
    for other in whole[1], two(source(seed=4).epochs(4, 1, 5))[0]:
        assert not np.array_equal(whole[0], other)
    (content, target), matched, weight = segments.epochs(0, 1, 5).element_spec
    assert [spec.shape.as_list() for spec in (content, target, matched, weight)] == [
        [5, LENGTH, 27],
        [5],
        [5, LENGTH, 40],
        [5, LENGTH],
    ]


def test_validation_segments_are_always_the_same_and_of_all_targets(source):
    one, other = (list(source("validation").sample(64, 16)) for _ in range(2))
    assert len(one) == 4
    for ((_, target), matched, _), (_, again, _) in zip(one, other, strict=True):
        assert set(target.numpy()) <= {0, 1, 2} and np.array_equal(matched, again)
    assert len(np.unique(np.concatenate([target for (_, target), _, _ in one]))) == 3


def test_a_split_without_utterances_is_refused(tmp_path):
    with FeatureStore(write_store(tmp_path / "g.h5", LENGTHS, splits=("training",))) as opened:
        write_pairs(opened)
        with pytest.raises(VconvError, match="holds no validation utterances"):
            FramePairSegments(opened, open_for(opened), compute(opened), "validation", LENGTH)
