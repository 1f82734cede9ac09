"""Conversion of an utterance's acoustic features: source mix, variance restoration, power, unseen speakers."""

import numpy as np
import pytest
from acoustic_statistics import DECAY, cepstra_of, frames_of, same, statistics
from networks import FunctionNetwork

from vconv.spectral_conversion.blend import Blend
from vconv.spectral_conversion.cepstrum_converter import CepstrumConverter


def spectral(network=same, gv=0.0, source_mix=0.0, transforms=None, **changes):
    transforms = np.zeros((2, 2, 25, 24)) if transforms is None else transforms
    conversion = {"gv": gv, "source_mix": source_mix, "resynthesis_iterations": 0, "keep_source_silence": False}
    conversion["f0"] = "percentiles"
    return CepstrumConverter(FunctionNetwork(network, 2), statistics(**changes), conversion, transforms, (0, 0))


def test_a_network_that_changes_nothing_gives_the_spectrum_back(speech):
    frames, converts = frames_of(speech), spectral()
    found, energy = converts.predict(converts.encode(frames, 0), Blend.of(0))
    np.testing.assert_allclose(found, frames.spectrum, atol=1e-4)
    np.testing.assert_allclose((10**found).sum(axis=1), 1, rtol=1e-9)
    np.testing.assert_allclose(energy, frames.energy, rtol=1e-4)


def test_every_coefficient_goes_to_the_targets_mean(speech):
    random = np.random.default_rng(1)
    mean, std = random.normal(size=(2, 40)) * DECAY / 4, random.uniform(0.7, 1.3, (2, 40)) * DECAY
    converts = spectral(mean=mean, std=std)
    found = cepstra_of(converts.predict(converts.encode(frames_of(speech), 0), Blend.of(1))[0])
    relative = (speech - mean[0]) / std[0]
    scale = std.mean(axis=0)  # the network's scale is the same for all speakers
    np.testing.assert_allclose(found[:, 1:25], (relative * scale + mean[1])[:, 1:25], atol=1e-4)
    np.testing.assert_allclose(found[:, 25:], np.tile(mean[1, 25:], (60, 1)), atol=1e-4)


def test_the_network_gets_frames_with_a_hop_of_10_ms_and_the_targets_number(speech):
    def earlier(content, target):
        return np.pad(same(content[:, :-1]), [(0, 0), (1, 0), (0, 0)]) * np.float32(1 + target)

    converts = spectral(earlier)
    for target in 0, 1:
        found = cepstra_of(converts.predict(converts.encode(frames_of(speech), 0), Blend.of(target))[0])
        np.testing.assert_allclose(found[2:, 1:25], (1 + target) * speech[:-2, 1:25], atol=1e-4)
        np.testing.assert_allclose(found[:2, 1:25], 0, atol=1e-4)


@pytest.mark.parametrize(("source", "source_mix"), [(0, 1.0), (0, 0.25), (1, 0.25), (None, 0.25), (None, 1.0)])
def test_source_mix_adds_the_sources_coefficients_moved_by_the_affine_transform(speech, source, source_mix):
    random = np.random.default_rng(1)
    mean, std = random.normal(size=(2, 40)) * DECAY / 4, random.uniform(0.7, 1.3, (2, 40)) * DECAY
    transforms = random.normal(size=(2, 2, 25, 24)) / 5
    converts = spectral(source_mix=source_mix, transforms=transforms, mean=mean, std=std)
    encoded = converts.encode(frames_of(speech), source)
    found = cepstra_of(converts.predict(encoded, Blend.of(1))[0])
    moved, own = encoded.normalized[:, 1:].copy(), encoded.normalized[:, 1:] * (np.arange(39) < 24)
    affine = transforms[1].mean(axis=0) if source is None else transforms[1, source]  # unseen: the mean of all
    moved[:, :24] = moved[:, :24] @ affine[:24] + affine[24]
    predicted, moved = own * std.mean(axis=0)[1:], moved * std[1, 1:]
    np.testing.assert_allclose(found[:, 1:], (1 - source_mix) * predicted + source_mix * moved + mean[1, 1:], atol=1e-4)


@pytest.mark.parametrize(
    ("gv", "ratio", "expected"),
    [(0.0, 4.0, 1.0), (1.0, 4.0, 4.0), (0.5, 4.0, 2.0), (1.0, 0.25, 0.25), (1.0, 100.0, 9.0), (1.0, 0.001, 1 / 9)],
)
def test_variance_restoration_gives_the_targets_variance_within_limits(speech, gv, ratio, expected):
    own = speech.var(axis=0)
    converts = spectral(gv=gv, variance=np.stack([own, own * ratio]))
    found = cepstra_of(converts.predict(converts.encode(frames_of(speech), 0), Blend.of(1))[0])
    np.testing.assert_allclose(found[:, 1:25].var(axis=0), own[1:25] * expected, rtol=1e-2)
    np.testing.assert_allclose(found[:, 1:25].mean(axis=0), speech[:, 1:25].mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(found[:, 25:], speech[:, 25:], atol=1e-4)


@pytest.mark.parametrize(("source", "expected"), [(0, 2.0), (1, 1.0), (None, 1 / (1 / 6 + 5 / 6 * 0.75))])
def test_variance_restoration_keeps_the_variance_ratio_of_the_utterance(speech, source, expected):
    """This utterance has twice the usual variance of Ann, that of Bo, and 1.26 times that of an unseen speaker."""
    own = speech.var(axis=0)
    converts = spectral(gv=1.0, variance=np.stack([own / 2, own]))
    found = cepstra_of(converts.predict(converts.encode(frames_of(speech), source), Blend.of(1))[0])
    np.testing.assert_allclose(found[:, 1:25].var(axis=0), own[1:25] * expected, rtol=1e-2)


def test_a_usual_variance_of_0_gives_finite_spectra(speech):
    converts = spectral(gv=1.0, variance=np.stack([np.zeros(40), speech.var(axis=0)]))
    assert np.isfinite(converts.predict(converts.encode(frames_of(speech), 0), Blend.of(1))[0]).all()


def test_pauses_count_neither_in_the_variance_nor_in_the_statistics_of_an_unseen_speaker(speech):
    speech[40:] += 5 * DECAY * (np.arange(40) > 0)
    frames = frames_of(speech)
    frames.energy[:40], frames.energy[40:] = 1, 1e-4
    converts = spectral(gv=1.0, variance=np.tile(speech[:40].var(axis=0), (2, 1)))
    for source in 0, None:
        encoded = converts.encode(frames, source)
        assert encoded.mask.tolist() == [True] * 40 + [False] * 20
    loud = converts.encode(frames_of(speech[:40]), None)
    np.testing.assert_allclose(encoded.normalized[:40, 1:], loud.normalized[:, 1:], atol=1e-6)
    assert encoded.normalized[40:, 0].max() < -3, "a pause is far below the mean power of speech"
    found = cepstra_of(converts.predict(converts.encode(frames, 0), Blend.of(0))[0])
    np.testing.assert_allclose(found[:, 1:25], speech[:, 1:25], atol=1e-3)


@pytest.mark.parametrize(("times", "weight"), [(1, 1 / 6), (5, 1 / 2), (500, 100 / 101)])
def test_statistics_of_an_unseen_speaker_are_map_estimates_with_the_training_speakers_as_the_prior(
    speech, times, weight
):
    """The prior weighs as much as 1.5 s of speech, 300 frames."""
    unseen = np.tile(speech * 1.4 + 0.3 * DECAY * (np.arange(40) > 0), (times, 1))
    mean, std = np.stack([DECAY, 3 * DECAY]), np.stack([DECAY, 2 * DECAY])
    mean[:, 0] = 0
    converts = spectral(mean=mean, std=std)
    found = converts.encode(frames_of(unseen), None)
    center = weight * unseen.mean(axis=0) + (1 - weight) * mean.mean(axis=0)
    scale = np.sqrt(weight * unseen.var(axis=0) + (1 - weight) * 2.5 * DECAY**2)
    expected = ((unseen - center) / scale)[:, 1:25]
    np.testing.assert_allclose(found.normalized[:, 1:25], expected, atol=1e-4)
    np.testing.assert_allclose(found.content[:, :24], expected, atol=1e-4)
    converted = cepstra_of(converts.predict(found, Blend.of(1))[0])[:, 1:25]
    np.testing.assert_allclose(converted, (expected * std.mean(axis=0)[1:25]) + mean[1, 1:25], atol=1e-4)


def test_equal_frames_of_an_unseen_speaker_take_their_standard_deviation_from_the_prior(speech):
    """Their own standard deviation is 0, and nothing becomes infinite."""
    alike = np.repeat(speech[:1], 5, axis=0)
    converts = spectral(gv=1.0)
    encoded = converts.encode(frames_of(alike), None)
    known = 300 / 305  # the weight of the prior, whose mean is 0 and standard deviation `DECAY`
    expected = known * alike[:, 1:25] / (np.sqrt(known) * DECAY[1:25])
    np.testing.assert_allclose(encoded.content[:, :24], expected, atol=1e-4)
    assert np.isfinite(converts.predict(encoded, Blend.of(1))[0]).all()


def doubled(content, target):
    """Stand for the network: as `same`, with power twice as far from its mean."""
    return same(content) * np.float32([2.0] + [1.0] * 39)


@pytest.mark.parametrize(
    ("network", "changes", "difference_db"),
    [
        (same, {}, 12),
        (doubled, {}, 24),
        (doubled, {"source_mix": 0.25}, 21),
        (same, {"gv": 1.0}, 18),
        (doubled, {"gv": 1.0}, 18),
    ],
)
def test_power_follows_the_network_source_mix_and_variance_restoration_and_pauses_keep_theirs(
    speech, network, changes, difference_db
):
    """The first third is 12 dB above the second; the last third is a pause."""
    frames = frames_of(np.tile(speech, (5, 1)))
    quieter_db = np.repeat([0, 12, 50], 100)
    frames.energy[:] = 10 ** (-quieter_db / 10)
    own = np.square(6 / 8)
    variance = np.array([[own], [own * 1.5**2]]) * np.ones((2, 40))
    converts = spectral(network, variance=variance, **changes)
    encoded = converts.encode(frames, 0)
    assert encoded.mask.tolist() == [True] * 200 + [False] * 100
    energy_db = 10 * np.log10(converts.predict(encoded, Blend.of(1))[1])
    level_db = [energy_db[start + 20 : start + 80] for start in (0, 100, 200)]
    for part in level_db:
        np.testing.assert_allclose(part, part[0], atol=1e-2)  # changes fade within a few frames
    assert level_db[0][0] - level_db[1][0] == pytest.approx(difference_db, abs=0.05)
    whole_db = 10 * np.log10((10 ** (energy_db / 10)).sum() / frames.energy.sum())
    assert whole_db == pytest.approx(0, abs=1e-9)
    between_db = (level_db[0][0] + level_db[1][0]) / 2  # the pause keeps its level relative to the mean of speech
    assert between_db - level_db[2][0] == pytest.approx(44, abs=0.05)
