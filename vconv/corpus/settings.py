"""The settings of a corpus.yaml, complete and checked; vconv/corpus/corpus.yaml holds the defaults."""

import re
from pathlib import Path

from vconv.common import config
from vconv.common.errors import VconvError
from vconv.common.names import composed

TEMPLATE = config.read_template(Path(__file__).with_name("corpus.yaml"))
DEFAULTS = TEMPLATE.defaults
FREE = ("speakers", "f0_range_hz", "splits", "download")  # settings of a form that only this module can check
CONTENTS = ("frames", "wave", "copy_synthesis")
SPLITS = ("training", "validation", "evaluation")
HELD_OUT = 0.05
ARCHIVE = {"url": "", "mirrors": [], "size_bytes": 0, "md5": "", "sha256": ""}


def read_settings(corpus_yaml, changes=None, corpus_dir=None):
    """Return the complete, checked settings of a corpus.yaml; `root` is made absolute.

    Parameters
    ----------
    corpus_yaml : str or Path
    changes : dict, optional
        Settings that replace those of the file, section by section.
    corpus_dir : str or Path, optional
        Replaces `root`.

    Raises
    ------
    VconvError
        The file cannot be read, a key does not exist or a value is not allowed.
    """
    where = str(corpus_yaml)
    written = config.overlay({"splits": DEFAULTS["splits"]} | config.read_yaml(corpus_yaml), changes or {})
    free = {key: written.pop(key, DEFAULTS[key]) for key in FREE}
    settings = TEMPLATE.complete(written, where) | free
    settings["root"] = str(Path(corpus_dir or Path(corpus_yaml).parent / settings["root"]).absolute())
    settings["contents"] = _contents(settings["contents"], f"{where}: contents")
    if settings["speakers"] != "all":
        settings["speakers"] = _texts(settings["speakers"], f"{where}: speakers", "all or a list of names")
    settings["f0_range_hz"] = _ranges(settings["f0_range_hz"], settings["sample_rate"], f"{where}: f0_range_hz")
    settings["splits"] = _splits(settings["splits"], f"{where}: splits")
    _check_texts(settings["transcripts"], settings["language"], where)
    settings["download"] = _downloads(settings["download"], f"{where}: download")
    return settings


def _texts(values, where, allowed):
    """Return the list `values` in composed Unicode; YAML reads an unquoted 001 as 1, and no as false."""
    if not isinstance(values, list) or not values:
        raise VconvError(f"{where}: needs {allowed}, found {values!r}")
    for value in values:
        if not isinstance(value, str):
            raise VconvError(
                f"{where}: YAML reads a name as {value}, which is no text; put the name as it is meant in quotes, such "
                "as '001' or 'no'"
            )
    return [composed(value) for value in values]


def _contents(contents, where):
    """Return the checked `contents`, in the order of CONTENTS."""
    if not {"frames", "wave"} & set(contents):
        raise VconvError(f"{where}: needs at least one of frames and wave, found {contents!r}")
    return [name for name in CONTENTS if name in contents]


def _ranges(ranges, rate, where):
    """Return the checked F0 ranges, speaker → [floor, ceiling] in Hz."""
    if not isinstance(ranges, dict):
        raise VconvError(f"{where}: needs a section such as {{SF1: [120, 420]}}, found {ranges!r}")
    _texts(list(ranges) or [""], where, "names")
    for name, limits in ranges.items():
        numbers = isinstance(limits, list) and all(type(limit) in (int, float) for limit in limits)
        if not (numbers and len(limits) == 2 and 20 <= limits[0] < limits[1] <= rate / 4):
            raise VconvError(
                f"{where}: {name}: needs [floor, ceiling] with 20 <= floor < ceiling <= {rate / 4:g} Hz, "
                f"found {limits!r}"
            )
    return {composed(name): [float(limit) for limit in limits] for name, limits in ranges.items()}


def _splits(splits, where):
    """Return the checked splits with all their keys; without a validation split one is held out of training."""
    if not isinstance(splits, dict) or "training" not in splits:
        raise VconvError(f"{where}: needs a section with the key training")
    checked = {}
    for split, rules in splits.items():
        here = f"{where}: {config.one_of(split, SPLITS, where)}"
        listed = isinstance(rules, dict) and isinstance(rules.get("utterances"), list)
        defaults = DEFAULTS["splits"]["training"] | ({"utterances": []} if listed else {})
        rules = config.merge(defaults, rules, here, TEMPLATE.limits["splits"]["training"])
        if listed:
            rules["utterances"] = _texts(rules["utterances"], f"{here}: utterances", "all or a list of names")
        check_pattern(rules["pattern"], f"{here}: pattern")
        if split == "training" and "validation" not in splits:
            checked["validation"] = rules | {"share": HELD_OUT}
        checked[split] = rules
    return checked


def _check_texts(transcripts, language, where):
    """Raise a VconvError unless `transcripts` is empty or the pattern of text files, and `language` empty or a code."""
    _check_placeholders(transcripts, f"{where}: transcripts")
    if transcripts and not re.search(r"\.\w{1,4}$", transcripts):
        raise VconvError(
            f"{where}: transcripts: {transcripts!r} does not end in a dot and one to four letters; write for example "
            "'txt/{speaker}/{utterance}.txt'"
        )
    if not re.fullmatch("([a-z]{2,3})?", language):
        raise VconvError(f"{where}: language: {language!r} is no code of two or three small letters such as 'en'")


def _check_placeholders(pattern, where):
    """Raise a VconvError if `pattern` has another placeholder than {speaker} and {utterance}."""
    for name in re.findall(r"\{(.*?)\}", pattern):
        config.one_of(name, ("speaker", "utterance"), where)


def check_pattern(pattern, where):
    """Raise a VconvError unless `pattern` has {utterance} and no other placeholder but {speaker}."""
    _check_placeholders(pattern, where)
    if "{utterance}" not in pattern:
        raise VconvError(f"{where}: {pattern!r} lacks {{utterance}}; write for example '{{speaker}}/{{utterance}}'")


def _downloads(downloads, where):
    """Return the checked list of archives, each with all keys; what is not known is empty or 0."""
    if not isinstance(downloads, list):
        raise VconvError(f"{where}: needs a list of {{url, sha256}}, found {downloads!r}")
    checked = [config.merge(ARCHIVE, archive, where) for archive in downloads]
    for archive in checked:
        if not archive["url"]:
            raise VconvError(f"{where}: an archive lacks its url")
        if archive["mirrors"]:
            archive["mirrors"] = _texts(archive["mirrors"], f"{where}: mirrors", "a list of addresses")
    return checked
