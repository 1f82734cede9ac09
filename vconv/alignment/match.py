"""From a feature file to the file of pairs: clusters, encoder, adaptation, nearest neighbours."""

import glob
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import permutations
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from vconv import config
from vconv.alignment import pairs, spaces
from vconv.alignment.adaptation import adapt, apply
from vconv.alignment.clusters import label
from vconv.alignment.neighbours import nearest
from vconv.alignment.rows import Rows
from vconv.errors import VconvError
from vconv.features.cepstra import SHAPE
from vconv.features.workers import available_cores
from vconv.files import remove_unfinished

CHUNK = 4096  # rows a thread matches at once
RANGES = (
    ("encoder", "warp", lambda value: 0 <= value < 1, "from 0 to below 1"),
    ("encoder", "dropout", lambda value: 0 <= value < 1, "from 0 to below 1"),
    ("adaptation", "keep", lambda value: 0 < value <= 1, "above 0 and at most 1"),
    ("adaptation", "ridge", lambda value: value > 0, "above 0"),
)


def settings(changes=None):
    """Return the complete settings: match.yaml with `changes` applied.

    Raises
    ------
    VconvError
        An unknown key, an ill-typed value or an impossible number.
    """
    complete = config.merge(config.read_yaml(files(__package__) / "match.yaml"), changes or {}, "match")
    for section in "encoder", "adaptation", "matching":
        config.check_sizes(complete[section], f"match: {section}")
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
                    _voices(store, statistics, settings, pool, report))
    remove_unfinished(Path(output).parent, glob.escape(Path(output).name))


def learn_codes(rows, settings, report=print):
    """Return the encoder's codes of all rows, float32 [n, code]: clusters → encoder → clusters of codes → encoder …"""
    from vconv.alignment.encoder import encode, fit  # Keras

    training, codes = np.flatnonzero(rows.training), None

    def space(chosen):
        return spaces.clustering(rows, training[chosen]) if codes is None else codes[training[chosen]]

    for number in range(settings["encoder"]["rounds"]):
        labels = np.zeros(len(rows.first), np.int32)
        labels[training] = label(space, len(training), settings["encoder"]["units"], (settings["seed"], number))
        report(f"encoder, round {number + 1} of {settings['encoder']['rounds']}: "
               f"{labels.max() + 1} clusters of {len(training)} training rows")
        codes = encode(fit(rows, labels, settings["encoder"], settings["seed"] + number, report), rows)
    return codes


def adapt_all(rows, codes, space, settings, pool, report=print):
    """Return the affine map of each ordered pair of speakers, (source, target) → float32 [D + 1, D]."""
    chosen = [spaces.spread(rows.of_speaker(speaker), settings["rows"]) for speaker in range(rows.speakers)]

    def fit(pair):
        here, there = (chosen[speaker] for speaker in pair)
        return adapt(space[here], space[there], (codes[here], codes[there]), settings)

    ordered = list(permutations(range(rows.speakers), 2))
    maps = dict(zip(ordered, pool.map(fit, ordered), strict=True))
    report(f"{len(maps)} maps from voice to voice")
    return maps


def _voices(store, statistics, settings, pool, report):
    """Yield all rows [n, 24] in each speaker's voice."""
    rows = Rows(store, statistics)
    report(f"{len(rows.utterances)} utterances of {rows.speakers} speakers: {len(rows.first)} rows")
    codes = learn_codes(rows, settings, report)
    space = spaces.matching(rows, codes, settings["matching"])
    maps = adapt_all(rows, codes, space, settings["adaptation"], pool, report)
    for target, name in enumerate(store.speakers):
        yield _in_voice(target, rows, space, maps, settings["matching"], pool)
        report(f"{name}: the others' rows matched")


def _in_voice(target, rows, space, maps, settings, pool):
    """Return all rows [n, 24] in the voice of the speaker `target`."""
    references = spaces.spread(rows.of_speaker(target), settings["rows"])
    there, shapes = space[references], rows.cepstra[references, SHAPE]

    def converted(chosen):
        here = apply(maps[rows.speaker[chosen[0]], target], space[chosen])
        return shapes[nearest(here, there, settings["neighbours"])].mean(axis=1)

    # Moved by mean and deviation: the target's own rows stay what they are, and a pause has no sound to match.
    mean, scale = rows.mean[:, SHAPE], (rows.deviation[target] / rows.deviation)[:, SHAPE]
    result = (rows.cepstra[:, SHAPE] - mean[rows.speaker]) * scale[rows.speaker] + mean[target]
    parts = [part for source in range(rows.speakers) if source != target
             for part in spaces.chunks(np.flatnonzero(rows.active & (rows.speaker == source)), CHUNK)]
    for part, values in zip(parts, pool.map(converted, parts), strict=True):
        result[part] = values
    return result
