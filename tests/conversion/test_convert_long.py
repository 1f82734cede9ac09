"""Conversion in blocks: the result of the whole file, whatever the reads; errors leave nothing behind."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from acoustic_statistics import RATE, same, statistics
from networks import FRAME_BY_FRAME, FunctionNetwork

from vconv.audio import decoding, loudness, mel_cepstrum, wav
from vconv.audio.resynthesis import resynthesize
from vconv.common.errors import VconvError
from vconv.conversion import block_output, block_synthesis, blocks, convert_file, converter
from vconv.conversion.convert_files import convert_all
from vconv.conversion.converter import VoiceConverter
from vconv.conversion.tasks import Task

SAMPLES = Path(__file__).parents[2] / "data" / "sample" / "evaluation" / "slt"


def converter_of(model):
    """Return a converter that needs all facts about the whole recording."""
    conversion = {"gv": 0.5, "source_mix": 0.3, "resynthesis_iterations": 1, "keep_source_silence": True}
    conversion["f0"] = "percentiles"
    lower = np.log(200) + 0.1 * np.array([-1.64, -0.67, 0, 0.67, 1.64]) - np.array([[0.0], [0.3]])
    settings = {"model": model, "settings": {"network": FRAME_BY_FRAME, "conversion": conversion}}
    network = same if model == "matched" else lambda frames, _: frames
    return VoiceConverter(
        FunctionNetwork(network, 2), statistics(log_f0_percentiles=lower), settings, np.zeros((2, 2, 25, 24))
    )


@pytest.fixture(scope="module")
def vc():
    return converter_of("matched")


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    """Fourteen seconds of stereo speech at 22,050 Hz, quiet in the first half."""
    sentences = [wav.read(path, 22050)[0] for path in sorted(SAMPLES.glob("*.flac"))]
    y = np.concatenate(sentences)[: 14 * 22050]
    y *= np.where(np.arange(len(y)) < len(y) / 2, 0.3, 1.0)
    path = tmp_path_factory.mktemp("speech") / "long.wav"
    soundfile.write(path, np.column_stack([1.2 * y, 0.8 * y]), 22050, subtype="DOUBLE")
    return path


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch):
    monkeypatch.setattr(blocks, "CORE_S", 4.0)
    monkeypatch.setattr(blocks, "LONGEST_WHOLE_S", 5.0)


@pytest.fixture
def wanted(monkeypatch):
    """The F0 contour and power spectrum of each call of the resynthesis: what the signal is to have."""
    seen = []

    def note(render, spectrum, f0_hz, *settings):
        seen.append((f0_hz, spectrum))
        return resynthesize(render, spectrum, f0_hz, *settings)

    for module in (converter, block_synthesis):
        monkeypatch.setattr(module, "resynthesize", note)
    return seen


def convert(vc, path, folder, suffix=".wav", **settings):
    """Return the signal that `convert_file` writes."""
    output = folder / f"out{suffix}"
    vc.convert_file(path, output, "Bo", **settings)
    assert list(folder.iterdir()) == [output], "no temporary file is left"
    return wav.read(output)[0]


def mcd_db(spectrum, other):
    """Return the mel-cepstral distortion between power spectra [T, K]."""
    cepstra = (mel_cepstrum.from_spectrum(power, 24, 0.41)[:, 1:] for power in (spectrum, other))
    return 10 / np.log(10) * np.sqrt(2 * np.square(np.subtract(*cepstra)).sum(axis=1)).mean()


@pytest.mark.parametrize(
    "model, synthesis, source",
    [("matched", "world", "Ann"), ("matched", "world", None), ("matched", "diff", "Ann"), ("convvae", "world", "Ann")],
)
def test_blocks_give_the_conversion_of_the_whole_file(speech, tmp_path, wanted, model, synthesis, source):
    """What is synthesized is compared, and the level of the result.

    Pulses and noise of WORLD depend on where the signal begins: two conversions of the whole file, one of them 100 ms
    later, differ by 0.6 dB, and F0 estimated from them by more than 5 cents in an eighth of the frames.
    """
    vc = converter_of(model)
    whole = loudness.limit(vc.convert(speech, "Bo", source, synthesis=synthesis)[0], RATE)
    found = convert(vc, speech, tmp_path, source=source, synthesis=synthesis)
    (f0_hz, spectrum), *parts = wanted
    cores = [block.core for block in blocks.Grid(14 * RATE, RATE, 5.0).blocks]
    found_hz, found_spectrum = (
        np.concatenate([part[column][core] for part, core in zip(parts, cores, strict=True)]) for column in (0, 1)
    )
    voiced = (f0_hz > 0) & (found_hz > 0)
    assert ((f0_hz > 0) == (found_hz > 0)).mean() >= 0.99 and voiced.sum() > 1000
    assert (1200 * np.abs(np.log2(f0_hz[voiced] / found_hz[voiced])) <= 5).mean() >= 0.99
    assert mcd_db(spectrum, found_spectrum) <= 0.5
    speech_db = 10 * np.log10(spectrum.sum(axis=1) / found_spectrum.sum(axis=1))[spectrum.sum(axis=1) > 1e-3]
    assert np.abs(speech_db).mean() <= 0.3
    assert len(found) == len(whole)
    if synthesis == "diff":  # it has no noise, and its pitch marks go on from block to block
        assert np.corrcoef(whole, found)[0, 1] > 0.9
    levels = [loudness.speech_level(y, RATE) for y in (whole, found)]
    assert abs(20 * np.log10(levels[0] / levels[1])) <= 0.3


def test_hum_is_no_voice_in_a_block_without_speech(vc, speech, tmp_path, wanted):
    """What is background is known from the whole recording: within the block nothing is quieter than the hum."""
    y = wav.read(speech, RATE)[0]
    y[5 * RATE : 13 * RATE] = 0
    y += 0.003 * np.sign(np.sin(2 * np.pi * 100 * np.arange(len(y)) / RATE))
    soundfile.write(tmp_path / "hum.flac", y, RATE)
    vc.convert(tmp_path / "hum.flac", "Bo", "Ann")
    vc.convert_file(tmp_path / "hum.flac", tmp_path / "out.flac", "Bo", "Ann")
    whole_hz, block_hz = wanted[0][0], wanted[3][0]  # of the recording, and of its seconds 7 to 13
    assert whole_hz.any() and not whole_hz[1400:2600].any() and not block_hz.any()


def test_any_cutting_of_reads_gives_the_same_file_to_the_bit(vc, speech, tmp_path, monkeypatch):
    files = []
    for size in (1 << 16, 1013):
        monkeypatch.setattr(decoding, "BLOCK", size)
        vc.convert_file(speech, tmp_path / f"{size}.flac", "Bo", rate=22050)
        files.append((tmp_path / f"{size}.flac").read_bytes())
    assert files[0] == files[1]


def test_a_short_file_is_converted_as_a_whole(vc, tmp_path):
    path = next(SAMPLES.glob("*.flac"))
    found = convert(vc, path, tmp_path, source="Ann")
    wav.write(tmp_path / "whole.wav", loudness.limit(vc.convert(path, "Bo", "Ann")[0], RATE), RATE)
    np.testing.assert_array_equal(found, wav.read(tmp_path / "whole.wav")[0])


def test_seams_are_no_louder_than_the_signal_around_them(vc, speech, tmp_path, monkeypatch):
    """The second difference of a signal jumps where it is discontinuous."""
    seams, cuts = [], blocks.Grid.cuts

    def note(grid, energy):
        seams.extend(cuts(grid, energy))
        return seams

    monkeypatch.setattr(blocks.Grid, "cuts", note)
    roughness = np.abs(np.diff(convert(vc, speech, tmp_path, source="Ann"), 2))
    assert len(seams) == 3
    for seam in seams:
        near = roughness[seam - 200 : seam + 200].max()
        assert near <= roughness[seam - 4000 : seam + 4000].max()
        assert near < np.quantile(roughness, 0.99)


def broken(samples):
    samples[200_000] = np.nan
    return samples


@pytest.mark.parametrize(
    "change, sentence",
    [(broken, "NaN or infinite samples"), (np.zeros_like, "is silent"), (lambda y: y * 1e9, "full scale is 1")],
)
def test_bad_recordings_are_one_sentence_and_leave_nothing(vc, speech, tmp_path, change, sentence):
    soundfile.write(tmp_path / "bad.wav", change(soundfile.read(speech)[0]), 22050, subtype="DOUBLE")
    task = Task(tmp_path / "bad.wav", None, {"Bo": tmp_path / "out" / "bad.flac"})
    written, failures = convert_all(vc, [task])
    assert written == 0 and len(failures) == 1 and sentence in failures[0] and str(task.path) in failures[0]
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize("room", [100_000, 460_000])
def test_a_disk_that_fills_is_one_sentence_and_leaves_nothing(vc, speech, tmp_path, file_limit, room):
    """First there is no room for the temporary files, then none for the result at a high sample rate."""
    with file_limit(room * 2), pytest.raises(VconvError, match="cannot be written .*; make room"):
        vc.convert_file(speech, tmp_path / "out.wav", "Bo", "Ann", rate=96000)
    assert not list(tmp_path.iterdir())


def test_ctrl_c_leaves_nothing(vc, speech, tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(block_output.loudness, "limit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        vc.convert_file(speech, tmp_path / "out.wav", "Bo", "Ann")
    assert not list(tmp_path.iterdir())


def test_a_vocoder_refuses_what_would_not_fit_into_the_memory(vc, speech, tmp_path, monkeypatch):
    monkeypatch.setattr(convert_file, "LONGEST_VOCODED_S", 12.0)
    task = Task(speech, None, {"Bo": tmp_path / "out.wav"})
    _, failures = convert_all(vc, [task], vocoder=object())
    assert "is longer than 0.2 minutes, which this vocoder resynthesizes at most; use --vocoder world" in failures[0]
