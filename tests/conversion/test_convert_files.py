"""Conversion of many files: outputs by name, failures listed, inputs unchanged, pairs of speakers parsed."""

import os
import struct
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import example, given
from hypothesis import strategies as st
from mutagen.flac import FLAC
from mutagen.oggvorbis import OggVorbis

import vconv
from vconv.audio import loudness
from vconv.common.errors import VconvError
from vconv.conversion.convert_files import convert_all
from vconv.conversion.tasks import Task, pair_tasks, parse_pairs, recordings, suffix_of, tasks_of
from vconv.corpus.recordings import Corpus

RATE = 16000


class Amplifier:
    """Stands for a VoiceConverter; the name of a target is the factor of the signal."""

    rate, name = RATE, "loud"

    def __init__(self):
        self.analyzed, self.errors = [], {}

    def analyze(self, path, source, report):
        self.analyzed.append((Path(path).name, source))
        if Path(path).stem in self.errors:
            raise self.errors[Path(path).stem]
        if Path(path).stem == "odd":
            report("is odd")
        try:
            return soundfile.read(os.fsencode(path))[0]
        except soundfile.LibsndfileError as error:
            raise VconvError("is no audio") from error

    def synthesize(self, y, target, synthesis, controls):
        assert synthesis == "world"
        if target == "nobody":
            raise VconvError("there is nobody")
        return y * float(target)


@pytest.fixture
def write(tmp_path):
    """Write a sine of a given peak; return its path."""

    def sine(name, peak=0.25):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, peak * np.sin(np.arange(1600) * 2 * np.pi / 32), RATE)
        return path

    return sine


def peak(path):
    return np.abs(soundfile.read(path)[0]).max()


def test_recordings_are_the_named_files_and_those_in_the_named_folders(write, tmp_path):
    single = write("b/x y.WAV")
    names = ["a/2.flac", "a/1 é.wav", "a/3.ogg", "a/deeper/4.wav", "a/._1 é.wav"]
    paths = [write(name) for name in names]
    (tmp_path / "a" / "notes.txt").write_text("no audio")
    (tmp_path / "a" / "folder.wav").mkdir()
    assert recordings([str(tmp_path / "a"), str(single)]) == [paths[1], paths[0], paths[2], single]
    assert recordings([]) == []


def test_recordings_with_one_stem_are_refused(write, tmp_path):
    for name in "a/1.wav", "a/2.wav", "b/1.flac":
        write(name)
    with pytest.raises(VconvError, match=r"a/1.wav: there is another recording called '1'"):
        recordings([tmp_path / "a", tmp_path / "b"])
    with pytest.raises(VconvError, match="another recording called '2'"):
        recordings([tmp_path / "a", tmp_path / "a" / "2.wav"])


def test_missing_and_empty_inputs_are_refused(tmp_path):
    with pytest.raises(VconvError, match="nothing: there is no such file or folder"):
        recordings([tmp_path / "nothing"])
    with pytest.raises(VconvError, match="holds no .wav, .flac, .*; name a folder"):
        recordings([tmp_path])


def test_outputs_are_named_like_the_recordings(write, tmp_path):
    path = write("in/a.b é.wav")
    assert tasks_of([path], None, "2", tmp_path / "out", ".flac") == [
        Task(path, None, {"2": tmp_path / "out" / "a.b é.flac"})
    ]


@pytest.mark.parametrize("name", ["new/out.FLAC", "é.wav"])
def test_one_recording_can_be_converted_to_a_named_file(write, tmp_path, name):
    path = write("in/a.wav")
    assert suffix_of(tmp_path / name) == Path(name).suffix.lower()
    tasks = tasks_of([path], "S", "2", tmp_path / name, ".wav")
    assert tasks == [Task(path, "S", {"2": tmp_path / name})]
    assert convert_all(Amplifier(), tasks) == (1, []) and peak(tmp_path / name) == pytest.approx(0.5, abs=1e-3)


def test_a_folder_that_is_named_like_a_file_is_a_folder(write, tmp_path):
    (tmp_path / "out.wav").mkdir()
    assert suffix_of(tmp_path / "out.wav", "ogg") == ".ogg" and suffix_of(tmp_path / "out") == ".wav"
    (task,) = tasks_of([write("in/a.wav")], "S", "2", tmp_path / "out.wav", ".ogg")
    assert task.outputs == {"2": tmp_path / "out.wav" / "a.ogg"}


def test_one_file_for_several_recordings_and_formats_that_cannot_be_written_are_refused(write, corpus, tmp_path):
    output = tmp_path / "out.wav"
    with pytest.raises(VconvError, match="out.wav: is the name of one file, but there are 2 recordings; name a folder"):
        tasks_of([write("in/a.wav"), write("in/b.wav")], "S", "2", output, ".wav")
    with pytest.raises(VconvError, match="out.wav: is the name of one file, but --pairs writes many; name a folder"):
        pair_tasks(corpus, "evaluation", [("A", "D")], output, ".wav")
    with pytest.raises(VconvError, match="out.mp3: cannot write the format '.mp3'; use one of: .wav, .flac, .ogg"):
        suffix_of(tmp_path / "out.mp3")
    with pytest.raises(VconvError, match="out.wav: is no name of a flac file; leave out --format, or name a .flac"):
        suffix_of(output, "flac")


@pytest.fixture
def corpus(write, tmp_path):
    for speaker in "A", "B-C", "D":
        for split in "train", "eval":
            write(f"c/{split}/{speaker}/1.wav")
    write("c/eval/A/2.wav")
    path = tmp_path / "corpus.yaml"
    path.write_text(
        "root: c\nsplits:\n  training: {pattern: 'train/{speaker}/{utterance}'}\n"
        "  evaluation: {pattern: 'eval/{speaker}/{utterance}'}\n"
    )
    return Corpus.load(path)


def test_pair_tasks_have_one_task_a_recording_with_all_its_targets(corpus, tmp_path):
    pairs = [("A", "B-C"), ("D", "A"), ("A", "D")]
    tasks = pair_tasks(corpus, "evaluation", pairs, tmp_path / "out", ".ogg")
    root = tmp_path / "c" / "eval"
    assert tasks == [
        Task(
            root / "A" / f"{name}.wav",
            "A",
            {"B-C": tmp_path / "out" / "A-B-C" / f"{name}.ogg", "D": tmp_path / "out" / "A-D" / f"{name}.ogg"},
        )
        for name in "12"
    ] + [Task(root / "D" / "1.wav", "D", {"A": tmp_path / "out" / "D-A" / "1.ogg"})]


def test_pairs_without_a_recording_are_refused(corpus, tmp_path):
    with pytest.raises(VconvError, match="holds no nonsense recording of A, D; choose another --split"):
        pair_tasks(corpus, "nonsense", [("D", "A"), ("A", "D")], tmp_path, ".wav")


NAMES = st.lists(
    st.text("ab-_ é", min_size=1, max_size=4).map(str.strip).filter(bool), min_size=2, max_size=4, unique=True
)


@given(NAMES)
@example(["a", "b-c", "a-b", "c"])
def test_every_pair_is_found_by_its_name_or_refused_as_ambiguous(speakers):
    pairs = list(permutations(speakers, 2))
    if len({"-".join(pair) for pair in pairs}) < len(pairs):
        with pytest.raises(VconvError, match="could be"):
            parse_pairs("all", speakers)
        return
    assert parse_pairs("all", speakers) == pairs
    for source, target in pairs:
        assert parse_pairs(f"{source}-{target}", speakers) == [(source, target)]


def test_pairs_keep_their_order_and_repetitions_are_dropped():
    speakers = ("Jean-Luc", "A B", "C")
    assert parse_pairs("C-Jean-Luc,Jean-Luc-A B, C-Jean-Luc", speakers) == [("C", "Jean-Luc"), ("Jean-Luc", "A B")]


@pytest.mark.parametrize("text", ["A", "A-A", "A-X", "A-B,", "", "A_B", "a-b", "A-B;B-A"])
def test_unknown_pairs_are_refused_with_the_names_of_the_speakers(text):
    with pytest.raises(VconvError, match="--pairs: .* is not SOURCE-TARGET of two different speakers among: A, B"):
        parse_pairs(text, ("A", "B"))


def test_a_model_of_one_speaker_has_no_pairs():
    for text in "all", "A-A":
        with pytest.raises(VconvError, match="--pairs: the model has only the speaker A"):
            parse_pairs(text, ("A",))


def test_a_broken_file_is_listed_and_the_others_are_converted(write, tmp_path):
    good = [write("in/1.wav"), write("in/3.wav")]
    (tmp_path / "in" / "2.wav").write_text("I am a text")
    converter = Amplifier()
    tasks = tasks_of([tmp_path / "in"], "S", "2", tmp_path / "out", ".wav")
    written, failures = convert_all(converter, tasks, report=pytest.fail)
    assert written == 2 and failures == [f"{tmp_path / 'in' / '2.wav'}: is no audio"]
    assert sorted(os.listdir(tmp_path / "out")) == ["1.wav", "3.wav"]
    for path in good:
        assert peak(tmp_path / "out" / path.name) == pytest.approx(0.5, abs=1e-3)
    assert converter.analyzed == [("1.wav", "S"), ("2.wav", "S"), ("3.wav", "S")]


@pytest.mark.parametrize("error", [MemoryError(), ValueError("strange"), OSError(5, "I/O error"), KeyError("x")])
def test_whatever_goes_wrong_with_a_recording_the_rest_goes_on(write, tmp_path, error):
    for name in "123":
        write(f"in/{name}.wav")
    converter = Amplifier()
    converter.errors["2"] = error
    written, failures = convert_all(converter, tasks_of([tmp_path / "in"], "S", "2", tmp_path / "out", ".wav"))
    assert written == 2 and sorted(os.listdir(tmp_path / "out")) == ["1.wav", "3.wav"]
    assert len(failures) == 1 and failures[0].startswith(f"{tmp_path / 'in' / '2.wav'}: ")


@pytest.mark.parametrize("length", [220, 251])
def test_a_name_of_up_to_255_bytes_is_converted(write, tmp_path, length):
    path = write("in/" + "ü" * (length // 2) + "x" * (length % 2) + ".wav")
    assert len(os.fsencode(path.name)) == length + 4
    assert convert_all(Amplifier(), tasks_of([path], None, "1", tmp_path / "out", ".wav")) == (1, [])
    assert os.listdir(tmp_path / "out") == [path.name]


def test_a_name_that_is_too_long_for_the_result_is_a_failure_of_this_recording(write, tmp_path):
    paths = [write("in/1.wav"), write("in/" + "x" * 251 + ".wav")]
    written, failures = convert_all(Amplifier(), tasks_of(paths, None, "1", tmp_path / "out", ".flac"))
    assert written == 1 and failures[0].startswith(f"{paths[1]}: ") and "too long" in failures[0]


def test_a_name_that_is_not_utf_8_is_converted(write, tmp_path):
    write("in/1.wav")
    odd = os.fsencode(tmp_path) + b"/in/odd.wav"
    os.rename(write("in/odd.wav"), odd.replace(b"odd", b"\xe4"))
    assert convert_all(Amplifier(), tasks_of([tmp_path / "in"], None, "1", tmp_path / "out", ".wav")) == (2, [])
    assert sorted(os.listdir(os.fsencode(tmp_path / "out"))) == [b"1.wav", b"\xe4.wav"]


def test_oddities_of_a_recording_are_told(write, tmp_path):
    path, notes = write("odd.wav"), []
    convert_all(Amplifier(), tasks_of([path], None, "1", tmp_path / "out", ".wav"), report=notes.append)
    assert notes == [f"{path}: is odd"]


def test_a_recording_is_analyzed_once_for_all_targets_and_written_files_are_counted(write, tmp_path):
    path, converter = write("a.wav"), Amplifier()
    task = Task(path, None, {name: tmp_path / name / "a.flac" for name in ("1", "nobody", "3")})
    assert convert_all(converter, [task]) == (1, [f"{path}: there is nobody"])
    assert converter.analyzed == [("a.wav", None)] and (tmp_path / "1" / "a.flac").exists()
    task = Task(path, None, {name: tmp_path / name / "a.flac" for name in ("1", "2", "3")})
    assert convert_all(Amplifier(), [task]) == (3, [])


def test_a_result_above_full_scale_is_limited(write, tmp_path):
    path, notes = write("a.wav", 0.5), []
    output = tmp_path / "out" / "a.wav"
    assert convert_all(Amplifier(), [Task(path, None, {"4": output})], report=notes.append) == (1, [])
    y, original = soundfile.read(output)[0], soundfile.read(path)[0]
    assert notes == [] and np.abs(y).max() == pytest.approx(loudness.PEAK, abs=1e-3)
    inside = slice(200, -200)
    np.testing.assert_allclose(y[inside], original[inside] * loudness.PEAK / 0.5, atol=2e-3)  # a clipped sine is flat


def test_a_result_that_is_still_above_full_scale_is_scaled_as_a_whole_and_reported(write, tmp_path, monkeypatch):
    """A limited signal may exceed full scale after resampling."""
    monkeypatch.setattr(loudness, "limit", lambda y, rate: y)
    path, notes = write("a.wav", 0.5), []
    output = tmp_path / "out" / "a.wav"
    assert convert_all(Amplifier(), [Task(path, None, {"4": output})], report=notes.append) == (1, [])
    assert notes == [f"{output}: too loud, scaled by 0.50"]
    y, original = soundfile.read(output)[0], soundfile.read(path)[0]
    assert np.abs(y).max() == pytest.approx(0.999, abs=1e-3)
    np.testing.assert_allclose(y, original * 0.999 / 0.5, atol=2e-4)  # a clipped sine would be flat at the top


@pytest.mark.parametrize("suffix, form", [(".wav", "WAV"), (".flac", "FLAC"), (".ogg", "OGG")])
def test_results_are_written_in_the_format_and_rate_asked_for(write, tmp_path, suffix, form):
    path, output = write("a.wav"), tmp_path / f"out é{suffix}"
    assert convert_all(Amplifier(), [Task(path, None, {"1": output})], file_rate=22050) == (1, [])
    found = soundfile.info(output)
    assert (found.format, found.samplerate, found.channels) == (form, 22050, 1)
    assert found.frames == pytest.approx(2205, abs=1)


def test_a_recording_is_never_overwritten_by_its_conversion(write, tmp_path):
    path = write("a.wav")
    before = path.read_bytes()
    link = tmp_path / "link"
    link.symlink_to(tmp_path)
    for output in tmp_path, tmp_path / "x" / "..", link:
        converter = Amplifier()
        written, failures = convert_all(converter, tasks_of([path], None, "2", output, ".wav"))
        assert written == 0 and len(failures) == 1 and "would be overwritten by its own conversion" in failures[0]
        assert failures[0].startswith(str(path)) and path.read_bytes() == before
        assert not converter.analyzed, "refused before the analysis"
    assert convert_all(Amplifier(), tasks_of([path], None, "2", tmp_path, ".flac")) == (1, [])
    assert path.read_bytes() == before


def test_converting_again_replaces_the_earlier_result(write, tmp_path):
    path, output = write("a.wav"), tmp_path / "out"
    for factor in "1", "2":
        assert convert_all(Amplifier(), tasks_of([path], None, factor, output, ".wav")) == (1, [])
    assert peak(output / "a.wav") == pytest.approx(0.5, abs=1e-3) and os.listdir(output) == ["a.wav"]


def test_without_a_terminal_there_is_no_progress_bar(write, tmp_path, capsys):
    convert_all(Amplifier(), tasks_of([write("a.wav")], None, "1", tmp_path / "out", ".wav"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
@pytest.mark.parametrize(("source", "who"), [("Zoë M", "Zoë M"), (None, "an unseen speaker")])
def test_a_converted_file_says_so_and_its_bytes_are_always_the_same(write, tmp_path, suffix, source, who):
    path, contents = write("a.wav"), []
    for number in 1, 2:
        output = tmp_path / f"out{number}{suffix}"
        assert convert_all(Amplifier(), [Task(path, source, {"2": output})]) == (1, [])
        contents.append(output.read_bytes())
    assert contents[0] == contents[1], "no time stamp, no random number"
    found = TEXTS[suffix](output)
    assert found["comment"] == (
        f"This voice is converted and no recording: from {who} to 2, by the model loud of vconv {vconv.__version__}"
    )
    assert found["title"] == f"Voice converted from {who} to 2"
    assert found["software"].startswith(f"vconv {vconv.__version__}")
    np.testing.assert_allclose(soundfile.read(output)[0], 2 * soundfile.read(path)[0], atol=0.02)


def info_texts(path):
    """Return the texts of the chunk LIST/INFO of a WAV file, which is a list of name, length, text and a zero."""
    content, found = path.read_bytes(), {}
    start = content.index(b"LIST")
    (size,) = struct.unpack_from("<I", content, start + 4)
    assert content[start + 8 : start + 12] == b"INFO"
    position, end = start + 12, start + 8 + size
    while position < end:
        name, length = struct.unpack_from("<4sI", content, position)
        found[name] = content[position + 8 : position + 8 + length].rstrip(b"\0").decode()
        position += 8 + length + length % 2
    return {"title": found[b"INAM"], "comment": found[b"ICMT"], "software": found[b"ISFT"]}


def vorbis_comments(kind):
    def texts(path):
        return {name.lower(): values[0] for name, values in kind(path).tags.as_dict().items()}

    return texts


TEXTS = {".wav": info_texts, ".flac": vorbis_comments(FLAC), ".ogg": vorbis_comments(OggVorbis)}
