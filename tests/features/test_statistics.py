"""Statistics of the training frames: equal to NumPy's, saved and loaded, and the normalizers made of them."""

import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.features import content, statistics
from vconv.features.acoustic import acoustic_features
from vconv.features.normalizers import AcousticNormalizer, SpectrumNormalizer
from vconv.features.statistics import ARRAYS, Statistics

SPEAKERS = {
    ("A", "training"): [40, 3, 900],
    ("A", "evaluation"): [70],
    ("B é", "training"): [500],
    ("B é", "validation"): [60],
}


def speech_features(frames):
    """Return the acoustic features of the speech frames, [n, 40], by other steps than the code."""
    energy = frames.energy.astype(np.float64)
    level_db = 10 * np.log10(energy / energy.mean())
    found = frames.mel_cepstrum[level_db > -25].astype(np.float64)
    found[:, 0] = (level_db[level_db > -25] - level_db[level_db > -25].mean()) / 8
    return found


@pytest.fixture
def opened(make_store, tmp_path):
    return make_store(tmp_path / "f.h5", SPEAKERS)


def test_all_statistics_equal_those_of_numpy(opened):
    """They are accumulated over chunks; NumPy computes them of all training frames at once."""
    computed = statistics.compute(opened, chunk_frames=37)
    index, speaker = opened.frames("training")
    spectrum, f0_hz = opened.spectrum[index].astype(np.float64), opened.frame_arrays["f0_hz"][index]
    np.testing.assert_allclose(computed.spectrum_low, np.percentile(spectrum, 0.5, axis=0), rtol=1e-12)
    np.testing.assert_allclose(computed.spectrum_high, np.percentile(spectrum, 99.5, axis=0), rtol=1e-12)
    np.testing.assert_allclose(computed.spectrum_mean, spectrum.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(computed.spectrum_std, spectrum.std(axis=0), rtol=1e-12)
    for number, name in enumerate(computed.speakers):
        log_f0 = np.log(f0_hz[(speaker == number) & (f0_hz > 0)].astype(np.float64))
        assert computed.log_f0_mean[number] == pytest.approx(log_f0.mean(), rel=1e-12)
        assert computed.log_f0_std[number] == pytest.approx(log_f0.std(), rel=1e-12)
        np.testing.assert_allclose(
            computed.log_f0_percentiles[number], np.percentile(log_f0, [5, 25, 50, 75, 95]), atol=np.log(2) / 2400
        )
        variances = [
            np.var(opened.read(utterance).spectrum.astype(np.float64), axis=0)
            for utterance in opened.utterances
            if (utterance.speaker, utterance.split) == (name, "training")
        ]
        np.testing.assert_allclose(computed.global_variance[number], np.mean(variances, axis=0), rtol=1e-12)
        acoustic = [
            speech_features(opened.read(utterance))
            for utterance in opened.utterances
            if (utterance.speaker, utterance.split) == (name, "training")
        ]
        every = np.concatenate(acoustic)
        np.testing.assert_allclose(computed.acoustic_mean[number], every.mean(axis=0), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(computed.acoustic_std[number], every.std(axis=0), rtol=1e-9)
        variances = [np.var(features, axis=0) for features in acoustic]
        np.testing.assert_allclose(computed.acoustic_variance[number], np.mean(variances, axis=0), rtol=1e-9)
    np.testing.assert_array_equal(computed.f0_range_hz, [[80, 300]] * 2)
    assert computed.speakers == ("A", "B é") and computed.settings == opened.settings
    assert computed.fingerprint == opened.fingerprint


@pytest.mark.parametrize("chunk_frames", [1, 2, 500, 10**6])
def test_the_size_of_the_chunks_changes_nothing(opened, chunk_frames):
    one, other = statistics.compute(opened, chunk_frames), statistics.compute(opened, 64)
    for name in ARRAYS:
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12, atol=1e-12, err_msg=name)


def test_loading_gives_what_was_saved(opened, tmp_path):
    computed = statistics.compute(opened)
    computed.save(tmp_path / "s.h5")
    loaded = Statistics.load(tmp_path / "s.h5")
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(loaded, name), getattr(computed, name), strict=True)
    assert (loaded.speakers, loaded.settings, loaded.fingerprint) == (
        computed.speakers,
        computed.settings,
        computed.fingerprint,
    )
    with pytest.raises(VconvError, match="holds no vconv statistics"):
        Statistics.load(opened.path)


def test_saved_statistics_are_used_for_their_own_feature_file_only(opened, make_store, tmp_path, monkeypatch):
    path = tmp_path / "s.h5"
    first = statistics.load_or_compute(opened, path)
    with monkeypatch.context() as patch:
        patch.setattr(statistics, "compute", lambda *_: pytest.fail("computed although they were there"))
        assert statistics.load_or_compute(opened, path).fingerprint == first.fingerprint
    other = make_store(tmp_path / "g.h5", {("A", "training"): [40]})
    assert statistics.load_or_compute(other, path).fingerprint == other.fingerprint != first.fingerprint
    assert Statistics.load(path).fingerprint == other.fingerprint


def test_normalized_acoustic_features_by_hand_and_back(opened):
    """Each speaker has mean 0; standard deviation 1 is the mean over speakers."""
    computed = statistics.compute(opened)
    normalizer = AcousticNormalizer(computed)
    for speaker in 0, 1:
        mean, std = computed.acoustic_mean[speaker], computed.acoustic_std.mean(axis=0)
        found = normalizer.forward(mean + np.outer([0, 1, -2], std), computed.acoustic_mean[speaker])
        assert found.dtype == np.float32 and found.shape == (3, 40)
        np.testing.assert_allclose(found, np.outer([0, 1, -2], np.ones(40)), atol=1e-6)
        np.testing.assert_allclose(normalizer.inverse(found, mean)[1], mean + std, rtol=1e-6, atol=1e-9)


def test_the_rule_of_the_default_content_gives_the_content_of_acoustic_features(opened):
    computed, utterance = statistics.compute(opened), opened.split("training")[0]
    speaker, encoder = opened.speakers.index(utterance.speaker), content.encoder("mel_cepstrum")
    frames = opened.read(utterance)
    acoustic = acoustic_features(frames)
    encoded = encoder.encode(acoustic, frames, computed.acoustic_mean[speaker], computed.acoustic_std[speaker])
    rule = encoder.from_acoustic(computed)
    x = AcousticNormalizer(computed).forward(acoustic, computed.acoustic_mean[speaker])
    found = np.concatenate([x[:, part] for part in rule.acoustic], axis=1) * rule.scale[speaker]
    np.testing.assert_allclose(found, encoded[:, :25], atol=1e-4)


def test_speakers_without_a_voiced_training_frame_are_refused_by_name(make_store, tmp_path):
    with pytest.raises(VconvError, match="f.h5: no voiced training frame of A, B, C, so"):
        statistics.compute(
            make_store(
                tmp_path / "f.h5", {("A", "training"): [9], ("B", "evaluation"): [9], ("C", "training"): [1]}, voiced=0
            )
        )
    with pytest.raises(VconvError, match="holds no training utterances"):
        statistics.compute(make_store(tmp_path / "g.h5", {("A", "evaluation"): [9]}))


def test_normalized_spectra_by_hand_and_back():
    normalizer = SpectrumNormalizer([-8.0, -4.0, -3.0], [-2.0, -3.0, -3.0])
    log_spectrum = np.array([[-8.0, -4.0, -3.0], [-2.0, -3.0, -3.0], [-5.0, -3.5, -3.0], [-9.0, 0.0, -3.0]])
    normalized = normalizer.forward(log_spectrum)
    np.testing.assert_allclose(normalized, [[-1, -1, -1], [1, 1, -1], [0, 0, -1], [-1, 1, -1]], atol=1e-6)
    assert normalized.dtype == np.float32
    np.testing.assert_allclose(normalizer.inverse(normalized)[:3], log_spectrum[:3], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.floats(-16, -1), st.floats(0.01, 10), st.floats(0, 1))
def test_the_spectrum_normalizer_is_linear_within_its_range(low, width, share):
    normalizer = SpectrumNormalizer([low], [low + width])
    value = normalizer.forward([[low + share * width]])[0, 0]
    assert value == pytest.approx(2 * share - 1, abs=2e-3)
    assert normalizer.inverse([[value]])[0, 0] == pytest.approx(low + share * width, abs=1e-5)


def test_memory_does_not_grow_with_the_corpus(make_store):
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for count in 20, 100:
            opened = make_store(Path(folder) / f"{count}.h5", {("A", "training"): [1000] * count}, bins=5)
            tracemalloc.start()
            statistics.compute(opened)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 1.3 * peaks[0]
