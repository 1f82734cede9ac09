"""Conversion frame by frame: exactly the network's prediction, and the corrections that serve every model."""

import numpy as np
import pytest
from acoustic_statistics import BINS, DECAY, cepstra_of, frames_of, statistics
from networks import FunctionNetwork

from vconv import models
from vconv.spectral_conversion.blend import Blend
from vconv.spectral_conversion.frame_converter import FrameConverter

BO = Blend.of(1)


def identity(frames, target):
    return frames


def spectral(network=identity, transforms=None, conversion=None, **changes):
    settings = models.settings("convvae", {"conversion": conversion or {}})
    return FrameConverter(FunctionNetwork(network, 2), statistics(**changes), settings["conversion"], transforms)


def test_the_published_conversion_is_exactly_what_the_network_predicts(speech):
    def darker(frames, target):
        return 0.5 * frames - np.float32(0.1 * target)

    frames, converts = frames_of(speech), spectral(darker)
    found, energy = converts.predict(converts.encode(frames, None), BO)
    np.testing.assert_array_equal(
        found, converts.normalizer.inverse(darker(converts.normalizer.forward(frames.spectrum), 1))
    )
    np.testing.assert_array_equal(energy, frames.energy)


def test_the_published_conversion_asks_for_no_facts_about_the_whole_recording():
    def blocks():
        raise AssertionError("a block was encoded")
        yield

    assert spectral().target_facts(blocks(), BO) is None
    with pytest.raises(AssertionError, match="a block was encoded"):
        spectral(conversion={"gv": 0.5}).target_facts(blocks(), BO)


@pytest.mark.parametrize(("gv", "ratio", "expected"), [(1.0, 4.0, 4.0), (0.5, 4.0, 2.0), (1.0, 100.0, 9.0)])
def test_variance_restoration_gives_the_targets_variance_within_limits(speech, gv, ratio, expected):
    own = speech.var(axis=0)
    converts = spectral(conversion={"gv": gv}, variance=np.stack([own, own * ratio]))
    found = cepstra_of(converts.predict(converts.encode(frames_of(speech), 0), BO)[0])
    np.testing.assert_allclose(found[:, 1:25].var(axis=0), own[1:25] * expected, rtol=1e-2)
    np.testing.assert_allclose(found[:, 1:25].mean(axis=0), speech[:, 1:25].mean(axis=0), atol=1e-3)


@pytest.mark.parametrize("source", [0, None])
@pytest.mark.parametrize("with_transforms", [False, True])
def test_source_mix_adds_the_sources_coefficients_moved_to_the_target(speech, source, with_transforms):
    """Without affine transforms, as in a run that has none, they are moved by mean and standard deviation alone."""
    random = np.random.default_rng(1)
    mean, std = random.normal(size=(2, 40)) * DECAY / 4, random.uniform(0.7, 1.3, (2, 40)) * DECAY
    transforms = random.normal(size=(2, 2, 25, 24)) / 5 if with_transforms else None
    converts = spectral(transforms=transforms, conversion={"source_mix": 0.25}, mean=mean, std=std)
    encoded = converts.encode(frames_of(speech), source)
    moved = encoded.normalized[:, 1:25]
    if with_transforms:
        affine = transforms[1].mean(axis=0) if source is None else transforms[1, source]
        moved = moved @ affine[:24] + affine[24]
    moved = moved * std[1, 1:25] + mean[1, 1:25]
    found = cepstra_of(converts.predict(encoded, BO)[0])[:, 1:25]
    np.testing.assert_allclose(found, 0.75 * speech[:, 1:25] + 0.25 * moved, atol=2e-3)


def test_corrections_keep_what_the_mel_cepstrum_does_not_describe(speech):
    ripple = np.float32(0.01) * (-1.0) ** np.arange(BINS, dtype=np.float32)

    def rippled(frames, target):
        return frames + ripple

    found = []
    for network in identity, rippled:
        converts = spectral(
            network, conversion={"gv": 1.0}, variance=np.stack([speech.var(axis=0) * k for k in (1, 4)])
        )
        found.append(converts.predict(converts.encode(frames_of(speech), 0), BO)[0])
    difference = found[1] - found[0]
    np.testing.assert_allclose(difference - difference.mean(), np.tile(10 * ripple, (60, 1)), atol=5e-3)


def test_the_power_gets_the_targets_range_and_pauses_keep_theirs(speech):
    """The first third is 12 dB above the second; the last third is a pause. The target's power varies 1.5 times."""
    frames = frames_of(np.tile(speech, (5, 1)))
    frames.energy[:] = 10 ** (-np.repeat([0, 12, 50], 100) / 10)
    variance = np.square(6 / 8) * np.array([[1.0], [1.5**2]]) * np.ones((2, 40))
    converts = spectral(conversion={"gv": 1.0}, variance=variance)
    energy_db = 10 * np.log10(converts.predict(converts.encode(frames, 0), BO)[1])
    loud, soft, pause = (energy_db[start + 50] for start in (0, 100, 200))
    assert loud - soft == pytest.approx(18, abs=0.05) and (loud + soft) / 2 - pause == pytest.approx(44, abs=0.05)


def test_blocks_of_a_recording_give_the_conversion_of_the_whole(speech):
    from vconv.spectral_conversion.speech_facts import SpeechFacts

    frames = frames_of(np.tile(speech, (2, 1)))
    converts = spectral(
        conversion={"gv": 0.8, "source_mix": 0.3}, variance=np.stack([speech.var(axis=0) * k for k in (1, 3)])
    )
    whole = converts.predict(converts.encode(frames, 0), BO)
    facts, cores = SpeechFacts.of(frames), [slice(0, 50), slice(50, 120)]

    def encoded(core):
        block = frames._replace(**{name: array[core] for name, array in frames.arrays().items()})
        return converts.encode(block, 0, facts.part(core))

    target_facts = converts.target_facts(((encoded(core), slice(None)) for core in cores), BO)
    parts = [converts.predict(encoded(core), BO, target_facts.part(core)) for core in cores]
    for found, expected in zip(zip(*parts, strict=True), whole, strict=True):
        np.testing.assert_allclose(np.concatenate(found), expected, rtol=1e-6)
