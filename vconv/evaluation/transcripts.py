"""Reference texts of the sentences, from a text file or from those of a corpus."""

import re
from itertools import product
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.common.formats import OTHER, READABLE
from vconv.common.names import composed
from vconv.corpus import patterns

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
    lines = _read(path).splitlines()
    texts = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            name, text = _parsed(line.strip(), f"{path}: line {number}")
            if texts.setdefault(name, text) != text:
                raise VconvError(f"{path}: line {number} has another text for {name!r} than a line before; keep one")
    return texts


def corpus_texts(corpus):
    """Return {(speaker, sentence): text} of the evaluation recordings, from the files that `transcripts` names.

    A recording without a text is left out. A line of a list may name the utterance or its audio file.

    Raises
    ------
    VconvError
        `transcripts` of corpus.yaml matches no file, or a file cannot be read; for lists also as `read_transcripts`.
    """
    pattern, root = corpus.settings.get("transcripts"), Path(corpus.settings["root"])  # runs may lack the key
    if not pattern:
        return {}
    files = patterns.find(root, pattern).files
    if not files:
        raise VconvError(
            f"{root}: no file below it matches the pattern {pattern!r}; correct transcripts in corpus.yaml, or "
            "remove it for word errors against the recognizer's own text"
        )
    evaluated = [utterance for utterance in corpus.utterances if utterance.split == "evaluation"]
    wanted = {name for utterance in evaluated for name in _names(utterance)}
    texts = {}
    for speaker, name, path in files:
        of_all = "{speaker}" not in pattern
        if not (of_all or speaker in corpus.speakers) or name and name not in wanted:
            continue
        lines = {name: " ".join(_read(path).split())} if name else read_transcripts(path)
        texts |= {(None if of_all else speaker, name): text for name, text in lines.items() if text}
    keys = {
        (utterance.speaker, utterance.name): product((utterance.speaker, None), _names(utterance))
        for utterance in evaluated
    }
    found = {key: next((texts[one] for one in places if one in texts), None) for key, places in keys.items()}
    return {key: text for key, text in found.items() if text}


def text_of(texts, speaker, sentence):
    """Return the text of a speaker's sentence, or else of the sentence whoever speaks (speaker None), or None."""
    return texts.get((speaker, sentence), texts.get((None, sentence)))


def lacking(texts, natural):
    """Return [a sentence on the recordings whose texts are lacking], or [] if there are none.

    Parameters
    ----------
    texts : dict
        (speaker or None, sentence) → text.
    natural : dict
        Speaker → names of sentences.
    """
    spoken = [(speaker, name) for speaker, names in natural.items() for name in names]
    without = [one for one in spoken if text_of(texts, *one) is None]
    if not without:
        return []
    return [
        f"the transcripts have no text for {len(without)} of {len(spoken)} natural recordings ({without[0][1]} of "
        f"{without[0][0]} is one), so their reference is the recognizer's transcript of the source"
    ]


def _names(utterance):
    """Return the names that a list may give an utterance."""
    return utterance.name, composed(utterance.path.stem)


def _read(path):
    """Return the text of a file in UTF-8, or raise a VconvError."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise VconvError(f"{path}: cannot be read ({error.strerror}); name a file of transcripts") from error
    except UnicodeDecodeError as error:
        raise VconvError(f"{path}: is no text in UTF-8; save it in this encoding") from error


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
