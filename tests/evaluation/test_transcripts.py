"""Files of reference texts: the formats that corpora have, and what is refused with the number of the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.corpus.recordings import Corpus
from vconv.evaluation.transcripts import corpus_texts, lacking, read_transcripts

WANTED = {"a.b": "What was said.", "é": 'He said "no" (twice)'}


@pytest.mark.parametrize(
    "lines",
    [
        'a.b  What was said.\n\né He said "no" (twice)\n',
        '\ufeffa.b What was said.\r\né He said "no" (twice)\r\n',
        'a.b\tWhat was said.\ne\u0301.FLAC\tHe said "no" (twice)',
        'wavs/a.b.wav What was said.\né.mp3 He said "no" (twice)',
        'a.b|What was said.|What was said.\né|He said "no" (2x)|He said "no" (twice)',
        'x/a.b.wav|What was said.\né|He said "no" (twice)',
        '( a.b "What was said." )\n(é "He said \\\\"no\\\\" (twice)")'.replace("\\\\", "\\"),
    ],
    ids=["blank", "mark and line ends of Windows", "tab", "suffix", "LJSpeech", "two columns", "Festival"],
)
def test_every_format_of_transcripts_is_read(tmp_path, lines):
    (tmp_path / "t é.txt").write_bytes(lines.encode())
    assert read_transcripts(tmp_path / "t é.txt") == WANTED


def test_a_name_with_blanks_needs_a_tab_or_a_bar(tmp_path):
    (tmp_path / "t.txt").write_text("a 1.wav\tWhat was said.")
    assert read_transcripts(tmp_path / "t.txt") == {"a 1": "What was said."}


@pytest.mark.parametrize("line", ["b", "b.wav", "b\t", "|text", "b|", "( b text )", '( "text" )', "("])
def test_a_line_without_name_or_text_is_refused_with_its_number(tmp_path, line):
    (tmp_path / "t.txt").write_text(f"a text\n{line}\n")
    with pytest.raises(VconvError, match="t.txt: line 2 is .*; write a line for each sentence: its name"):
        read_transcripts(tmp_path / "t.txt")


def test_two_texts_of_one_sentence_are_refused(tmp_path):
    (tmp_path / "t.txt").write_text("a one\na one\na.wav two\n")
    with pytest.raises(VconvError, match="line 3 has another text for 'a'"):
        read_transcripts(tmp_path / "t.txt")


def test_a_missing_file_and_another_encoding_are_told_apart(tmp_path):
    with pytest.raises(VconvError, match="t.txt: cannot be read .No such file"):
        read_transcripts(tmp_path / "t.txt")
    (tmp_path / "t.txt").write_bytes("a schön".encode("latin-1"))
    with pytest.raises(VconvError, match="t.txt: is no text in UTF-8; save it"):
        read_transcripts(tmp_path / "t.txt")


@given(st.text())
def test_any_text_is_read_or_refused_in_one_sentence(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "t.txt"
    path.write_text(text, encoding="utf-8", newline="")
    try:
        assert all(name and sentence for name, sentence in read_transcripts(path).items())
    except VconvError as error:
        assert "line" in str(error) and "\n" not in str(error)


def corpus_of(folder, transcripts, texts, names=("e/A/x-1.wav", "e/B/x-1.wav", "e/B/x-2.wav")):
    """Return a corpus whose evaluation recordings have these names and whose text files have these contents."""
    for name, text in ({name: "" for name in ("t/A/1.wav", "t/B/1.wav", *names)} | texts).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "corpus.yaml").write_text(
        f"transcripts: '{transcripts}'\nsplits:\n  evaluation: {{pattern: 'e/{{speaker}}/x-{{utterance}}'}}\n"
        "  validation: {pattern: 't/{speaker}/{utterance}', share: 0.5}\n"
        "  training: {pattern: 't/{speaker}/{utterance}'}\n"
    )
    return Corpus.load(folder / "corpus.yaml")


ONE, TWO, OF_B = {("A", "1"): "one"}, {("B", "1"): "one", ("B", "2"): "two"}, {("B", "1"): "other"}


@pytest.mark.parametrize(
    ("transcripts", "texts", "wanted"),
    [
        (
            "txt/{speaker}/{utterance}.txt",
            {"txt/A/1.txt": " one\n", "txt/B/1.txt": "other", "txt/B/2.txt": ""},
            ONE | OF_B,
        ),
        ("txt/x-{utterance}.txt", {"txt/x-1.txt": "one", "txt/x-2.txt": "two", "txt/x-3.txt": "three"}, ONE | TWO),
        ("txt/{utterance}.txt", {"txt/x-1.txt": "one", "txt/x-2.txt": "two"}, ONE | TWO),
        ("metadata.csv", {"metadata.csv": "x-1|1|one\nx-2|2|two\ny|?|?"}, ONE | TWO),
        ("e/{speaker}/*.trans.txt", {"e/A/a.trans.txt": "x-1 one", "e/B/b.trans.txt": "x-1 other\nx-9 ?"}, ONE | OF_B),
        ("{speaker}/txt.done.data", {"A/txt.done.data": '( 1 "one" )', "C/txt.done.data": '( 1 "of C" )'}, ONE),
        ("", {}, {}),
    ],
    ids=["a file each", "a file a sentence", "named as the audio", "LJSpeech", "LibriSpeech", "Festival", "none"],
)
def test_the_texts_of_a_corpus_are_found(tmp_path, transcripts, texts, wanted):
    assert corpus_texts(corpus_of(tmp_path, transcripts, texts)) == wanted


def test_transcripts_that_match_no_file_are_told(tmp_path):
    corpus = corpus_of(tmp_path, "txt/{utterance}.txt", {})
    with pytest.raises(
        VconvError, match="no file below it matches the pattern 'txt/{utterance}.txt'; correct transcripts"
    ):
        corpus_texts(corpus)


def test_recordings_whose_texts_are_lacking_are_counted():
    natural = {"A": ["1", "2"], "B": ["1", "2"]}
    assert lacking({(None, "1"): "one", ("B", "2"): "two"}, natural) == [
        "the transcripts have no text for 1 of 4 natural recordings (2 of A is one), so their reference is the "
        "recognizer's transcript of the source"
    ]
    assert lacking({(None, "1"): "one", (None, "2"): "two"}, natural) == []
