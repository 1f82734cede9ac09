"""From a feature file to the file of pairs: each two voices moved into one place, and there the nearest neighbours."""

import glob
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import combinations
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from vconv import config
from vconv.alignment import pairs
from vconv.alignment.adaptation import adapt
from vconv.alignment.neighbours import both_ways
from vconv.alignment.rows import Rows
from vconv.alignment.voices import Voice
from vconv.errors import VconvError
from vconv.features.cepstra import SHAPE
from vconv.features.workers import available_cores
from vconv.files import remove_unfinished

RANGES = (
    ("adaptation", "warp", lambda value: 0 <= value < 1, "from 0 to below 1"),
    ("adaptation", "keep", lambda value: 0 < value <= 1, "above 0 and at most 1"),
    ("adaptation", "ridge", lambda value: value > 0, "above 0"),
    ("matching", "keep", lambda value: 0 < value <= 1, "above 0 and at most 1"),
)


def settings(changes=None):
    """Return the complete settings: match.yaml with `changes` applied.

    Raises
    ------
    VconvError
        An unknown key, an ill-typed value or an impossible number.
    """
    complete = config.merge(config.read_yaml(files(__package__) / "match.yaml"), changes or {}, "match")
    for section, values in complete.items():
        config.check_sizes(values, f"match: {section}")
    for section, key, allowed, words in RANGES:
        if not allowed(complete[section][key]):
            raise VconvError(f"match: {section}: {key}: is {complete[section][key]}; it must be {words}")
    return complete


def match(store, statistics, output, settings, report=print):
    """Write the file of pairs of a `FeatureStore`.

    Parameters
    ----------
    store : FeatureStore
    statistics : Statistics
        Of the same store.
    output : str or Path
        The file of pairs.
    settings : dict
        Complete, of `settings`.
    report : callable
        Takes lines of text for the user.

    Raises
    ------
    VconvError
        There is but one speaker, or no training utterance of one, or the file cannot be written.
    """
    if len(store.speakers) < 2:
        raise VconvError(f"{store.path}: holds the one speaker {store.speakers[0]}; it takes two or more to match")
    # Each thread multiplies by itself, so that the result does not depend on how many there are.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(available_cores()) as pool:
        # The file is begun before anything is computed: a full disk or a locked folder is told at once.
        pairs.write(output, settings, store.fingerprint, store.speakers, pairs.table(store),
                    _in_each_voice(store, statistics, settings, pool, report))
    remove_unfinished(Path(output).parent, glob.escape(Path(output).name))


def match_two(one, other, settings):
    """Pair the rows of two `Voice`s: training rows both ways, a held-out row with its nearest training row.

    Returns
    -------
    there, back : ndarray [n, 2], int64
        Rows of `one` and what `other` would say in their place, and the reverse; numbered as in the whole corpus.
    """
    shape, keep = adapt(one, other, settings["adaptation"]), settings["matching"]["keep"]
    chosen = [voice.some(settings["matching"]["rows"]) for voice in (one, other)]
    numbers = [voice.numbers[rows] for voice, rows in zip((one, other), chosen, strict=True)]
    places = one.place(shape, chosen[0]), other.place(other.shape, chosen[1])
    found, distances = both_ways(*places)
    limit = np.quantile(distances, keep)
    near = np.stack([numbers[0][found[:, 0]], numbers[1][found[:, 1]]], 1)[distances <= limit]

    def held_out(voice, shape, side):
        known, count = places[side], len(voice.held_out)
        found, distances = (part[:count] for part in both_ways(voice.place(shape, voice.held_out), known))
        ends = voice.numbers[voice.held_out[found[:, 0]]], numbers[side][found[:, 1]]
        return np.stack(ends, 1)[distances <= limit]

    return (np.concatenate([near, held_out(one, shape, 1)]),
            np.concatenate([near[:, ::-1], held_out(other, other.shape, 0)]))


def in_voice(target, rows, found):
    """Return what all rows would be in the voice of the speaker `target`, and how many pairs say so.

    Parameters
    ----------
    target : int
    rows : Rows
    found : list of ndarray [n, 2], int64
        Rows of other speakers, each with one of the target's; a row may have several.

    Returns
    -------
    matched : ndarray [n, 24], float32
        The mean of what was paired with each row; the speaker's own rows are what they are; 0 where there is nothing.
    weight : ndarray [n], uint8
        Of the mean: how many there are, 255 at most; of the own rows 1, of pauses 0.
    """
    own = rows.speaker == target
    total, weight = np.where(own[:, None], rows.cepstra[:, SHAPE], 0), (own & rows.active).astype(np.int64)
    for row, other in (both.T for both in found):
        np.add.at(total, row, rows.cepstra[other, SHAPE])
        weight += np.bincount(row, minlength=len(weight))
    return total / np.maximum(weight, 1)[:, None], np.minimum(weight, 255).astype(np.uint8)


def _in_each_voice(store, statistics, settings, pool, report):
    """Yield what `in_voice` returns for each speaker."""
    rows = Rows(store, statistics)
    voices = [Voice(rows, speaker) for speaker in range(rows.speakers)]
    report(f"{len(rows.utterances)} utterances of {rows.speakers} speakers: {len(rows.first)} rows")
    two = list(combinations(range(rows.speakers), 2))
    found = {}
    work = pool.map(lambda both: match_two(*(voices[speaker] for speaker in both), settings), two)
    for (one, other), (there, back) in zip(two, tqdm(work, "match", len(two), unit="pair", disable=None), strict=True):
        found[one, other], found[other, one] = there, back
    report(f"{len(two)} pairs of voices: {sum(map(len, found.values()))} rows matched")
    for target in range(rows.speakers):
        yield in_voice(target, rows, [found[source, target] for source in range(rows.speakers) if source != target])
