"""Segments of waves and their mel spectrograms, on which a vocoder is trained."""

import numpy as np
import pytest
from small import write_store

from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.common.errors import VconvError
from vconv.data.segments import FULL_SCALE, Segments
from vconv.features.store import FeatureStore

MEL = MelSettings(16000)
LENGTH = 2048


@pytest.fixture
def store(tmp_path):
    contents = ("frames", "wave", "copy_synthesis")
    with FeatureStore(write_store(tmp_path / "features.h5", (20, 90), contents=contents)) as opened:
        yield opened


def segments(store, split="training", condition="natural", **options):
    return Segments(store, split, MEL, LENGTH, condition, **options)


@pytest.mark.parametrize("condition, wave_kind", [("natural", "wave"), ("world", "copy_synthesis")])
def test_a_segment_is_a_part_of_the_recording_and_of_the_mel_spectrogram_of_the_condition(store, condition, wave_kind):
    source = segments(store, condition=condition)
    number = next(i for i, utterance in enumerate(source.utterances) if utterance.samples > LENGTH + 600)
    utterance = source.utterances[number]
    mel, wave = source.segment(number, 512)
    natural = store.read_wave(utterance) / FULL_SCALE
    assert np.array_equal(wave[:, 0], natural[512 : 512 + LENGTH].astype(np.float32))
    whole = MelSpectrogram(MEL)(store.read_wave(utterance, wave_kind) / FULL_SCALE)
    assert mel.shape == (8, 80) and np.allclose(mel, whole[2:10], atol=1e-3)


def test_an_utterance_shorter_than_a_segment_is_padded_with_silence(store):
    source = segments(store)
    number = next(i for i, utterance in enumerate(source.utterances) if utterance.samples < LENGTH)
    samples = source.utterances[number].samples
    mel, wave = source.segment(number, 0)
    assert wave.shape == (LENGTH, 1) and (wave[samples:] == 0).all() and (wave[:samples] != 0).any()
    assert mel[-1].max() == pytest.approx(source.peaks_db[number] - 80, abs=1e-3)


def test_every_segment_is_drawn_and_none_beyond_the_end(store):
    source = segments(store)
    numbers, firsts = source.locate(source.draw(0, 200_000))
    samples = np.array([utterance.samples for utterance in source.utterances])
    assert ((firsts >= 0) & (firsts <= np.maximum(samples[numbers] - LENGTH, 0))).all()
    assert len(set(zip(numbers.tolist(), firsts.tolist(), strict=True))) == source.ends[-1], "each of them is drawn"


def test_an_epoch_is_a_function_of_seed_and_number(store):
    def first(seed, epoch):
        return next(iter(segments(store, seed=seed).epochs(epoch, steps=3, batch_size=2)))

    for one, other in zip(first(1, 4), first(1, 4), strict=True):
        assert np.array_equal(one, other)
    assert not np.array_equal(first(1, 4)[1], first(1, 5)[1])
    assert not np.array_equal(first(1, 4)[1], first(2, 4)[1])


def test_epochs_follow_each_other(store):
    source = segments(store)
    batches = [batch[1].numpy() for batch in source.epochs(3, steps=2, batch_size=2).take(4)]
    fourth = [batch[1].numpy() for batch in source.epochs(4, steps=2, batch_size=2).take(2)]
    assert all(np.array_equal(one, other) for one, other in zip(batches[2:], fourth, strict=True))
    assert batches[0].shape == (2, LENGTH, 1)


def test_validation_segments_are_always_the_same(store):
    one, other = (np.concatenate([wave for _, wave in segments(store, "validation").sample(5, 2)]) for _ in range(2))
    assert len(one) == 5 and np.array_equal(one, other)


def test_features_of_another_rate_or_without_waves_are_refused(store, tmp_path):
    with pytest.raises(VconvError, match="of 16000 Hz, but mel.sample_rate is 22050.*--set mel.sample_rate=16000"):
        Segments(store, "training", MelSettings(), LENGTH)
    with FeatureStore(write_store(tmp_path / "frames.h5", (30,))) as frames_alone:
        with pytest.raises(VconvError, match="holds no wave.*contents: .*extract again"):
            segments(frames_alone)
    with FeatureStore(write_store(tmp_path / "natural.h5", (30,), contents=("wave",))) as natural_alone:
        with pytest.raises(VconvError, match="holds no copy_synthesis"):
            segments(natural_alone, condition="world")
