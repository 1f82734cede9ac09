"""From a signal to the arrays of the feature file: types, contents, copy-synthesis, impossible signals."""

import numpy as np
import pytest
from voice import voice

from vconv.audio import loudness, wav, world
from vconv.common.errors import VconvError
from vconv.features import analysis
from vconv.features.schema import Frames, array_types

TYPES = array_types(["frames"])

EVERYTHING = ("frames", "wave", "copy_synthesis")


def settings(contents=EVERYTHING, rate=16000, frame_period_ms=5.0):
    return {"contents": list(contents), "sample_rate": rate, "frame_period_ms": frame_period_ms} | {
        "f0_method": "autocorrelation",
        "content_encoder": {"name": "mel_cepstrum", "version": 1},
    }


def analyze(y, *options, **changes):
    return analysis.analyze(y, settings(*options, **changes), (70, 300))


def test_arrays_have_the_types_and_lengths_of_the_schema():
    arrays = analyze(voice(150.0, 0.3))
    assert {name: array.dtype for name, array in arrays.items()} == TYPES | dict.fromkeys(EVERYTHING[1:], np.int16)
    assert {len(arrays[name]) for name in TYPES} == {61} and {len(arrays[name]) for name in EVERYTHING[1:]} == {4800}


@pytest.mark.parametrize("contents", [["frames"], ["wave"], ["wave", "copy_synthesis"], ["frames", "copy_synthesis"]])
def test_an_array_does_not_depend_on_the_other_contents(contents):
    some, everything = analyze(voice(150.0, 0.3), contents), analyze(voice(150.0, 0.3))
    assert set(some) == {*(TYPES if "frames" in contents else ()), *contents} - {"frames"}
    assert all(np.array_equal(some[name], everything[name]) for name in some)


def test_waves_alone_are_not_analyzed_by_world(monkeypatch):
    monkeypatch.setattr(world, "analyze", None)
    y = np.array([0.5, -1.0, 0.999, 7.0])  # too short for WORLD as well
    wave = analysis.analyze(y, settings(["wave"]), (np.nan, np.nan))["wave"]
    assert wave.tolist() == [16384, -32768, 32735, 32767]
    assert not analysis.needs_world(["wave"]) and all(map(analysis.needs_world, (["frames"], ["copy_synthesis"])))


@pytest.mark.parametrize(("rate", "frame_period_ms"), [(16000, 5.0), (22050, 5.0), (24000, 7.3)])
@pytest.mark.parametrize("samples", [4801, 4879, 4880])
def test_the_copy_synthesis_is_as_long_as_the_signal_and_has_power_throughout(rate, frame_period_ms, samples):
    y = voice(150.0, 0.5, rate)[:samples]
    copy = analyze(y, rate=rate, frame_period_ms=frame_period_ms)["copy_synthesis"]
    assert copy.shape == (samples,)
    power = [np.square(part.astype(float)).mean() for part in np.array_split(copy, 4)]
    assert max(power) < 4 * min(power)  # no quarter of it is silence


def as_stored(synthesized, y):
    """Return a synthesized signal as long and as loud as `y`, in int16."""
    return wav.to_int16(loudness.match_level(synthesized[: len(y)], y, 16000))


def test_the_copy_synthesis_is_made_of_the_features_as_they_are_stored():
    """The float64 features before storage give another signal."""
    y = voice(150.0, 0.3)
    analyzed = world.analyze(loudness.to_reference_level(y, 16000)[0], 16000, 70, 300)
    exact = as_stored(world.synthesize(*analyzed, 16000), y)
    arrays = analyze(y)
    log_spectrum, energy = (arrays[name].astype(np.float64) for name in ("spectrum", "energy"))
    expected = world.synthesize(
        arrays["f0_hz"],
        10**log_spectrum * energy[:, None],
        world.decode_aperiodicity(arrays["aperiodicity"], 16000),
        16000,
    )
    np.testing.assert_array_equal(arrays["copy_synthesis"], as_stored(expected, y))
    assert 0 < np.abs(arrays["copy_synthesis"] - exact).max() < 2000


def test_copy_synthesis_is_as_long_and_as_loud_as_the_recording_and_clipped_at_full_scale():
    y = voice(150.0, 0.3)
    frames = Frames(**{name: array for name, array in analyze(y).items() if name in TYPES})
    short, whole, loud = (analysis.copy_synthesis(frames, one, settings()) for one in (y[:4000], y, 1e4 * y))
    padded = analysis.copy_synthesis(frames, np.append(y, np.zeros(407)), settings())
    assert len(short) == 4000 and len(padded) == len(y) + 407 and not padded[61 * 80 :].any()
    np.testing.assert_allclose(padded[: len(y)], whole, atol=1 + 0.01 * np.abs(whole).max())
    assert loudness.speech_level(whole / 32768, 16000) == pytest.approx(loudness.speech_level(y, 16000), rel=1e-3)
    assert loud.min() == -32768 and loud.max() == 32767


@pytest.mark.parametrize("gain", [1e-3, 0.1, 2.0])
def test_the_frames_do_not_depend_on_the_level(gain):
    y = voice(np.repeat([150.0, 0.0], 4000), 0.5)
    expected, found = analyze(y, ["frames"]), analyze(gain * y, ["frames"])
    for name in TYPES:
        np.testing.assert_allclose(found[name].astype(float), expected[name].astype(float), rtol=1e-3, atol=2e-3)


def test_signals_that_world_cannot_analyze_are_refused(monkeypatch):
    with pytest.raises(VconvError, match="WORLD needs at least 3"):
        analyze(np.zeros(100))
    monkeypatch.setattr(loudness, "to_reference_level", lambda y, rate: (1e30 * y, 1.0))
    with pytest.raises(ValueError, match="a feature is NaN or infinite"):
        analyze(np.random.default_rng(0).standard_normal(8000))
