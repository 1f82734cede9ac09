"""From a feature file to the file of pairs: each two voices moved into one place, and there the nearest neighbors."""

import glob
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from vconv.alignment import frame_pairs
from vconv.alignment.adaptation import adapt, fit_speaker_transform
from vconv.alignment.frames import Rows
from vconv.alignment.neighbors import both_ways
from vconv.alignment.speaker_frames import Voice
from vconv.common import config
from vconv.common.errors import VconvError
from vconv.common.files import remove_unfinished
from vconv.common.workers import available_cores
from vconv.features.cepstra import CONTENT_ORDER


def settings(changes=None):
    """Return the complete settings: match.yaml with `changes` applied.

    Raises
    ------
    VconvError
        An unknown key, an ill-typed value or an impossible number.
    """
    return config.read_template(files(__package__) / "match.yaml").complete(changes or {}, "match")


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
        frame_pairs.write(
            output,
            settings,
            store.fingerprint,
            store.speakers,
            frame_pairs.table(store),
            _in_each_voice(store, statistics, settings, pool, report),
        )
    remove_unfinished(Path(output).parent, glob.escape(Path(output).name))


class Matches(NamedTuple):
    """What one speaker's rows would be in another's voice.

    pairs int64 [n, 2]: rows of the two, numbered as in the whole corpus. affine float32 [25, 24]: for coefficients
    relative to the speakers' own mean and deviation.
    """

    pairs: np.ndarray
    affine: np.ndarray


def match_two(one, other, settings):
    """Pair the rows of two `Voice`s: training rows both ways, a held-out row with its nearest training row.

    Returns
    -------
    there, back : Matches
        From `one` to `other`, and the reverse.
    """
    shape, keep = adapt(one, other, settings["adaptation"]), settings["matching"]["keep"]
    voices, shapes = (one, other), (shape, other.shape)
    chosen = [voice.some(settings["matching"]["frames"]) for voice in voices]
    places = [voice.place(*where) for voice, *where in zip(voices, shapes, chosen, strict=True)]
    found, distances = both_ways(*places)
    limit = np.quantile(distances, keep)
    near = [rows[side] for rows, side in zip(chosen, found[distances <= limit].T, strict=True)]

    def matches(side):
        """Return those of `voices[side]` in the other's voice."""
        voice, target, rows = voices[side], voices[1 - side], voices[side].held_out
        nearest, distance = (part[: len(rows)] for part in both_ways(voice.place(shapes[side], rows), places[1 - side]))
        held_out = rows[distance <= limit], chosen[1 - side][nearest[distance <= limit, 1]]
        here, there = (np.concatenate(part) for part in zip((near[side], near[1 - side]), held_out, strict=True))
        affine = fit_speaker_transform(voice, near[side], target.shape[near[1 - side]], settings["adaptation"]["ridge"])
        return Matches(np.stack([voice.numbers[here], target.numbers[there]], 1), affine)

    return matches(0), matches(1)


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
    matched : ndarray [n, 40], float32
        The mean of what was paired with each row; the speaker's own rows are what they are; 0 where there is nothing.
    weight : ndarray [n], uint8
        Of the mean: how many there are, 255 at most; of the own rows 1, of pauses 0.
    """
    own = rows.speaker == target
    total, weight = np.where(own[:, None], rows.said, 0), (own & rows.active).astype(np.int64)
    for row, other in (both.T for both in found):
        np.add.at(total, row, rows.said[other])
        weight += np.bincount(row, minlength=len(weight))
    return total / np.maximum(weight, 1)[:, None], np.minimum(weight, 255).astype(np.uint8)


def _in_each_voice(store, statistics, settings, pool, report):
    """Yield what `in_voice` returns for each speaker, and the maps from all voices into his, [S, 25, 24]."""
    rows = Rows(store, statistics)
    voices = [Voice(rows, speaker) for speaker in range(rows.speakers)]
    report(f"{len(rows.utterances)} utterances of {rows.speakers} speakers: {len(rows.first)} rows")
    two, found = list(combinations(range(rows.speakers), 2)), {}
    work = pool.map(lambda both: match_two(*(voices[speaker] for speaker in both), settings), two)
    for (one, other), both in zip(two, tqdm(work, "match", len(two), unit="pair", disable=None), strict=True):
        found[one, other], found[other, one] = both
    report(f"{len(two)} pairs of voices: {sum(len(one.pairs) for one in found.values())} rows matched")
    for target in range(rows.speakers):
        to_him = [found.get((source, target)) for source in range(rows.speakers)]
        maps = [one.affine if one else np.eye(CONTENT_ORDER + 1, CONTENT_ORDER) for one in to_him]
        yield *in_voice(target, rows, [one.pairs for one in to_him if one]), np.stack(maps)
