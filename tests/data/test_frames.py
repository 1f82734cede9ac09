"""Single frames: exact permutations, reproducible from (seed, epoch), read correctly, balanced between speakers."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import SPEAKERS, write_store

from vconv.data import frames as data_frames
from vconv.data.frames import ShuffledFrames
from vconv.features.normalizers import SpectrumNormalizer
from vconv.features.statistics import compute
from vconv.features.store import FeatureStore


@pytest.fixture(scope="module")
def uneven(tmp_path_factory):
    """A feature file, and its statistics, of three speakers with four utterances of 5 to 40 frames in each split."""
    with FeatureStore(write_store(tmp_path_factory.mktemp("b") / "f.h5", (5, 17, 9, 40), bins=20)) as store:
        yield store, compute(store)


def frames(uneven, **options):
    return ShuffledFrames(*uneven, "training", options.pop("seed", 3), **options)


def test_a_pass_holds_every_frame_of_the_split_once(uneven):
    source = frames(uneven)
    order = source.order(0, source.pass_length)
    assert source.pass_length == 3 * 71 and sorted(order) == list(range(213))
    index, _ = uneven[0].frames("training")
    validation, _ = uneven[0].frames("validation")
    assert not set(index) & set(validation)


def test_the_order_of_a_pass_is_shuffled(uneven):
    order = frames(uneven).order(0, 213)
    neighbors = np.abs(np.diff(order)) == 1
    assert neighbors.mean() < 0.05, "few neighbors in the file stay neighbors"
    assert abs(np.corrcoef(order, np.arange(213))[0, 1]) < 0.25


@settings(max_examples=50, deadline=None)
@given(start=st.integers(0, 1000), length=st.integers(1, 500), cut=st.integers(0, 500))
def test_any_stretch_of_the_order_is_part_of_one_sequence(uneven, start, length, cut):
    source, cut = frames(uneven), min(cut, length)
    whole = source.order(start, start + length)
    parts = [source.order(start, start + cut)] if cut else []
    parts += [source.order(start + cut, start + length)] if cut < length else []
    assert len(whole) == length and np.array_equal(np.concatenate(parts), whole)


def test_seed_and_pass_change_the_order(uneven):
    one, other = frames(uneven), frames(uneven, seed=4)
    assert np.array_equal(one.order(0, 213), frames(uneven).order(0, 213))
    assert not np.array_equal(one.order(0, 213), other.order(0, 213))
    assert not np.array_equal(one.order(0, 213), one.order(213, 426))


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 7), st.integers(1, 12), st.integers(0, 5), st.integers(1, 64))
def test_batches_hold_the_frames_of_the_order(uneven, batch_size, steps, epoch, window):
    source, (store, statistics) = frames(uneven), uneven
    original = data_frames.WINDOW_FRAMES
    data_frames.WINDOW_FRAMES = window  # the result does not depend on it
    try:
        got = list(source.epoch(epoch, steps, batch_size))
    finally:
        data_frames.WINDOW_FRAMES = original
    assert len(got) == steps and all(len(x) == len(speaker) == batch_size for x, speaker in got)
    order = source.order(epoch * steps * batch_size, (epoch + 1) * steps * batch_size)
    index, speaker = store.frames("training")
    normalizer = SpectrumNormalizer(statistics.spectrum_low, statistics.spectrum_high)
    assert np.array_equal(np.concatenate([x for x, _ in got]), normalizer.forward(store.spectrum[index[order]]))
    assert np.array_equal(np.concatenate([s for _, s in got]), speaker[order])


def test_a_dataset_begun_at_a_later_epoch_goes_on_as_the_whole_one(uneven):
    source = frames(uneven)
    whole = [s.numpy() for _, s in source.epochs(0, 4, 8).take(12)]
    later = [s.numpy() for _, s in source.epochs(1, 4, 8).take(8)]
    assert all(np.array_equal(a, b) for a, b in zip(whole[4:], later, strict=True))


def test_a_balanced_pass_has_the_same_number_of_frames_of_each_speaker(tmp_path):
    path = write_store(tmp_path / "f.h5", (10, 20), bins=20)
    with FeatureStore(path) as store:
        source = ShuffledFrames(store, compute(store), "training", 0, balance_speakers=True)
        # as if the first speaker had 5 frames only
        source.groups[0] = source.groups[0][:5]
        order = source.order(0, source.pass_length)
        counts = np.bincount(source.speaker[order], minlength=len(SPEAKERS))
        assert list(counts) == [30, 30, 30]
        assert set(np.bincount(order)[source.groups[0]]) == {6}


def balanced(*counts):
    """Return balanced `ShuffledFrames` of speakers with so many frames each."""
    speaker = np.repeat(np.arange(len(counts)), counts).astype("int32")
    store = SimpleNamespace(spectrum=np.zeros((sum(counts), 2)), frames=lambda _: (np.arange(sum(counts)), speaker))
    statistics = SimpleNamespace(spectrum_low=np.zeros(2), spectrum_high=np.ones(2))
    return ShuffledFrames(store, statistics, "training", 0, balance_speakers=True)


def test_a_balanced_pass_has_all_frames_of_the_largest_speaker_and_repeats_the_others_evenly():
    source = balanced(7, 100, 30)
    assert source.pass_length == 300
    passes = [source.order(300 * number, 300 * (number + 1)) for number in range(3)]
    for order in passes:
        assert np.bincount(source.speaker[order]).tolist() == [100, 100, 100]
        counts = np.bincount(order)
        assert set(counts[:7]) == {14, 15} and set(counts[7:107]) == {1} and set(counts[107:]) == {3, 4}
        assert len(set(source.speaker[order[:30]])) == 3, "speakers are mixed"
    assert len({tuple(np.bincount(order)[:7]) for order in passes}) > 1, "other frames are repeated in each pass"


def test_a_sample_is_spread_evenly_and_always_the_same(uneven):
    source = frames(uneven)
    got = [np.concatenate([s for _, s in source.sample(60, 16)]) for _ in range(2)]
    assert np.array_equal(*got) and np.bincount(got[0]).tolist() == [16, 16, 16]


@pytest.mark.parametrize(
    "count, batch_size, sizes", [(9999, 50, [50] * 4), (9999, 9999, [213]), (60, 9999, [213]), (7, 50, [50])]
)
def test_a_sample_has_at_most_all_frames_of_the_split(uneven, count, batch_size, sizes):
    assert [len(speaker) for _, speaker in frames(uneven).sample(count, batch_size)] == sizes


def test_values_are_between_minus_1_and_1(uneven):
    x, _ = frames(uneven).read(np.arange(213))
    assert x.dtype == np.float32 and x.min() >= -1 and x.max() <= 1 and np.abs(x).mean() > 0.1
