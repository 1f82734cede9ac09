"""Measuring converted files: known scores for known files, each file under its own name, nothing missing in silence."""

import json
import shutil
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile
from voice import voice

from vconv.audio import wav
from vconv.common.errors import VconvError
from vconv.corpus.recordings import Corpus
from vconv.engines import engine
from vconv.evaluation import evaluate as evaluating
from vconv.evaluation import metrics, output, recordings, sentence
from vconv.evaluation.cache import digest
from vconv.evaluation.protocols import PROTOCOLS
from vconv.evaluation.score_table import Additions

RATE = 16000
F0_HZ = {"A": 130.0, "B-é": 210.0, "C": 160.0}
NAMES = {"A": ("1", "1.b", "3 ø"), "B-é": ("1", "1.b", "3 ø", "only B"), "C": ("only C",)}
RANGES_HZ = {"A": (80.0, 220.0), "B-é": (120.0, 350.0), "C": (100.0, 270.0)}
AB, BA, AC = ("A", "B-é"), ("B-é", "A"), ("A", "C")


def said(speaker, name):
    time = np.arange(int(0.4 * RATE)) / RATE
    number = sum(map(ord, name)) % 5
    f0_hz = F0_HZ[speaker] * 2 ** (0.2 * np.sin(2 * np.pi * (2 + number) * time))
    scale = (F0_HZ[speaker] / 160) ** 0.3
    return voice(f0_hz, 0.4, RATE, (scale * (450 + 80 * number), scale * (1300 - 50 * number), scale * 2500))


def write(path, y):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, y, RATE)
    return path


@pytest.fixture(scope="module")
def natural(tmp_path_factory):
    folder = tmp_path_factory.mktemp("natural")
    for speaker, names in NAMES.items():
        for name in names:
            write(folder / "e" / speaker / f"{name}.wav", said(speaker, name))
        write(folder / "t" / speaker / "0.wav", voice(F0_HZ[speaker], 0.1))
    (folder / "corpus.yaml").write_text(
        "root: .\nsplits:\n  training: {pattern: 't/{speaker}/{utterance}'}\n"
        "  evaluation: {pattern: 'e/{speaker}/{utterance}'}\n"
    )
    return folder / "e"


@pytest.fixture
def corpus(natural):
    return Corpus.load(natural.parent / "corpus.yaml")


@pytest.fixture
def inline(monkeypatch):
    """Measure in this process: no start-up time."""
    monkeypatch.setattr(engine, "worker_pool", ThreadPoolExecutor)


@pytest.fixture
def perfect(natural, tmp_path):
    """A folder in which each converted file is the target's own recording."""
    for source, target in (AB, BA):
        for name in ("1", "1.b", "3 ø"):
            path = tmp_path / "converted" / f"{source}-{target}" / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(natural / target / f"{name}.wav", path)
    return tmp_path / "converted"


def measured(corpus, pairs, folder, **options):
    """Evaluate the pairs of the corpus that were converted to `folder`, in one process."""
    return evaluating.evaluate(recordings.of_corpus(corpus, RANGES_HZ, pairs, folder), **{"jobs": 1, **options})


def column(evaluation, pair, system, key):
    """The values of a system in the order of the sentences."""
    found = evaluation.scores.systems("-".join(pair))[system]
    return [found[name].get(key) for name in sorted(found) if found[name].get(key) is not None]


def strict(text):
    """Parse JSON as strict readers do: NaN and Infinity are none of it."""
    return json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))


def test_the_targets_own_recordings_are_at_distance_0(corpus, perfect, inline):
    found = measured(corpus, [AB, BA], perfect)
    assert found.failures == [] and found.scores.pairs() == ["A-B-é", "B-é-A"]
    for pair in AB, BA:
        for key in "mcd24", "rmse_hz", "rmse_cents", "voicing_error":
            values = column(found, pair, "converted", key) + column(found, pair, "target", key)
            assert values == [0.0] * len(values)
        assert len(column(found, pair, "converted", "mcd24")) == 3
        floor = column(found, pair, "source", "mcd24")
        copies = found.scores.systems("-".join(pair))["copy_synthesis"]
        ceiling = [copies[name].values["mcd24"] for name in NAMES["A"]]
        assert min(floor) > 1 and all(0 < best < worst for best, worst in zip(ceiling, floor, strict=True))
    octave = 1200 * np.log2(130 / 210)
    assert np.mean(column(found, AB, "source", "median_cents")) == pytest.approx(octave, abs=40)
    assert np.mean(column(found, BA, "source", "median_cents")) == pytest.approx(-octave, abs=40)


def test_each_value_is_what_the_metrics_say_of_the_two_files(corpus, perfect, inline):
    write(perfect / "A-B-é" / "1.wav", said("C", "1"))
    systems = measured(corpus, [AB], perfect, protocols=list(PROTOCOLS.values())).scores.systems("A-B-é")
    for system, y in ("converted", said("C", "1")), ("source", said("A", "1")):
        y, reference = (np.round(signal * 32768) / 32768 for signal in (y, said("B-é", "1")))
        for protocol in PROTOCOLS.values():
            expected = metrics.score(y, RATE, reference, RATE, protocol)
            assert systems[system]["1"].values[protocol.name] == pytest.approx(expected.mcd_db, abs=0.02)
        assert systems[system]["1"].values["rmse_cents"] == pytest.approx(expected.f0.rmse_cents, abs=60)
        frames = metrics.select_frames(metrics.analyze(y, RATE)).mel_cepstrum[:, 1:]
        assert np.allclose(systems[system]["1"].arrays["variance"], frames.var(axis=0), rtol=0.02)


def test_only_the_requested_protocols_are_reported(corpus, perfect, inline):
    found = measured(corpus, [AB], perfect, protocols=[PROTOCOLS["cdvae34"]])
    content = output.summary(found)
    assert list(content["mcd"]["source"]["details"]) == ["cdvae34"] and content["mcd"]["source"]["measure"] == "cdvae34"
    assert "mcd24" not in found.scores.systems("A-B-é")["source"]["1"].values
    assert content["mcd"]["protocol"] == str(PROTOCOLS["cdvae34"])
    assert content["gv_log_ratio"]["source"]["mean"] is not None, "the other measures need the frames of mcd24"


def test_files_whose_names_begin_alike_are_not_mistaken_for_each_other(corpus, perfect, inline):
    (perfect / "A-B-é" / "1.wav").unlink()
    (perfect / "A-B-é" / "1.txt").write_text("notes")
    found = measured(corpus, [AB], perfect)
    assert found.failures == [f"{perfect / 'A-B-é' / '1.wav'}: is missing; convert the pair first"]
    assert column(found, AB, "converted", "mcd24") == [0.0, 0.0]


def test_flac_and_ogg_are_found_too(corpus, natural, perfect, inline):
    for name, suffix in ("1", "flac"), ("3 ø", "ogg"):
        (perfect / "A-B-é" / f"{name}.wav").unlink()
        write(perfect / "A-B-é" / f"{name}.{suffix}", soundfile.read(natural / "B-é" / f"{name}.wav")[0])
    found = measured(corpus, [AB], perfect)
    flac, wav, ogg = column(found, AB, "converted", "mcd24")
    assert found.failures == [] and flac == wav == 0
    assert 0 < ogg < column(found, AB, "source", "mcd24")[2]


def test_broken_files_are_listed_and_the_rest_is_measured(corpus, perfect, inline):
    (perfect / "A-B-é" / "1.wav").write_text("I am a text")
    write(perfect / "A-B-é" / "1.b.wav", np.zeros(8000))
    write(perfect / "B-é-A" / "1.wav", np.zeros(50))
    found = measured(corpus, [AB, BA], perfect)
    expected = {"A-B-é/1.wav": "no readable audio file", "A-B-é/1.b.wav": "silent", "B-é-A/1.wav": "at least 3"}
    assert len(found.failures) == 3
    for name, reason in expected.items():
        (failure,) = [text for text in found.failures if text.startswith(f"{perfect / name}: ")]
        assert reason in failure and failure.count(str(perfect)) == 1
    content = output.summary(found)
    for pair, files in ("A-B-é", 1), ("B-é-A", 2):
        counts = {content["pairs"][pair]["mcd"][system]["files"] for system in ("converted", "source", "target")}
        assert counts == {files}, "floor and ceiling are means over the same sentences"
    assert content["pairs"]["A-B-é"]["mcd"]["converted"]["interval"] == [None, None], "one file has no spread"


def test_a_recording_that_would_not_fit_into_the_memory_is_listed(corpus, perfect, inline, monkeypatch):
    monkeypatch.setattr(wav, "LONGEST_UTTERANCE_S", 6.0)
    write(perfect / "A-B-é" / "1.wav", np.random.default_rng(0).normal(0, 0.1, 10 * 16000))
    (failure,) = measured(corpus, [AB], perfect).failures
    assert failure.startswith(f"{perfect / 'A-B-é' / '1.wav'}: is longer than 0.1 minutes")


def test_a_pair_without_common_sentences_is_measured_without_reference(corpus, perfect, inline):
    write(perfect / "A-C" / "1.wav", said("C", "1"))
    found = measured(corpus, [AB, AC], perfect)
    assert [note for note in found.notes if note.startswith("A-C: the speakers share no evaluation sentence")]
    assert [text for text in found.failures if "A-C/1.b.wav: is missing" in text]
    content = strict(output.as_json(output.summary(found)))["pairs"]["A-C"]
    assert content["mcd"]["converted"] is None and content["f0"]["converted"] is None
    variance = content["gv_log_ratio"]["converted"]
    assert variance["files"] == 1 and variance["mean"] is not None


def test_nothing_converted_at_all_is_one_sentence(corpus, tmp_path, inline):
    with pytest.raises(VconvError, match=r"nothing could be measured; the first reason: .*A-B-é/1.wav: is missing"):
        measured(corpus, [AB], tmp_path / "nowhere")


def test_nothing_readable_at_all_is_one_sentence(corpus, perfect, inline):
    for path in (perfect / "A-B-é").iterdir():
        path.write_text("I am a text")
    with pytest.raises(VconvError, match="nothing could be measured; the first reason: .*no readable audio"):
        measured(corpus, [AB], perfect)


def test_files_without_pitch_become_null_and_the_means_leave_them_out(corpus, perfect, inline):
    write(perfect / "A-B-é" / "1.wav", 0.1 * np.random.default_rng(0).standard_normal(6400))
    found = measured(corpus, [AB], perfect)
    assert found.failures == [] and np.isnan(column(found, AB, "converted", "rmse_hz")[0])
    content = strict(output.as_json(output.summary(found)))
    entry = content["pairs"]["A-B-é"]
    assert entry["f0"]["converted"]["details"]["rmse_hz"]["mean"] == 0 and entry["f0"]["converted"]["files"] == 2
    assert entry["mcd"]["converted"]["files"] == 3 and entry["mcd"]["converted"]["mean"] > 0.3
    (row,) = [row for row in content["files"] if row["system"] == "converted" and row["sentence"] == "1"]
    assert row["values"]["rmse_hz"] is None and row["values"]["voicing_error"] > 0.5


def test_each_recording_is_analyzed_once(corpus, perfect, inline, monkeypatch, tmp_path):
    seen = []
    original = sentence._analyze
    monkeypatch.setattr(sentence, "_analyze", lambda *key: seen.append((key[0], key[3])) or original(*key))
    for name in "1", "1.b", "3 ø":
        write(perfect / "C-B-é" / f"{name}.wav", said("C", name))
    three = Corpus.__new__(Corpus)
    three.settings, three.speakers = corpus.settings, corpus.speakers
    three.utterances = corpus.utterances + [
        row._replace(speaker="C") for row in corpus.utterances if row.speaker == "A" and row.split == "evaluation"
    ]
    measured(three, [AB, ("C", "B-é")], perfect)
    assert len(seen) == len(set(seen)), "however many pairs a recording is part of"


def test_a_second_evaluation_analyzes_only_the_converted_recordings(
    corpus, natural, perfect, inline, monkeypatch, tmp_path
):
    analyzed = []
    original = metrics.analyze_spectrum
    monkeypatch.setattr(metrics, "analyze_spectrum", lambda y, rate: analyzed.append(len(y)) or original(y, rate))
    first, second = (
        output.as_json(output.summary(measured(corpus, [AB], perfect, cache=tmp_path / "kept"))) for _ in range(2)
    )
    assert first == second
    source, target = (len({digest(natural / speaker / f"{name}.wav") for name in NAMES[speaker]}) for speaker in AB)
    assert len(analyzed) == source + 2 * target + 2 * 3, "the target and its copy-synthesis; three converted, twice"


def test_one_and_two_processes_find_the_same(corpus, perfect):
    (perfect / "A-B-é" / "3 ø.wav").write_text("I am a text")
    one, two = (output.as_json(output.summary(measured(corpus, [AB, BA], perfect, jobs=jobs))) for jobs in (1, 2))
    assert one == two and "no readable audio" in one


def test_no_progress_bar_in_a_log(corpus, perfect, inline, capsys):
    measured(corpus, [AB], perfect)
    assert capsys.readouterr() == ("", "")


def test_three_folders_are_paired_by_name(natural, perfect, inline):
    found = evaluating.evaluate(recordings.of_folders(perfect / "A-B-é", natural / "A", natural / "B-é"), jobs=1)
    assert found.scores.pairs() == ["A-B-é"] and found.failures == found.notes == []
    assert column(found, AB, "converted", "mcd24") == [0.0] * 3 and min(column(found, AB, "source", "mcd24")) > 1
    ceiling = column(found, AB, "copy_synthesis", "mcd24")
    assert len(ceiling) == 4 and 0 < max(ceiling) < 4, "its range of F0 is found in each file"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_composed_and_decomposed_accents_are_the_same_name(corpus, natural, tmp_path, form):
    for folder in "source", "target":
        write(tmp_path / folder / "é.wav", said("A", "1"))
    write(tmp_path / unicodedata.normalize(form, "A-B-é") / unicodedata.normalize(form, "é.wav"), said("A", "1"))
    converted = tmp_path / unicodedata.normalize(form, "A-B-é")
    found = recordings.of_folders(converted, tmp_path / "source", tmp_path / "target")
    assert list(found.pairs[0].converted) == list(found.natural["source"]) == ["é"] and found.notes == []
    corpus.utterances = [row._replace(name="é") for row in corpus.utterances if row.name == "1"]
    assert list(recordings.of_corpus(corpus, RANGES_HZ, [AB], tmp_path).pairs[0].converted) == ["é"]


def test_what_three_folders_leave_out_is_noted(natural, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")  # no ffmpeg
    write(tmp_path / "converted" / "1.wav", said("A", "1"))
    write(tmp_path / "converted" / "deeper" / "1.b.wav", said("A", "1"))
    (tmp_path / "converted" / "3.m4a").touch()
    notes = recordings.of_folders(tmp_path / "converted", natural / "A", natural / "B-é").notes
    assert len(notes) == 2 and "1 .m4a files" in notes[0] and "1 recordings in sub-folders" in notes[1]


@pytest.mark.parametrize("error", [MemoryError(), ValueError("strange")])
def test_whatever_goes_wrong_with_a_recording_the_rest_is_measured(corpus, perfect, inline, monkeypatch, error):
    original = sentence._analyze

    def failing(path, *arguments):
        if path == perfect / "A-B-é" / "1.wav":
            raise error
        return original(path, *arguments)

    monkeypatch.setattr(sentence, "_analyze", failing)
    found = measured(corpus, [AB], perfect)
    assert len(found.failures) == 1 and found.failures[0].startswith(f"{perfect / 'A-B-é' / '1.wav'}: ")
    assert len(column(found, AB, "converted", "mcd24")) == 2


def test_a_copy_synthesis_without_a_voice_is_unvoiced():
    noise = 0.05 * np.random.default_rng(0).standard_normal(8000)
    settings = {"sample_rate": RATE, "frame_period_ms": 5.0, "f0_method": "dio"}
    assert np.std(recordings.copy_synthesis(0 * noise, settings)) < 1e-3
    assert np.isfinite(recordings.copy_synthesis(noise, settings)).all()


def test_scores_with_a_byte_order_mark_are_read_and_nested_text_is_refused(tmp_path):
    path = tmp_path / "scores.json"
    path.write_text(json.dumps({"format": output.FORMAT, "version": output.VERSION}), encoding="utf-8-sig")
    assert output.read(path)["format"] == output.FORMAT
    path.write_text("[" * 100_000)
    with pytest.raises(VconvError, match="scores.json: is no JSON file"):
        output.read(path)


def test_three_folders_without_common_names(natural, tmp_path, inline):
    for number, name in enumerate(NAMES["B-é"]):
        write(tmp_path / "converted" / f"x{number}.wav", said("B-é", name))
    found = evaluating.evaluate(recordings.of_folders(tmp_path / "converted", natural / "A", natural / "B-é"), jobs=1)
    content = output.summary(found)
    assert content["mcd"]["converted"] is None and found.notes[0].endswith("measured without them")
    assert content["gv_log_ratio"]["converted"]["mean"] == pytest.approx(0, abs=1e-9), "the same, by other names"
    assert content["similarity"]["converted"]["measure"] == "log_likelihood_ratio"


def test_a_network_that_cannot_be_loaded_costs_nothing_else(corpus, perfect, inline):
    def broken(*_):
        raise VconvError("torch cannot be loaded")

    def works(recordings, keys):
        key = next(key for key in keys if key.system == "converted")
        return Additions({key: {"distillmos": 4.5}}, ["a failure"], {key: "a transcript"})

    found = measured(corpus, [AB], perfect, neural_metrics=[broken, works])
    assert found.notes == ["not measured: torch cannot be loaded"] and found.failures == ["a failure"]
    assert column(found, AB, "converted", "mcd24") == [0.0] * 3
    assert column(found, AB, "converted", "distillmos") == [4.5]
    rows = output.summary(found)["files"]
    assert [row["transcript"] for row in rows if row["transcript"]] == ["a transcript"]


def test_a_single_recording_is_noted(natural, perfect, inline):
    for name in "1.b", "3 ø":
        (perfect / "A-B-é" / f"{name}.wav").unlink()
    found = evaluating.evaluate(recordings.of_folders(perfect / "A-B-é", natural / "A", natural / "B-é"), jobs=1)
    assert found.notes[0] == "A-B-é: has a single converted recording, so nothing has an interval"
    assert output.summary(found)["mcd"]["converted"]["interval"] == [None, None]


def test_files_of_several_rates_are_scored_at_the_lowest(natural, perfect, inline):
    y, rate = soundfile.read(perfect / "A-B-é" / "1.wav")
    from vconv.audio import wav

    soundfile.write(perfect / "A-B-é" / "1.wav", wav.resample(y, rate, 48000), 48000, subtype="FLOAT")
    found = evaluating.evaluate(recordings.of_folders(perfect / "A-B-é", natural / "A", natural / "B-é"), jobs=1)
    assert found.notes == ["the recordings have 16000, 48000 Hz; all are scored at 16000 Hz"]
    assert column(found, AB, "converted", "mcd24")[0] < 0.8


@pytest.mark.parametrize(("content", "sentence_"), [(None, "there is no such folder"), ([], "holds no .wav")])
def test_folders_that_hold_nothing(natural, tmp_path, content, sentence_):
    folder = tmp_path / "x"
    if content is not None:
        folder.mkdir()
    with pytest.raises(VconvError, match=sentence_):
        recordings.of_folders(folder, natural / "A", natural / "B-é")
    with pytest.raises(VconvError, match="three different folders"):
        recordings.of_folders(natural / "A", natural / "A", natural / "B-é")
