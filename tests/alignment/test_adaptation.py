"""A voice moved into another: exact where neighbors are right, the identity where there is little to go by."""

import numpy as np
import pytest

from vconv.alignment import adaptation
from vconv.alignment.adaptation import adapt, fit_affine, fit_speaker_transform, near_pairs
from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.speaker_frames import SpeakerFrames
from vconv.audio.mel_cepstrum import frequency_warp

SETTINGS = {"warp": 0.15, "rounds": 4, "frames": 6000, "keep": 0.85, "ridge": 10.0}
RANDOM = np.random.default_rng(0)
SOURCE = RANDOM.normal(size=(400, 5)).astype(np.float32)
LINEAR, CONSTANT = np.eye(5) + 0.2 * RANDOM.normal(size=(5, 5)), RANDOM.normal(size=5)
TARGET = (SOURCE @ LINEAR + CONSTANT).astype(np.float32)


class Cepstra:
    """A `SpeakerFrames` of which each row is looked at alone."""

    def __init__(self, cepstra):
        self.acoustic, self.speech = cepstra.astype(np.float32), np.arange(len(cepstra))
        self.coefficients = self.normalized(cepstra[:, 1:25])

    normalized = SpeakerFrames.normalized

    def subset(self, count):
        return self.speech[:count]

    def alignment_features(self, coefficients, chosen):
        return coefficients[chosen]


def smooth(rows, seed=0):
    """Return random mel-cepstra [rows, 40] of a few sounds."""
    random = np.random.default_rng(seed)
    sounds = random.normal(size=(40, 40)) / np.arange(1, 41)
    return sounds[random.integers(40, size=rows)] + 0.02 * random.normal(size=(rows, 40)) / np.arange(1, 41)


@pytest.mark.parametrize("alpha", [-0.15, 0.0, 0.1])
def test_the_warp_is_found(alpha):
    cepstra = smooth(800)
    source = Cepstra(cepstra @ frequency_warp(40, 39, -alpha))
    found = adapt(source, Cepstra(cepstra), SETTINGS | {"rounds": 0})
    np.testing.assert_array_equal(found, source.normalized((source.acoustic @ frequency_warp(40, 39, alpha))[:, 1:25]))


def test_rounds_bring_the_rows_to_where_they_are_in_the_other_voice():
    cepstra = smooth(800)
    mixed = cepstra.copy()
    mixed[:, 1:25] = cepstra[:, 1:25] @ (np.eye(24) + 0.1 * RANDOM.normal(size=(24, 24))) + 3
    source, target = Cepstra(mixed), Cepstra(cepstra)
    errors = [
        np.abs(adapt(source, target, SETTINGS | {"rounds": rounds}) - target.coefficients).mean() for rounds in (0, 4)
    ]
    assert errors[1] < 0.1 < 0.2 < errors[0]


def test_what_is_moved_keeps_mean_and_deviation(trio):
    rows = AlignmentFrames(trio.store, trio.statistics)
    one, other = SpeakerFrames(rows, 0), SpeakerFrames(rows, 1)
    moved = adapt(one, other, SETTINGS)
    np.testing.assert_allclose(moved[one.speech].mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(moved[one.speech].std(axis=0), 1, atol=1e-3)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_voice_of_a_row_or_two_is_moved_by_a_map_that_is_finite_and_small(rows):
    few, many = Cepstra(smooth(rows)), Cepstra(smooth(300, 1))
    for source, target in (few, many), (many, few):
        assert np.isfinite(adapt(source, target, SETTINGS)).all()
    assert np.abs(fit_speaker_transform(few, np.arange(rows), many.coefficients[:rows], 10.0)[:-1]).max() < 30


def test_the_farthest_pairs_do_not_count():
    here, there = np.arange(10.0)[:, None], np.arange(10.0)[:, None] + 0.1
    here[9], there[9] = 90, 200
    assert len(near_pairs(here, there, 1.0)) == 20
    assert near_pairs(here, there, 0.9).max() == 8


def test_right_neighbors_give_the_map():
    affine = fit_affine(SOURCE, TARGET, 1e-6)
    np.testing.assert_allclose(affine, np.vstack([LINEAR, CONSTANT]), atol=1e-3)


@pytest.mark.parametrize("rows", [1, 3])
def test_of_few_rows_the_map_moves_but_does_not_distort(rows):
    affine = fit_affine(SOURCE[:rows], SOURCE[:rows] + 2, 10.0)
    np.testing.assert_allclose(affine, np.vstack([np.eye(5), np.full(5, 2)]), atol=1e-4)
    np.testing.assert_allclose(fit_affine(SOURCE, TARGET, 1e9)[:-1], np.eye(5), atol=1e-3)


def test_no_more_rows_are_looked_at_than_the_settings_say(monkeypatch):
    seen = []
    monkeypatch.setattr(
        adaptation,
        "near_pairs",
        lambda here, there, keep: seen.append((len(here), len(there))) or np.stack([np.arange(50)] * 2, 1),
    )
    adapt(Cepstra(smooth(800)), Cepstra(smooth(300)), SETTINGS | {"frames": 400})
    assert seen == [(400, 300)] * 4
