"""The settings of `conversion` with each kind of model: every one does what it says, changed without a training."""

import numpy as np
import pytest
from acoustic_statistics import RATE, same, statistics
from networks import FRAME_BY_FRAME, FunctionNetwork
from voice import voice

import vconv
from vconv import models
from vconv.audio import mel_cepstrum, world
from vconv.common.errors import VconvError
from vconv.conversion.converter import VoiceConverter
from vconv.streaming.converter import voice_of

OFF = {"gv": 0.0, "source_mix": 0.0, "resynthesis_iterations": 0, "keep_source_silence": False, "f0": "linear"}
OWN = np.log(200) + 0.1 * np.array([-1.64, -0.67, 0, 0.67, 1.64])
PAUSE = slice(0, 4000)
Y = voice(200 * 2 ** (0.1 * np.sin(2 * np.pi * 3 * np.arange(RATE) / RATE)), seconds=1.0)
Y[PAUSE] = 1e-4 * np.random.default_rng(0).standard_normal(4000)


def identity(frames, target):
    return frames


def converter(model, **conversion):
    settings = {"network": FRAME_BY_FRAME, "conversion": OFF | conversion}
    found = statistics(
        mean=np.stack([np.zeros(40), 0.3 / np.arange(1, 41) * (np.arange(40) > 0)]),
        log_f0_percentiles=np.stack([OWN, OWN + np.log(2)]),  # an octave higher; mean and deviation are equal
    )
    transforms = np.zeros((2, 2, 25, 24)) if model == "matched" else None
    network = FunctionNetwork(same if model == "matched" else identity, 2)
    return VoiceConverter(network, found, {"model": model, "settings": settings}, transforms)


@pytest.fixture(params=["convvae", "vawgan", "matched"])
def model(request):
    return request.param


def test_the_published_models_have_all_settings_and_all_are_off():
    for name in "convvae", "vawgan":
        assert models.settings(name)["conversion"] == OFF
    assert models.settings("matched")["conversion"].keys() == OFF.keys()


@pytest.mark.parametrize("change", [{"gv": 0.5}, {"source_mix": 0.5}, {"resynthesis_iterations": 1}])
def test_each_setting_changes_the_result(model, change):
    plain, changed = (converter(model, **conversion).convert(Y, "Bo", "Ann")[0] for conversion in ({}, change))
    assert np.abs(plain - changed).max() > 0.01 * np.abs(plain).max()


@pytest.mark.parametrize(("f0", "octaves"), [("linear", 0), ("percentiles", 1)])
def test_f0_is_converted_by_mean_and_deviation_or_by_percentiles(model, f0, octaves):
    found = world.estimate_f0(converter(model, f0=f0).convert(Y, "Bo", "Ann")[0], RATE, 120, 600)
    assert np.median(found[found > 0]) == pytest.approx(200 * 2**octaves, rel=0.02)


def test_source_silence_is_the_recordings_own(model):
    plain, kept = (converter(model, keep_source_silence=keep).convert(Y, "Bo", "Ann")[0] for keep in (False, True))
    inside = slice(400, 3000)
    assert np.corrcoef(kept[inside], Y[inside])[0, 1] > 0.999 > 0.3 > abs(np.corrcoef(plain[inside], Y[inside])[0, 1])


def test_resynthesis_brings_the_signal_closer_to_the_spectrum():
    """The spectrum of the identity is the recording's."""
    error_db = []
    for iterations in 0, 1:
        y, _ = converter("convvae", resynthesis_iterations=iterations).convert(Y, "Ann", "Ann")
        found, wanted = (world.analyze(signal[: len(Y)], RATE, 120, 400).spectrum[70:190] for signal in (y, Y))
        cepstra = (mel_cepstrum.from_spectrum(power, 24, 0.41)[:, 1:] for power in (found, wanted))
        error_db.append(np.sqrt(2 * np.square(np.subtract(*cepstra)).sum(axis=1)).mean() * 10 / np.log(10))
    assert error_db[1] < 0.9 * error_db[0]


def test_settings_change_without_a_training_and_what_is_stored_stays():
    changed = vconv.VoiceConverter.load("sample", conversion={"gv": 0.25, "f0": "linear"})
    assert changed.spectral.gv == changed.settings["settings"]["conversion"]["gv"] == 0.25
    assert changed.spectral.source_mix == models.settings("matched")["conversion"]["source_mix"]
    assert vconv.VoiceConverter.load("sample").spectral.gv == models.settings("matched")["conversion"]["gv"]


@pytest.mark.parametrize(
    "conversion, sentence",
    [
        ({"gain": 1}, "matched: conversion: there is no key gain; the keys are: source_mix, gv, "),
        ({"gv": 2}, "matched: conversion.gv is 2; it must be from 0 to 1"),
        ({"keep_source_silence": 1}, "conversion.keep_source_silence: needs true or false such as True, found 1"),
        (3, "matched: conversion: needs a section with the keys source_mix, gv, .*, found 3"),
    ],
)
def test_a_mistaken_setting_is_one_sentence(conversion, sentence):
    with pytest.raises(VconvError, match=sentence):
        vconv.VoiceConverter.load("sample", conversion=conversion)


def test_a_stream_refuses_resynthesis_and_takes_the_others():
    with pytest.raises(VconvError, match="resynthesis_iterations: a stream has no resynthesis, .*vconv convert"):
        voice_of("sample", {"resynthesis_iterations": 2})
    assert voice_of("sample", {"source_mix": 0.5, "resynthesis_iterations": 0}).spectral.source_mix == 0.5


@pytest.mark.parametrize("conversion", [{}, {"gv": 0.9, "source_mix": 0.2, "keep_source_silence": True}])
def test_a_model_of_single_frames_streams(conversion):
    """The stream of the identity has the spectra of the recording."""
    vc = converter("convvae", **conversion)
    stream = vconv.StreamingConverter(vc, "Ann", "Ann")
    y = np.concatenate([*map(stream.push, np.array_split(np.tile(Y, 2), 23)), stream.flush()])
    assert len(y) == 2 * len(Y)
    found, wanted = (world.analyze(part, RATE, 120, 400).spectrum[280:380] for part in (y, np.tile(Y, 2)))
    cepstra = (mel_cepstrum.from_spectrum(power, 24, 0.41)[:, 1:] for power in (found, wanted))
    distance_db = np.sqrt(2 * np.square(np.subtract(*cepstra)).sum(axis=1)).mean() * 10 / np.log(10)
    assert distance_db < 3.5
