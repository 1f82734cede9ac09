"""Reference texts of the sentences, from a text file."""

import re
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.common.formats import OTHER, READABLE
from vconv.common.names import composed

FESTIVAL = re.compile(r'\(\s*(\S+)\s+"(.*)"\s*\)')
REMEDY = "write a line for each sentence: its name, a blank or a tab, its text"


def read_transcripts(path):
    """Return {sentence, in composed Unicode: text} of a file in UTF-8 with a line for each sentence.

    A line is `name text` with a blank or a tab between them; `name|text` or `name|text|text in words`, as in LJSpeech;
    or `( name "text" )`, as in Festival. Folders before the name and the suffix of an audio file are dropped. Empty
    lines are skipped.

    Raises
    ------
    VconvError
        The file cannot be read, a line is none of these, or two lines have different texts for one sentence.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise VconvError(f"{path}: cannot be read ({error.strerror}); name a file of transcripts") from error
    except UnicodeDecodeError as error:
        raise VconvError(f"{path}: is no text in UTF-8; save it in this encoding") from error
    texts = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            name, text = _parsed(line.strip(), f"{path}: line {number}")
            if texts.setdefault(name, text) != text:
                raise VconvError(f"{path}: line {number} has another text for {name!r} than a line before; keep one")
    return texts


def _parsed(line, where):
    """Return the name and the text of a line."""
    name = text = ""
    if line.startswith("("):
        if match := FESTIVAL.fullmatch(line):
            name, text = match[1], match[2].replace('\\"', '"')
    elif "|" in line or "\t" in line:
        name, *texts = (part.strip() for part in re.split(r"[|\t]", line))
        text = texts[-1]
    else:
        name, _, text = line.partition(" ")
    name, text = Path(name).name, text.strip()
    if not name or not text:
        raise VconvError(f"{where} is {line[:80]!r}; {REMEDY}")
    suffix = Path(name).suffix
    return composed(name.removesuffix(suffix) if suffix.lower() in (*READABLE, *OTHER) else name), text
