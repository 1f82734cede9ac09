"""Matching of pairs of speakers: adapt one to the other and pair nearest neighbors (INCA); each pair is a task."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from typing import NamedTuple

import numpy as np

from vconv.alignment.adaptation import adapt, fit_speaker_transform
from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.neighbors import both_ways
from vconv.alignment.speaker_frames import SpeakerFrames
from vconv.common.workers import available_cores
from vconv.engines import tasks
from vconv.engines.engine import LOCAL, PoolEngine, open_engine
from vconv.engines.shards import load, save
from vconv.features import statistics
from vconv.features.store import FeatureStore

VERSION = 1  # of the shards; to be increased when the matching changes


class Matches(NamedTuple):
    """Frame pairs of a source and a target speaker, and the affine transform between them.

    Attributes
    ----------
    pairs : ndarray [n, 2], int64
        Frame of the source, frame of the target; numbers in the whole corpus.
    transform : ndarray [25, 24], float32
        From source to target, for coefficients relative to each speaker's mean and standard deviation.
    """

    pairs: np.ndarray
    transform: np.ndarray


def match_two(one, other, settings):
    """Pair training frames of two speakers in both directions, held-out frames with the nearest training frame.

    Parameters
    ----------
    one, other : vconv.alignment.speaker_frames.SpeakerFrames
    settings : dict
        Complete, as `settings` returns them.

    Returns
    -------
    forth, back : Matches
        From `one` to `other`, and from `other` to `one`.
    """
    adapted, keep = adapt(one, other, settings["adaptation"]), settings["matching"]["keep"]
    speakers, coefficients = (one, other), (adapted, other.coefficients)
    chosen = [speaker.subset(settings["matching"]["frames"]) for speaker in speakers]
    features = [
        speaker.alignment_features(*arguments)
        for speaker, *arguments in zip(speakers, coefficients, chosen, strict=True)
    ]
    pairs, distances = both_ways(*features)
    limit = np.quantile(distances, keep)
    near = [frames[column] for frames, column in zip(chosen, pairs[distances <= limit].T, strict=True)]

    def matches(side):
        """Return the `Matches` from `speakers[side]` to the other speaker."""
        source, target, held_out = speakers[side], speakers[1 - side], speakers[side].held_out
        held_out_features = source.alignment_features(coefficients[side], held_out)
        nearest, distance = (array[: len(held_out)] for array in both_ways(held_out_features, features[1 - side]))
        held_out_pairs = held_out[distance <= limit], chosen[1 - side][nearest[distance <= limit, 1]]
        source_frames, target_frames = (
            np.concatenate(frames) for frames in zip((near[side], near[1 - side]), held_out_pairs, strict=True)
        )
        matched = target.coefficients[near[1 - side]]
        transform = fit_speaker_transform(source, near[side], matched, settings["adaptation"]["ridge"])
        return Matches(np.stack([source.numbers[source_frames], target.numbers[target_frames]], 1), transform)

    return matches(0), matches(1)


class SpeakerPairs:
    """Pairs of speakers of a corpus, and what matches them.

    Parameters
    ----------
    store : FeatureStore
    frames : AlignmentFrames
        Of the same store.
    pairs : list of (int, int)
        Numbers of the speakers, the smaller one first.
    settings : dict
        Complete, of match.yaml.
    shards : vconv.engines.shards.Shards
        Locked; keeps the `Matches` of each pair.
    engine, jobs
        As of `vconv.alignment.match.match`.
    """

    def __init__(self, store, frames, pairs, settings, shards, engine, jobs):
        self.pairs = pairs
        self._store, self._frames, self._settings, self._shards = store, frames, settings, shards
        self._engine, self._jobs = engine, jobs

    def run(self):
        """Match the pairs of the part of `shards` that have none."""
        keys = map(self._key, self.pairs)
        if self._engine == LOCAL:
            with ThreadPoolExecutor(self._jobs or available_cores()) as pool:
                match_pair = partial(_match_pair, _speakers(self._frames), self._settings)
                self._run(PoolEngine(pool), match_pair, list(zip(keys, self.pairs, strict=True)))
        else:
            how = self._store.path.absolute(), self._store.fingerprint, self._settings
            calls = [(*how, *pair) for pair in self.pairs]
            with open_engine(self._engine, self._jobs, self._shards.folder) as opened:
                self._run(opened, _match_stored, list(zip(keys, calls, strict=True)))

    def matches(self, source, target):
        """Return the memory-mapped `Matches` from a source to a target speaker, after `run`."""
        pair, direction = ((source, target), "forth") if source < target else ((target, source), "back")
        arrays, _ = load(self._shards.path(self._key(pair)))
        return Matches(arrays[direction], arrays[f"{direction}_transform"])

    def _run(self, engine, function, work):
        for _ in tasks.run(self._shards, engine, function, work, "match", "pair"):
            pass

    def _key(self, pair):
        return [VERSION, self._store.fingerprint, self._settings, *pair]


def _match_pair(speakers, settings, one, other, path):
    """Match two of the `SpeakerFrames`, and save the `Matches` as a shard."""
    forth, back = match_two(speakers[one], speakers[other], settings)
    arrays = {"forth": forth.pairs, "forth_transform": forth.transform}
    save(path, arrays | {"back": back.pairs, "back_transform": back.transform}, None)


def _match_stored(features, fingerprint, settings, one, other, path):
    """Match two speakers of the feature file `features`, and save the `Matches` as a shard; runs in a worker."""
    _match_pair(_stored_speakers(features, fingerprint), settings, one, other, path)


@lru_cache(maxsize=1)
def _stored_speakers(features, fingerprint):
    """Return the `SpeakerFrames` of a feature file, whose statistics lie beside it; a worker keeps the last ones."""
    with FeatureStore(features) as store:
        return _speakers(AlignmentFrames(store, statistics.load_or_compute(store)))


def _speakers(frames):
    """Return the `SpeakerFrames` of all speakers of the `AlignmentFrames`."""
    return [SpeakerFrames(frames, speaker) for speaker in range(frames.speakers)]
