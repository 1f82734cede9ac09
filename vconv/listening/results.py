"""Read the key of a listening test and the result files of its listeners."""

import json
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.listening.page import KEY_FORMAT, KEY_VERSION

RESULT_FORMAT, RESULT_VERSION = "vconv listening-test result", 1
SCORES_FORMAT, SCORES_VERSION = "vconv listening-test scores", 1
GRADES = {"mos": 5, "similarity": 4}  # answers are integers from 1 to this number


def load_key(path):
    """Return the content of a key: test, systems, and the items with the system of each clip."""
    key = _load(path)
    if (key.get("format"), key.get("version")) != (KEY_FORMAT, KEY_VERSION):
        raise VconvError(
            f"{path}: is no key of a listening test, or of another version; name the .key.json that "
            f"`vconv listening-test build` wrote beside the page"
        )
    try:
        speakers = {clip: entry["system"] for clip, entry in key["clips"].items()}
        items = {
            name: {
                "test": item["test"],
                "sentence": item["sentence"],
                "clips": item["clips"],
                "speakers": [speakers[clip] for clip in item["clips"]],
            }
            for name, item in key["items"].items()
        }
        return {"test": key["test"], "systems": key["systems"], "items": items}
    except (KeyError, TypeError, AttributeError) as error:
        raise VconvError(f"{path}: is damaged; the same `vconv listening-test build` writes the same key") from error


def load_results(key_path, key, paths):
    """Read the result files of one test.

    Parameters
    ----------
    key_path : str or Path
    key : dict
        As `load_key` returns it.
    paths : iterable of str or Path
        Result files. Keys and score files among them are skipped.

    Returns
    -------
    listeners : dict
        {listener: {item: answer}}, sorted by name.
    duplicates : list of str
        A sentence for each listener with more than one file.
    failures : list of str
        A sentence for each file that is rejected: damaged, incomplete, or of another test.

    Raises
    ------
    VconvError
        No file is a valid result of this test.
    """
    found, failures = {}, []
    for path in map(Path, paths):
        try:
            content = _load(path)
            if content.get("format") not in (KEY_FORMAT, SCORES_FORMAT):
                found[path] = _checked(path, content, key)
        except VconvError as error:
            failures.append(str(error))
    if not found:
        raise VconvError(
            f"no file holds answers to the test of {key_path}"
            f"{'; the first reason: ' + failures[0] if failures else ', name those listeners sent back'}"
        )
    return *_one_each(found), failures


def _load(path):
    """Return the JSON object in a file."""
    try:
        content = json.loads(Path(path).read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise VconvError(f"{path}: cannot be read ({error.strerror}); name an existing file") from error
    except (ValueError, RecursionError) as error:
        raise VconvError(f"{path}: is no JSON, or was cut short ({error}); ask for the file again") from error
    if not isinstance(content, dict):
        raise VconvError(f"{path}: is no file of a listening test; ask for the file again")
    return content


def _checked(path, content, key):
    """Return a result if it is valid and complete for this test, else raise a VconvError."""
    if (content.get("format"), content.get("version")) != (RESULT_FORMAT, RESULT_VERSION):
        raise VconvError(f"{path}: is no result of a listening test, or of another version; leave it out")
    if content.get("test") != key["test"]:
        raise VconvError(
            f"{path}: answers another test ({content.get('test')}, the key is of {key['test']}); score it "
            f"with its own key"
        )
    answers = content.get("answers")
    texts = [content.get("listener"), content.get("finished")]
    if not isinstance(answers, dict) or not all(isinstance(text, str) and text for text in texts):
        raise VconvError(f"{path}: is damaged: no listener, time or answers; ask for the file again")
    missing = len(set(key["items"]) - set(answers))
    if missing or len(answers) > len(key["items"]):
        raise VconvError(
            f"{path}: answers {len(answers)} questions and lacks {missing} of the {len(key['items'])}; "
            f"ask for the file again, or for the rest"
        )
    for name, item in key["items"].items():
        allowed = range(1, GRADES[item["test"]] + 1) if item["test"] in GRADES else item["clips"][:2]
        if answers[name] not in list(allowed) or isinstance(answers[name], bool | float):
            raise VconvError(f"{path}: is damaged: {answers[name]!r} is no answer to question {name}; ask for it again")
    return content


def _one_each(found):
    """Return ({listener: answers of the file finished first}, a sentence for each listener with several files)."""
    listeners, files = {}, {}
    for path, content in sorted(found.items(), key=lambda entry: (entry[1]["finished"], str(entry[0]))):
        name = " ".join(content["listener"].split())
        files.setdefault(name.casefold(), []).append(path.name)
        if len(files[name.casefold()]) == 1:
            listeners[name] = content["answers"]
    duplicates = [
        f"{name} sent {len(files[name.casefold()])} files ({', '.join(files[name.casefold()])}); the one "
        f"finished first counts"
        for name in listeners
        if len(files[name.casefold()]) > 1
    ]
    return dict(sorted(listeners.items())), duplicates
