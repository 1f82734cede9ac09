"""Blind listening tests: one HTML page with all recordings, and a key that maps its clips to systems.

The page contains only opaque ids, so neither the screen nor a result file reveals a system. The module `scores`
combines the results with the key.
"""

import base64
import hashlib
import json
import random
from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.audio import wav
from vconv.audio.folder import by_name
from vconv.audio.samples import SILENCE
from vconv.common import files
from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.listening.loudness import level_gains
from vconv.listening.questions import SOURCE, TARGET, questions

TESTS = ("mos", "similarity", "abx")
KEY_FORMAT, KEY_VERSION = "vconv listening-test key", 1
SHORTEST_SECONDS = 0.1
ANSWER_SECONDS, REPLAYS = 4.0, 1.3  # assumed, for the estimate of the duration of the test


class Built(NamedTuple):
    """Result of `build`: the two files; sentences drawn, of how many in common; scored items and minutes a listener."""

    page: Path
    key: Path
    sentences: int
    common: int
    items: int
    minutes: int


def build(systems, output, target=None, source=None, tests=None, sentences=None, seed=0):
    """Write the page of a listening test, and its key beside it, for example page.html and page.key.json.

    Parameters
    ----------
    systems : dict
        Name → folder of recordings, for at least two systems. Files are paired by name without suffix.
    output : str or Path
        The page.
    target : str or Path, optional
        Folder of natural recordings of the target speaker: hidden anchors and references. The anchor has the same
        sentence as the sample if there is one. The reference always has another sentence, so that listeners compare
        voices and not the same words.
    source : str or Path, optional
        Folder of the unconverted recordings, also paired by name: low anchors of the similarity test.
    tests : sequence of {"mos", "similarity", "abx"}, optional
        Default: all that are possible; "similarity" and "abx" need `target`.
    sentences : int, optional
        Number of sentences to draw. Default: 8, or all if there are fewer.
    seed : int
        Of the draw of sentences and references, and of the order of each listener. The same call writes the same page.

    Returns
    -------
    built : Built

    Raises
    ------
    VconvError
        Fewer than two systems, a reserved name, an unknown test, a test without the `target` it needs, a folder
        without recordings, no common names, too few sentences or references, or a silent or very short recording.
    """
    tests = _checked(systems, target, tests)
    folders = {name: by_name(folder) for name, folder in {**systems, TARGET: target, SOURCE: source}.items() if folder}
    items, chosen, common = questions(random.Random(seed), folders, tests, sentences)
    clips, rate = _read_clips(folders, items)
    gains = level_gains([(y, rate) for y in clips.values()])
    encoded = {clip: wav.to_flac(y * gain, rate) for (clip, y), gain in zip(clips.items(), gains, strict=True)}
    seconds = sum(ANSWER_SECONDS + REPLAYS * sum(len(clips[clip]) for clip in item.clips) / rate for item in items)
    minutes = max(1, round(seconds / 60))
    page = _page(items, encoded, tests, seed, minutes)
    key = _key(items, dict(zip(clips, gains, strict=True)), page["test"], seed, folders)
    output = Path(output)
    key_path = output.with_suffix(".key.json")
    template = Path(__file__).with_suffix(".html").read_text(encoding="utf-8")
    files.write_text(key_path, json.dumps(key, indent=1, ensure_ascii=False) + "\n")
    files.write_text(output, template.replace("{{data}}", json.dumps(page)))
    return Built(output, key_path, len(chosen), len(common), len(key["items"]), minutes)


def _checked(systems, target, tests):
    """Return the chosen tests in the order of TESTS, or raise a VconvError for invalid arguments."""
    if len(systems) < 2:
        raise VconvError(
            f"a listening test compares at least two systems, but {len(systems)} was named; add another "
            f"--system NAME=DIR"
        )
    for name in systems:
        if name in (TARGET, SOURCE):
            raise VconvError(
                f"--system: the name {name!r} is kept for the natural recordings of --{name}; choose another"
            )
    wanted = [one_of(test, TESTS, "--tests") for test in tests or (TESTS if target else TESTS[:1])]
    if not target and set(wanted) != {"mos"}:
        raise VconvError(
            "--tests: similarity and abx compare with the target's voice; name a folder of natural "
            "recordings with --target"
        )
    return [test for test in TESTS if test in wanted]


def _read_clips(folders, items):
    """Return ({clip: signal}, rate). All clips get the highest rate, so that the rate does not reveal a system."""
    clips = {}
    for clip in sorted({clip for item in items for clip in item.clips}):
        path = folders[clip.system][clip.name]
        y, rate = wav.read(path)
        if len(y) < SHORTEST_SECONDS * rate:
            raise VconvError(f"{path}: lasts {len(y) / rate:.3f} s, too short to be rated; remove it or record again")
        if np.abs(y).max() < SILENCE:
            raise VconvError(f"{path}: is silent, so it cannot be rated; remove it or make it again")
        clips[clip] = y, rate
    highest = max(rate for _, rate in clips.values())
    return {clip: wav.resample(y, rate, highest) for clip, (y, rate) in clips.items()}, highest


def _opaque(*what):
    """Return an id that does not reveal `what`, and is always the same for the same value."""
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()[:12]


def _page(items, encoded, tests, seed, minutes):
    """Return the data of the page. Items and clips are in the order of their ids."""
    asked = sorted(
        (
            {
                "id": _opaque(seed, *item),
                "test": item.test,
                "practice": item.practice,
                "clips": [_opaque(seed, *clip) for clip in item.clips],
            }
            for item in items
        ),
        key=lambda question: question["id"],
    )
    clips = {_opaque(seed, *clip): base64.b64encode(flac).decode() for clip, flac in encoded.items()}
    page = {"seed": seed, "minutes": minutes, "tests": tests, "items": asked, "clips": dict(sorted(clips.items()))}
    return {"test": _opaque(page), **page}


def _key(items, gains, test, seed, folders):
    """Return the key: the scored items, and the system of each clip."""
    return {
        "format": KEY_FORMAT,
        "version": KEY_VERSION,
        "test": test,
        "seed": seed,
        "vconv": __version__,
        "systems": [name for name in folders if name not in (TARGET, SOURCE)],
        "items": {
            _opaque(seed, *item): {
                "test": item.test,
                "sentence": item.sentence,
                "clips": [_opaque(seed, *clip) for clip in item.clips],
            }
            for item in items
            if not item.practice
        },
        "clips": {
            _opaque(seed, *clip): {
                "system": clip.system,
                "file": str(folders[clip.system][clip.name]),
                "gain_db": round(20 * float(np.log10(gain)), 2),
            }
            for clip, gain in gains.items()
        },
    }
