"""Crops: stretches of one training utterance each, in another voice, some rows hidden."""

import numpy as np
import pytest

from vconv.alignment import crops
from vconv.alignment.crops import Crops
from vconv.alignment.rows import Rows
from vconv.audio import mel_cepstrum

PLAIN = {"batch_size": 64, "crop_rows": 70, "warp": 0.0, "masked_rows": 1}


@pytest.fixture
def rows(trio):
    return Rows(trio.store, trio.statistics)


@pytest.fixture
def plain(monkeypatch):
    """Crops without noise."""
    monkeypatch.setattr(crops, "CHANNEL_DEVIATION", np.zeros(40))
    monkeypatch.setattr(crops, "POWER_DEVIATION", 0.0)


def test_a_crop_is_a_stretch_of_one_training_utterance(rows):
    content, labels, weights = Crops(rows, np.arange(len(rows.first), dtype=np.int32), PLAIN, 0).draw()
    assert (content.shape, content.dtype) == ((64, 70, 27), np.float32) and weights.dtype == np.float32
    assert labels.shape == weights.shape == (64, 70) and labels.dtype == np.int32
    for chosen, weight in zip(labels, weights, strict=True):
        length = min(70, rows.last[chosen[0]] - chosen[0] + 1)
        np.testing.assert_array_equal(chosen[:length], chosen[0] + np.arange(length))
        assert rows.training[chosen].all() and len(set(rows.first[chosen])) == 1
        assert length == 70 or chosen[0] == rows.first[chosen[0]], "only what is shorter than a crop is padded"
        np.testing.assert_allclose(weight[:length], np.where(rows.active[chosen[:length]], 1, 0.05))
        assert not weight[length:].any()
    assert not content[weights == 0].any() and (weights == 0).any() and len(set(rows.first[labels[:, 0]])) == 9


def test_without_noise_a_crop_is_the_content_less_a_share_of_its_utterances_mean(rows, plain):
    numbers = np.arange(len(rows.first), dtype=np.int32)
    content, chosen, _ = Crops(rows, numbers, PLAIN | {"crop_rows": 40}, 1).draw()
    shares = []
    for found, own in zip(content, chosen, strict=True):
        heard = found.any(axis=1)
        assert len(own) - heard.sum() <= 1
        utterance = slice(rows.first[own[0]], rows.last[own[0]] + 1)
        mean = rows.content[utterance][rows.active[utterance]].mean(axis=0)[:24]
        difference = (rows.content[own] - found)[heard]
        share = difference[:, :24] @ mean / (mean @ mean)
        np.testing.assert_allclose(difference[:, :24], np.outer(share, mean), atol=1e-3)
        np.testing.assert_array_equal(difference[:, 24:], 0)
        assert np.ptp(share) < 1e-2
        shares.append(share[0])
    assert -0.01 < min(shares) < 0.1 and 0.9 < max(shares) < 1.01


def test_a_warped_crop_is_one_of_a_warped_spectrum(rows, plain, monkeypatch):
    monkeypatch.setattr(crops, "WARPS", 1)  # np.linspace of one value: the lowest
    made = Crops(rows, np.zeros(len(rows.first)), PLAIN | {"warp": 0.08}, 0)
    spectrum = mel_cepstrum.to_spectrum(rows.cepstra[:30], 1025, 0.41)
    expected = mel_cepstrum.from_spectrum(spectrum, 12, (0.41 - 0.08) / (1 - 0.41 * 0.08))
    np.testing.assert_allclose((rows.cepstra[:30] @ made.warps[0])[:, :13], expected, atol=2e-3)


@pytest.mark.parametrize("masked", [1, 5, 99])
def test_hidden_rows_are_neighbours_and_no_more_than_allowed(rows, masked):
    settings = PLAIN | {"crop_rows": 12, "masked_rows": masked}
    content, _, weights = Crops(rows, np.zeros(len(rows.first), np.int32), settings, 0).draw()
    hidden = ~content.any(axis=2)
    assert hidden.sum(axis=1).max() == min(masked, 11) and hidden.sum(axis=1).min() == 0
    for row in hidden:
        assert row.sum() < 2 or np.ptp(np.flatnonzero(row)) == row.sum() - 1
    assert weights.all(), "the encoder is asked for hidden rows too"


def test_each_crop_has_a_voice_of_its_own_by_the_seed(rows):
    settings = PLAIN | {"warp": 0.12}
    made = [Crops(rows, np.zeros(len(rows.first)), settings, seed) for seed in (0, 0, 1)]
    first, same, other = (one.draw()[0] for one in made)
    np.testing.assert_array_equal(first, same)
    assert (first != other).any() and (first != made[0].draw()[0]).any()
    assert len({tuple(row) for row in np.round(first[:, 0], 6)}) > 60
