"""Matching of a corpus: for each pair of speakers, adapt one to the other and pair nearest neighbors (INCA)."""

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
from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.neighbors import both_ways
from vconv.alignment.speaker_frames import SpeakerFrames
from vconv.common import config
from vconv.common.errors import VconvError
from vconv.common.files import remove_unfinished
from vconv.common.workers import available_cores
from vconv.features.acoustic import TRANSFORMED_SIZE

IDENTITY = np.eye(TRANSFORMED_SIZE + 1, TRANSFORMED_SIZE)


def settings(changes=None):
    """Return the complete settings: match.yaml with `changes` applied.

    Raises
    ------
    VconvError
        A key is unknown, a value has another type than the default, or a number is out of range.
    """
    return config.read_template(files(__package__) / "match.yaml").complete(changes or {}, "match")


def match(store, statistics, output, settings, report=print):
    """Write the frame-pair file of a `FeatureStore`.

    Parameters
    ----------
    store : FeatureStore
    statistics : Statistics
        Of the same store.
    output : str or Path
        The frame-pair file.
    settings : dict
        Complete, as `settings` returns them.
    report : callable
        Takes lines of text for the user.

    Raises
    ------
    VconvError
        There is only one speaker, a speaker has no training utterance, or the file cannot be written.
    """
    if len(store.speakers) < 2:
        raise VconvError(f"{store.path}: holds one speaker, {store.speakers[0]}; matching needs two or more")
    # Each matrix product uses one thread, so that the result does not depend on the number of threads.
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(available_cores()) as pool:
        # The file is created before anything is computed, so that a full disk is reported at once.
        frame_pairs.write(
            output,
            settings,
            store.fingerprint,
            store.speakers,
            frame_pairs.table(store),
            _for_each_target(store, statistics, settings, pool, report),
        )
    remove_unfinished(Path(output).parent, Path(output).name)


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


def matched_features(target, frames, pairs):
    """Return acoustic features of a target speaker for all frames of the corpus, and the number of pairs of each.

    Parameters
    ----------
    target : int
        Number of the speaker.
    frames : AlignmentFrames
    pairs : list of ndarray [n, 2], int64
        Frames of other speakers, each with a frame of the target; a frame may have several.

    Returns
    -------
    matched : ndarray [n, 40], float32
        The mean over the target's frames that are paired with each frame; 0 without a pair. The features of the
        target's own frames.
    weight : ndarray [n], uint8
        The number of pairs, at most 255; 1 for the target's own speech frames, 0 for its pauses.
    """
    of_target = frames.speaker == target
    total, weight = np.where(of_target[:, None], frames.acoustic, 0), (of_target & frames.speech).astype(np.int64)
    for frame, paired in (columns.T for columns in pairs):
        np.add.at(total, frame, frames.acoustic[paired])
        weight += np.bincount(frame, minlength=len(weight))
    return total / np.maximum(weight, 1)[:, None], np.minimum(weight, 255).astype(np.uint8)


def _for_each_target(store, statistics, settings, pool, report):
    """Yield for each speaker the result of `matched_features`, and the transforms from all speakers, [S, 25, 24]."""
    frames = AlignmentFrames(store, statistics)
    speakers = [SpeakerFrames(frames, speaker) for speaker in range(frames.speakers)]
    report(f"{len(frames.utterances)} utterances of {frames.speakers} speakers: {len(frames.first)} frames of 10 ms")
    pairs, by_pair = list(combinations(range(frames.speakers), 2)), {}
    results = pool.map(lambda numbers: match_two(*(speakers[number] for number in numbers), settings), pairs)
    for (one, other), matches in zip(pairs, tqdm(results, "match", len(pairs), unit="pair", disable=None), strict=True):
        by_pair[one, other], by_pair[other, one] = matches
    report(f"{len(pairs)} pairs of speakers: {sum(len(matches.pairs) for matches in by_pair.values())} frames matched")
    for target in range(frames.speakers):
        from_sources = [by_pair.get((source, target)) for source in range(frames.speakers)]
        transforms = [matches.transform if matches else IDENTITY for matches in from_sources]
        matched = matched_features(target, frames, [matches.pairs for matches in from_sources if matches])
        yield *matched, np.stack(transforms)
