"""Fixtures that several rooms share: a small feature file, and a run trained on it."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np
import pytest

from vconv.features import store as stores
from vconv.features.statistics import compute

SPEAKERS = ("Ann", "Bjørn K", "Cy_2")
SETTINGS = {"sample_rate": 16000, "frame_period_ms": 5.0, "fft_size": 1024, "f0_method": "dio"}
SMALL = {
    "network": {"latent": 4, "encoder_channels": [2, 4], "encoder_kernels": [7, 7], "decoder_start_channels": 3,
                "decoder_channels": [4, 2], "decoder_kernels": [7, 7]},
    "training": {"batch_size": 8, "frames_per_epoch": 80, "epochs": 2},
}


def write_store(path, lengths, seed=0, bins=513, splits=("training", "validation")):
    """Write a feature file of smooth random spectra: for each speaker and split, utterances of the given lengths."""
    random = np.random.default_rng(seed)
    utterances, frames = [], []
    for speaker in SPEAKERS:
        for split in splits:
            for number, length in enumerate(lengths):
                utterances.append(stores.StoredUtterance(f"{split}{number}", speaker, split, 0, length, length * 80))
                walk = np.cumsum(random.normal(size=(length, bins)), axis=1)
                spectrum = walk / np.abs(walk).max() - 4 - SPEAKERS.index(speaker) / 10
                f0_hz = np.where(random.random(length) < 0.7, random.uniform(80, 200, length), 0)
                frames.append(stores.Frames(spectrum.astype(np.float16), random.uniform(1, 2, length).astype(np.float32),
                                            f0_hz.astype(np.float32), np.full((length, 1), -10, np.float32)))
    stores.write(path, SETTINGS, {speaker: (70.0, 300.0) for speaker in SPEAKERS}, utterances, frames)
    return path


@pytest.fixture
def small_store(tmp_path):
    """A feature file of three speakers, 2 × 30 frames a split each."""
    with stores.FeatureStore(write_store(tmp_path / "features.h5", (30, 30))) as store:
        yield store


@pytest.fixture
def small_statistics(small_store):
    """The statistics of `small_store`."""
    return compute(small_store)


@pytest.fixture
def small_settings():
    """Changes that make any model small and its training short."""
    return {section: dict(values) for section, values in SMALL.items()}
