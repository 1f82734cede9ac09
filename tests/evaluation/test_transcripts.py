"""Files of reference texts: the formats that corpora have, and what is refused with the number of the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.evaluation.transcripts import read_transcripts

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
