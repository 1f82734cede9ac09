"""`vconv extract` counts the faults of what it reads, and writes the same features with and without that."""

import numpy as np
import pytest
import soundfile
from speech import RATE, speech

from vconv.audio import wav
from vconv.commands import cli
from vconv.corpus.recordings import Corpus
from vconv.diagnosis import quick
from vconv.diagnosis.examination import examine
from vconv.features.extract import extract

Y = speech(2.5)
LIMIT = 0.3 * Y.max()
FAULTS = {
    "clipping": np.clip(Y, -LIMIT, LIMIT),
    "offset": Y + 0.01,
    "too quiet": speech(2.5, background=0.005) * 0.01,
    "too short": Y[8000:16000],
    "mostly silent": np.concatenate([np.zeros(8 * RATE), Y]),
    "inverted channel": np.column_stack([Y, -Y]),
    "dead channel": np.column_stack([Y, 0 * Y]),
}


def kinds(path, rate=None):
    """Return what the quick checks find in a file that `wav.read` reads at `rate` Hz."""
    found = []
    wav.read(path, rate, examine=lambda *signals: found.extend(quick.kinds(path, *signals)))
    return found


@pytest.mark.parametrize("kind", FAULTS)
def test_the_quick_checks_find_what_the_doctor_finds(tmp_path, kind):
    path = tmp_path / "a.wav"
    soundfile.write(path, FAULTS[kind], RATE)
    found = {one.kind for one in examine(path, "anna")[0]}
    assert kinds(path) == [kind] and kind in found


def test_a_good_recording_has_no_fault_and_a_wrong_header_is_one(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, Y, RATE)
    assert kinds(path) == []
    path.write_bytes(path.read_bytes()[:-20000])
    assert kinds(path) == ["wrong header"]


def test_clipping_is_found_before_the_signal_is_resampled(tmp_path):
    path = tmp_path / "a.wav"
    soundfile.write(path, FAULTS["clipping"], RATE)
    assert kinds(path, 22050) == ["clipping"]


@pytest.fixture
def corpus_yaml(tmp_path):
    """Two recordings of anna without fault, and a clipped one of ben beside a file that is no recording."""
    for path, y in ("anna/1", Y), ("anna/2", speech(2.5, seed=1)), ("ben/1", FAULTS["clipping"]):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        soundfile.write(tmp_path / f"{path}.wav", y, RATE)
    (tmp_path / "ben" / "2.wav").write_bytes(b"no recording" * 1000)
    (tmp_path / "corpus.yaml").write_text("splits: {training: {pattern: '{speaker}/{utterance}'}}\nf0_method: dio\n")
    return tmp_path / "corpus.yaml"


def extract_by_command(corpus_yaml, capsys):
    status = cli.main(["extract", "--corpus", str(corpus_yaml), "--jobs", "1"])
    return status, [line for line in capsys.readouterr().err.split("\n") if "have faults" in line]


def test_extraction_tells_the_faults_in_one_sentence_and_the_command_for_more(corpus_yaml, capsys):
    status, told = extract_by_command(corpus_yaml, capsys)
    assert status == 2  # of the file that is no recording
    assert told == [f"note: 1 of 3 recordings have faults: clipping 1; details: vconv doctor {corpus_yaml}"]


def test_extraction_without_faults_says_nothing_of_them(corpus_yaml, capsys):
    (corpus_yaml.parent / "ben" / "1.wav").write_bytes((corpus_yaml.parent / "anna" / "1.wav").read_bytes())
    assert extract_by_command(corpus_yaml, capsys) == (2, [])


def test_the_checks_do_not_change_the_feature_file(corpus_yaml, tmp_path):
    corpus = Corpus.load(corpus_yaml)
    reports = [
        extract(corpus, tmp_path / name, 1, False, lambda line: None, check)
        for name, check in (("with.h5", quick.kinds), ("without.h5", None))
    ]
    assert (tmp_path / "with.h5").read_bytes() == (tmp_path / "without.h5").read_bytes()
    assert [report.faults for report in reports] == [[["clipping"]], []] and reports[0][:3] == reports[1][:3]
