"""Frame pairs of a corpus: for each two speakers, adapt one to the other and pair nearest neighbors (INCA)."""

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
        An unknown key, an ill-typed value or an impossible number.
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
            _for_each_target(store, statistics, settings, pool, report),
        )
    remove_unfinished(Path(output).parent, glob.escape(Path(output).name))


class Matches(NamedTuple):
    """Frames of one speaker with frames of another that sound the same.

    pairs int64 [n, 2]: frames of the two, numbered as in the whole corpus. transform float32 [25, 24]: the affine
    transform from the first speaker to the second, for coefficients relative to each speaker's mean and standard
    deviation.
    """

    pairs: np.ndarray
    transform: np.ndarray


def match_two(one, other, settings):
    """Pair the frames of two `SpeakerFrames`.

    Training frames are paired both ways, a held-out frame with its nearest training frame.

    Returns
    -------
    there, back : Matches
        From `one` to `other`, and the reverse.
    """
    adapted, keep = adapt(one, other, settings["adaptation"]), settings["matching"]["keep"]
    speakers, coefficients = (one, other), (adapted, other.coefficients)
    chosen = [speaker.subset(settings["matching"]["frames"]) for speaker in speakers]
    described = [
        speaker.alignment_features(*where) for speaker, *where in zip(speakers, coefficients, chosen, strict=True)
    ]
    found, distances = both_ways(*described)
    limit = np.quantile(distances, keep)
    near = [frames[side] for frames, side in zip(chosen, found[distances <= limit].T, strict=True)]

    def matches(side):
        """Return the matches from `speakers[side]` to the other."""
        source, target, held_out = speakers[side], speakers[1 - side], speakers[side].held_out
        features = source.alignment_features(coefficients[side], held_out)
        nearest, distance = (part[: len(held_out)] for part in both_ways(features, described[1 - side]))
        more = held_out[distance <= limit], chosen[1 - side][nearest[distance <= limit, 1]]
        here, there = (np.concatenate(part) for part in zip((near[side], near[1 - side]), more, strict=True))
        goal = target.coefficients[near[1 - side]]
        transform = fit_speaker_transform(source, near[side], goal, settings["adaptation"]["ridge"])
        return Matches(np.stack([source.numbers[here], target.numbers[there]], 1), transform)

    return matches(0), matches(1)


def matched_features(target, frames, found):
    """Return the acoustic features of a target speaker for every frame of the corpus, and how many pairs they rest on.

    Parameters
    ----------
    target : int
    frames : AlignmentFrames
    found : list of ndarray [n, 2], int64
        Frames of other speakers, each with one of the target's; a frame may have several.

    Returns
    -------
    matched : ndarray [n, 40], float32
        The mean over the target's frames paired with each frame, 0 where there is none. The target's own frames keep
        their features.
    weight : ndarray [n], uint8
        The number of pairs, 255 at most; 1 for the target's own frames, 0 for its pauses.
    """
    own = frames.speaker == target
    total, weight = np.where(own[:, None], frames.acoustic, 0), (own & frames.speech).astype(np.int64)
    for frame, other in (both.T for both in found):
        np.add.at(total, frame, frames.acoustic[other])
        weight += np.bincount(frame, minlength=len(weight))
    return total / np.maximum(weight, 1)[:, None], np.minimum(weight, 255).astype(np.uint8)


def _for_each_target(store, statistics, settings, pool, report):
    """Yield for each speaker what `matched_features` returns, and the transforms from all speakers, [S, 25, 24]."""
    frames = AlignmentFrames(store, statistics)
    speakers = [SpeakerFrames(frames, speaker) for speaker in range(frames.speakers)]
    report(f"{len(frames.utterances)} utterances of {frames.speakers} speakers: {len(frames.first)} frames of 10 ms")
    two, found = list(combinations(range(frames.speakers), 2)), {}
    work = pool.map(lambda both: match_two(*(speakers[number] for number in both), settings), two)
    for (one, other), both in zip(two, tqdm(work, "match", len(two), unit="pair", disable=None), strict=True):
        found[one, other], found[other, one] = both
    report(f"{len(two)} pairs of speakers: {sum(len(one.pairs) for one in found.values())} frames matched")
    for target in range(frames.speakers):
        sources = [found.get((source, target)) for source in range(frames.speakers)]
        transforms = [one.transform if one else IDENTITY for one in sources]
        matched = matched_features(target, frames, [one.pairs for one in sources if one])
        yield *matched, np.stack(transforms)
