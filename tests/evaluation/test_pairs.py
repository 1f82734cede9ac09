"""Measuring converted files: known scores for known files, each file under its own name, nothing missing in silence."""
import json
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile
from voice import voice

from vconv.errors import VconvError
from vconv.evaluation import metrics, pairs
from vconv.evaluation.pairs import as_json, as_text, evaluate_pairs
from vconv.features.corpus import Corpus

RATE = 16000
F0_HZ = {"A": 130.0, "B-é": 210.0, "C": 160.0}
NAMES = {"A": ("1", "1.b", "3 ø"), "B-é": ("1", "1.b", "3 ø", "only B"), "C": ("only C",)}
RANGES_HZ = {"A": (80.0, 220.0), "B-é": (120.0, 350.0), "C": (100.0, 270.0)}
AB, BA, AC = ("A", "B-é"), ("B-é", "A"), ("A", "C")


def sentence(speaker, name):
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
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("natural")
    for speaker, names in NAMES.items():
        for name in names:
            write(folder / "e" / speaker / f"{name}.wav", sentence(speaker, name))
        write(folder / "t" / speaker / "0.wav", voice(F0_HZ[speaker], 0.1))
    (folder / "corpus.yaml").write_text(
        "root: .\nsplits:\n  training: {pattern: 't/{speaker}/{utterance}'}\n"
        "  evaluation: {pattern: 'e/{speaker}/{utterance}'}\n")
    return folder / "e"


@pytest.fixture
def corpus(recordings):
    return Corpus.load(recordings.parent / "corpus.yaml")


@pytest.fixture
def inline(monkeypatch):
    """Measure in this process: no start-up time."""
    monkeypatch.setattr(pairs, "worker_pool", ThreadPoolExecutor)


@pytest.fixture
def perfect(recordings, tmp_path):
    """A folder in which each converted file is the target's own recording."""
    for source, target in (AB, BA):
        for name in ("1", "1.b", "3 ø"):
            path = tmp_path / "converted" / f"{source}-{target}" / f"{name}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(recordings / target / f"{name}.wav", path)
    return tmp_path / "converted"


def strict(text):
    """Parse JSON as strict readers do: NaN and Infinity are none of it."""
    return json.loads(text, parse_constant=lambda constant: pytest.fail(f"{constant} in JSON"))


def test_the_targets_own_recordings_are_at_distance_0(corpus, perfect, inline):
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB, BA], perfect, 1)
    assert scores.failures == [] and list(scores.pairs) == [AB, BA]
    for systems in scores.pairs.values():
        found = systems["converted"]
        assert found["mcd_db"] == found["rmse_hz"] == found["rmse_cents"] == found["voicing_error"] == [0.0] * 3
        assert found["correlation"] == pytest.approx([1] * 3)
        assert all(value > 1 for value in systems["unconverted"]["mcd_db"])
        assert all(0 < ceiling < floor for ceiling, floor in zip(
            systems["copy_synthesis"]["mcd_db"], systems["unconverted"]["mcd_db"], strict=True))
    octave = 1200 * np.log2(130 / 210)
    assert np.mean(scores.pairs[AB]["unconverted"]["median_cents"]) == pytest.approx(octave, abs=40)
    assert np.mean(scores.pairs[BA]["unconverted"]["median_cents"]) == pytest.approx(-octave, abs=40)


def test_each_value_is_what_the_metrics_say_of_the_two_files(corpus, recordings, perfect, inline):
    write(perfect / "A-B-é" / "1.wav", sentence("C", "1"))
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB], perfect, 1).pairs[AB]
    for system, y in ("converted", sentence("C", "1")), ("unconverted", sentence("A", "1")):
        y, reference = (np.round(signal * 32768) / 32768 for signal in (y, sentence("B-é", "1")))
        expected = metrics.score(y, RATE, reference, RATE)
        assert scores[system]["mcd_db"][0] == pytest.approx(expected.mcd_db, abs=0.02)
        assert scores[system]["rmse_cents"][0] == pytest.approx(expected.f0.rmse_cents, abs=2)
        assert scores[system]["voicing_error"][0] == pytest.approx(expected.f0.voicing_error, abs=0.02)


def test_files_whose_names_begin_alike_are_not_mistaken_for_each_other(corpus, perfect, inline):
    (perfect / "A-B-é" / "1.wav").unlink()
    (perfect / "A-B-é" / "1.txt").write_text("notes")
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB], perfect, 1)
    assert scores.failures == [f"{perfect / 'A-B-é' / '1.wav'}: is missing; convert the pair first"]
    assert scores.pairs[AB]["converted"]["mcd_db"] == [0.0, 0.0]


def test_flac_and_ogg_are_found_too(corpus, recordings, perfect, inline):
    for name, suffix in ("1", "flac"), ("3 ø", "ogg"):
        (perfect / "A-B-é" / f"{name}.wav").unlink()
        write(perfect / "A-B-é" / f"{name}.{suffix}", soundfile.read(recordings / "B-é" / f"{name}.wav")[0])
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB], perfect, 1)
    flac, wav, ogg = scores.pairs[AB]["converted"]["mcd_db"]
    assert scores.failures == [] and flac == wav == 0
    assert 0 < ogg < scores.pairs[AB]["unconverted"]["mcd_db"][2]


def test_broken_files_are_listed_and_the_rest_is_measured(corpus, perfect, inline):
    (perfect / "A-B-é" / "1.wav").write_text("I am a text")
    write(perfect / "A-B-é" / "1.b.wav", np.zeros(8000))
    write(perfect / "B-é-A" / "1.wav", np.zeros(50))
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB, BA], perfect, 1)
    expected = {"A-B-é/1.wav": "no readable audio file", "A-B-é/1.b.wav": "silent", "B-é-A/1.wav": "at least 3"}
    assert len(scores.failures) == 3
    for name, reason in expected.items():
        (failure,) = [text for text in scores.failures if text.startswith(f"{perfect / name}: ")]
        assert reason in failure and failure.count(str(perfect)) == 1
    for pair, files in (AB, 1), (BA, 2):
        counts = {len(values) for system in scores.pairs[pair].values() for values in system.values()}
        assert counts == {files}, "floor and ceiling are means over the same sentences"


def test_a_pair_without_common_sentences_is_told(corpus, perfect, inline):
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB, AC], perfect, 1)
    assert scores.failures == ["A-C: the speakers share no evaluation sentence, so MCD cannot be measured"]
    found = strict(as_json(scores))["pairs"]["A-C"]["converted"]["mcd_db"]
    assert found == {"mean": None, "values": []} and "A-C" in as_text(scores)
    with pytest.raises(VconvError, match="nothing could be measured.*A-C: the speakers share no"):
        evaluate_pairs(corpus, RANGES_HZ, [AC], perfect, 1)


def test_nothing_converted_at_all_is_one_sentence(corpus, tmp_path, inline):
    with pytest.raises(VconvError, match=r"nothing could be measured; the first reason: .*A-B-é/1.wav: is missing"):
        evaluate_pairs(corpus, RANGES_HZ, [AB], tmp_path / "nowhere", 1)


def test_files_without_pitch_become_null_and_the_means_leave_them_out(corpus, perfect, inline):
    write(perfect / "A-B-é" / "1.wav", 0.1 * np.random.default_rng(0).standard_normal(6400))
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB], perfect, 1)
    assert scores.failures == [] and np.isnan(scores.pairs[AB]["converted"]["rmse_hz"][0])
    found = strict(as_json(scores))["pairs"]["A-B-é"]["converted"]
    assert found["rmse_hz"] == {"mean": 0.0, "values": [None, 0.0, 0.0]}
    assert found["mcd_db"]["values"][0] > 1 and found["voicing_error"]["values"][0] > 0.5
    assert "nan" not in as_text(scores)


def test_json_says_what_was_measured(corpus, perfect, inline):
    scores = evaluate_pairs(corpus, RANGES_HZ, [AB], perfect, 1)
    found = strict(as_json(scores))
    assert found["protocol"] == str(metrics.MCD24) and found["failures"] == []
    assert set(found["pairs"]["A-B-é"]) == set(pairs.SYSTEMS)
    for system, measures in found["pairs"]["A-B-é"].items():
        assert list(measures) == list(pairs.MEASURES)
        for measure, entry in measures.items():
            assert entry["values"] == scores.pairs[AB][system][measure]
            assert entry["mean"] == pytest.approx(np.mean(entry["values"]))


def test_the_table_holds_a_line_per_pair_and_system_and_one_for_all(corpus, perfect, inline):
    text = as_text(evaluate_pairs(corpus, RANGES_HZ, [AB, BA], perfect, 1)).splitlines()
    assert text[0] == str(metrics.MCD24) and len(text) == 2 + 3 * 3
    assert text[2].split()[:3] == ["A-B-é", "converted", "0.00"] and text[2].split()[-1] == "3"
    assert text[-3].split()[:3] == ["all", "converted", "0.00"] and text[-3].split()[-1] == "6"
    long = {("a" * 12, "b" * 12): {system: {measure: [1.0] for measure in pairs.MEASURES} for system in pairs.SYSTEMS}}
    lines = as_text(pairs.Scores(long, [])).splitlines()
    assert lines[2].split()[:2] == [f"{'a' * 12}-{'b' * 12}", "converted"] and len(lines) == 5
    assert len({len(line) for line in lines[1:]}) == 1, "columns stand below each other"


def test_each_recording_is_resynthesised_once(corpus, perfect, inline, monkeypatch):
    seen = []
    original = pairs._copy_synthesis
    monkeypatch.setattr(pairs, "_copy_synthesis", lambda path, *rest: seen.append(path) or original(path, *rest))
    for name in "1", "1.b", "3 ø":
        write(perfect / "C-B-é" / f"{name}.wav", sentence("C", name))
    three = Corpus.__new__(Corpus)
    three.settings, three.speakers = corpus.settings, corpus.speakers
    three.utterances = corpus.utterances + [
        row._replace(speaker="C") for row in corpus.utterances if row.speaker == "A" and row.split == "evaluation"]
    evaluate_pairs(three, RANGES_HZ, [AB, ("C", "B-é")], perfect, 1)
    assert len(seen) == len(set(seen)) == 3


def test_one_and_two_processes_find_the_same(corpus, perfect):
    (perfect / "A-B-é" / "3 ø.wav").write_text("I am a text")
    one, two = (as_json(evaluate_pairs(corpus, RANGES_HZ, [AB, BA], perfect, jobs)) for jobs in (1, 2))
    assert one == two and "no readable audio" in one


def test_no_progress_bar_in_a_log(corpus, perfect, inline, capsys):
    evaluate_pairs(corpus, RANGES_HZ, [AB], perfect, 1)
    assert capsys.readouterr() == ("", "")
