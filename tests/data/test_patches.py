"""Patches: cut from every long recording, drawn by (seed, epoch); too few of them are refused."""

import numpy as np
import pytest
from small import SPEAKERS, write_store

from vconv import models
from vconv.audio.wav import FULL_SCALE
from vconv.common.errors import VconvError
from vconv.data.patches import Patches, image_of
from vconv.features.store import FeatureStore

WIDTH = 10
SETTINGS = models.settings("dcgan")["spectrogram"] | {"height": 12}
IMAGE = image_of(SETTINGS, 16000)


@pytest.fixture
def store(tmp_path):
    """Per speaker and split three recordings: 9 frames, which is too short, 16 and 32."""
    with FeatureStore(write_store(tmp_path / "f.h5", (28, 50, 100), contents=("wave",))) as store:
        yield store


def test_every_patch_of_every_recording_that_is_long_enough_has_a_number(store):
    patches = Patches(store, "training", IMAGE, WIDTH)
    frames = [-(-80 * length // 256) for length in (50, 100)]
    assert patches.counts.tolist() == [count - WIDTH + 1 for count in frames] * 3
    cut, speakers = patches.read(np.arange(patches.ends[-1]))
    expected, owners = [], []
    for utterance in store.split("training"):
        image, _ = IMAGE(store.read_wave(utterance) / FULL_SCALE)
        for start in range(image.shape[1] - WIDTH + 1):
            expected.append(image[:, start : start + WIDTH])
            owners.append(SPEAKERS.index(utterance.speaker))
    assert cut.dtype == np.float32 and np.allclose(cut, expected, atol=1e-3) and speakers.tolist() == owners


def test_an_epoch_is_a_function_of_seed_and_number(store):
    patches, again, other = (Patches(store, "training", IMAGE, WIDTH, seed) for seed in (1, 1, 2))
    batches = patches.epochs(0, 2, 4).take(4).as_numpy_iterator()
    drawn = [batch for batch, _ in batches]
    assert drawn[0].shape == (4, 12, WIDTH, 1)
    second = next(again.epochs(1, 2, 4).as_numpy_iterator())[0]
    assert np.array_equal(drawn[2], second) and not np.array_equal(drawn[0], drawn[2])
    assert not np.array_equal(patches.draw(0, 50), other.draw(0, 50))
    assert set(patches.draw(0, 5000)) == set(range(patches.ends[-1]))


def test_validation_patches_are_always_the_same_and_in_whole_batches(store):
    patches = Patches(store, "validation", IMAGE, WIDTH)
    total = int(patches.ends[-1])
    for count, rows, wanted in ((20, 8, [8, 8]), (total + 50, 1000, [total])):
        first, second = ([batch for batch, _ in patches.sample(count, rows)] for _ in range(2))
        assert [len(batch) for batch in first] == wanted
        assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))


def test_too_few_patches_and_missing_waves_are_refused_in_one_sentence(store, tmp_path):
    with pytest.raises(VconvError, match="3 training recordings|9 training recordings.*0.50 s.*0 patches of 99 frames"):
        Patches(store, "training", IMAGE, 99)
    with pytest.raises(VconvError, match="and 10000 are needed"):
        Patches(store, "training", IMAGE, WIDTH, fewest=10000)
    with (
        FeatureStore(write_store(tmp_path / "frames.h5", (30,))) as frames,
        pytest.raises(VconvError, match="holds no wave"),
    ):
        Patches(frames, "training", IMAGE, WIDTH)


@pytest.mark.parametrize(
    "changes, rate, sentence",
    [
        ({"range_db": 0.0}, 16000, "range_db is 0"),
        ({"high_hz": 9000.0}, 16000, "9000 Hz"),
        ({"kind": "world", "height": 80}, 16000, "has 513 bins"),
        ({"kind": "cqt", "height": 252, "low_hz": 32.7}, 8000, "half of the sample rate 8000"),
    ],
)
def test_impossible_spectrograms_are_refused(changes, rate, sentence):
    with pytest.raises(VconvError, match=sentence):
        image_of(SETTINGS | changes, rate)
