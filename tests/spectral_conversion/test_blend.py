"""A blend of voices lies between them: spectrum, pitch and signal, by both kinds of spectral conversion."""

import numpy as np
import pytest
from acoustic_statistics import BINS, DECAY, RATE, statistics
from networks import FRAME_BY_FRAME
from voice import voice

from vconv import models
from vconv.audio import loudness, world
from vconv.conversion.converter import VoiceConverter

STEPS = np.linspace(0, 1, 6)
Y = voice(np.geomspace(180, 220, 8000), seconds=0.5)
CORRECTED = {
    "gv": 0.9,
    "source_mix": 0.2,
    "resynthesis_iterations": 1,
    "keep_source_silence": False,
    "f0": "percentiles",
}
PUBLISHED = models.settings("convvae")["conversion"]


class Network:
    """Stands for a trained network: the embedding of a speaker is added to what the source says."""

    fine_tuned = {}

    def __init__(self, inputs, outputs):
        random = np.random.default_rng(0)
        self.embeddings = random.standard_normal((2, 4)).astype(np.float32)
        self.of_input = random.standard_normal((inputs, outputs)).astype(np.float32) / inputs
        self.of_speaker = random.standard_normal((4, outputs)).astype(np.float32) / 20

    def __call__(self, x, embedding):
        return x @ self.of_input + embedding @ self.of_speaker


def converter(model, conversion):
    random = np.random.default_rng(1)
    mean, std = random.normal(size=(2, 40)) * DECAY / 4, random.uniform(0.7, 1.3, (2, 40)) * DECAY
    low = np.log(200) + 0.1 * np.array([-1.64, -0.67, 0, 0.67, 1.64])
    found = statistics(mean=mean, std=std, variance=std**2 / 2, log_f0_percentiles=np.stack([low, low + 1]))
    found.log_f0_mean[1] += 1
    settings = {"model": model, "settings": {"network": FRAME_BY_FRAME, "conversion": conversion}}
    network = Network(27, 40) if model == "matched" else Network(BINS, BINS)
    return VoiceConverter(network, found, settings, random.normal(size=(2, 2, 25, 24)) / 5)


@pytest.fixture(scope="module", params=[("matched", CORRECTED), ("convvae", PUBLISHED), ("convvae", CORRECTED)])
def vc(request):
    return converter(*request.param)


def analyzed(y):
    return world.analyze(loudness.to_reference_level(y, RATE)[0], RATE, 70, 700)


def test_the_weight_1_of_one_voice_is_this_voice_to_the_bit(vc):
    for target in vc.speakers:
        alone, _ = vc.convert(Y, target, "Ann")
        others = {name: float(name == target) for name in vc.speakers}
        np.testing.assert_array_equal(vc.convert(Y, others, "Ann")[0], alone)
        np.testing.assert_array_equal(vc.convert(Y, f"{target}:0.3", "Ann")[0], alone)


def test_the_spectrum_is_monotone_in_the_weights(vc, monkeypatch):
    seen = []
    monkeypatch.setattr(world, "restore_energy", lambda spectrum, energy: seen.append(spectrum) or 10**spectrum)
    utterance = vc.analyze(Y, "Ann")
    for share in STEPS:
        vc.synthesize(utterance, {"Ann": 1 - share, "Bo": share})
    from_ann, from_bo = ([np.abs(one - end).mean() for one in seen] for end in (seen[0], seen[-1]))
    assert (np.diff(from_ann) > 0).all() and (np.diff(from_bo) < 0).all() and from_ann[0] == from_bo[-1] == 0


def test_log_f0_moves_in_equal_steps_with_the_weights(vc, monkeypatch):
    seen, synthesize = [], world.synthesize
    monkeypatch.setattr(world, "synthesize", lambda f0_hz, *rest: seen.append(f0_hz) or synthesize(f0_hz, *rest))
    for share in STEPS:
        vc.convert(Y, {"Ann": 1 - share, "Bo": share}, "Ann")
        voiced = seen[-1] > 0
        np.testing.assert_allclose(np.log(seen[-1][voiced] / seen[0][voiced]), share, atol=1e-9)


def test_strength_leads_from_the_recording_to_the_conversion(vc, monkeypatch):
    """At 0 the result is WORLD's copy-synthesis, up to what corrects the envelope."""
    monkeypatch.setattr(vc.spectral, "resynthesis_iterations", 0)
    own, full = analyzed(Y), vc.convert(Y, "Bo", "Ann")[0]
    found = [vc.convert(Y, "Bo", "Ann", strength=strength)[0] for strength in STEPS]
    copy = world.synthesize(own.f0_hz, own.spectrum, own.aperiodicity, RATE)
    np.testing.assert_allclose(found[0], loudness.match_level(copy, Y, RATE), atol=1e-3)
    np.testing.assert_array_equal(found[-1], full)
    inner, ends = slice(20, 80), [np.log(analyzed(y).spectrum) for y in found]
    distances = [np.abs(end - ends[0])[inner].mean() for end in ends]
    assert (np.diff(distances) > 0).all()
    f0_hz = [np.median(world.estimate_f0(y, RATE, 100, 900)[inner]) for y in found]
    np.testing.assert_allclose(np.log(np.divide(f0_hz, f0_hz[0])), STEPS, atol=0.02)


@pytest.mark.parametrize(("semitones", "factor"), [(0.5, 2 ** (0.5 / 12)), (-12, 0.5), (7, 2 ** (7 / 12))])
@pytest.mark.parametrize("synthesis", ["world", "diff"])
def test_semitones_shift_the_converted_pitch(vc, semitones, factor, synthesis):
    pitches = []
    for shift, center in (0, 200), (semitones, 200 * factor):
        y, _ = vc.convert(Y, "Ann", "Ann", synthesis=synthesis, semitones=shift)
        pitches.append(np.median(world.estimate_f0(y, RATE, 0.75 * center, 1.4 * center)[20:80]))
    assert pitches[1] / pitches[0] == pytest.approx(factor, rel=0.01)
