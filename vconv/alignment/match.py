"""Matching of a corpus: the frame pairs of all pairs of speakers as one file."""

from importlib.resources import files
from pathlib import Path

import numpy as np

from vconv.alignment import frame_pairs, partners
from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.speaker_pairs import SpeakerPairs
from vconv.common import config
from vconv.common.errors import VconvError
from vconv.common.files import remove_unfinished
from vconv.common.threads import one_blas_thread
from vconv.engines.engine import LOCAL
from vconv.engines.shards import Shards
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


def match(store, statistics, output, settings, report=print, engine=LOCAL, jobs=None, part=None):
    """Write the frame-pair file of a `FeatureStore`.

    After an interruption the same call continues; the folder `<output>.parts` keeps the matched pairs of speakers until
    then. Calls with a `part` leave theirs there. A call without matches what is missing and writes the file.

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
    engine, jobs
        What matches, as of `vconv.engines.engine.open_engine`; "local" are threads, which share the frames.
    part : vconv.engines.shards.Part, optional
        Match this part of the pairs of speakers, and do not write the file.

    Raises
    ------
    VconvError
        There is only one speaker, a speaker has no training utterance, the file cannot be written, or the engine or its
        workers are lost.
    """
    if len(store.speakers) < 2:
        raise VconvError(f"{store.path}: holds one speaker, {store.speakers[0]}; matching needs two or more")
    shards = Shards(f"{output}.parts", part)
    # Each matrix product uses one thread, so that the result does not depend on the number of threads.
    with shards.locked("another matching"), one_blas_thread():
        frames = AlignmentFrames(store, statistics)
        targets = partners.choose(frames.speakers, settings["matching"]["partners"])
        pairs = SpeakerPairs(store, frames, partners.pairs(targets), settings, shards, engine, jobs)
        if part:
            pairs.run()
            return
        # The file is created before anything is computed, so that a full disk is reported at once.
        frame_pairs.write(
            output,
            settings,
            store.fingerprint,
            store.speakers,
            frame_pairs.table(store),
            targets,
            _slots(frames, targets, pairs, report),
        )
        shards.delete()
    remove_unfinished(Path(output).parent, Path(output).name)


def matched_features(own, frames, pairs):
    """Return acoustic features of a target speaker for all frames of the corpus, and the number of pairs of each.

    Parameters
    ----------
    own : ndarray [n], bool
        Frames whose target is their own speaker.
    frames : AlignmentFrames
    pairs : list of ndarray [n, 2], int64
        Frames of other speakers, each with a frame of its target; a frame may have several.

    Returns
    -------
    matched : ndarray [n, 40], float32
        The mean over the target's frames that are paired with each frame; 0 without a pair. The features of the
        target's own frames.
    weight : ndarray [n], uint8
        The number of pairs, at most 255; 1 for the target's own speech frames, 0 for its pauses.
    """
    total, weight = np.where(own[:, None], frames.acoustic, 0), (own & frames.speech).astype(np.int64)
    for frame, paired in (columns.T for columns in pairs):
        np.add.at(total, frame, frames.acoustic[paired])
        weight += np.bincount(frame, minlength=len(weight))
    return total / np.maximum(weight, 1)[:, None], np.minimum(weight, 255).astype(np.uint8)


def _slots(frames, targets, pairs, report):
    """Yield what `frame_pairs.write` takes for each column of `targets`; `pairs` are the `SpeakerPairs`."""
    report(f"{len(frames.utterances)} utterances of {frames.speakers} speakers: {len(frames.first)} frames of 10 ms")
    pairs.run()
    count = 0
    for column in targets.T:
        matches = {
            source: pairs.matches(source, target) for source, target in enumerate(column.tolist()) if source != target
        }
        of_sources = [of_source.pairs for of_source in matches.values()]
        count += sum(map(len, of_sources))
        matched = matched_features(column[frames.speaker] == frames.speaker, frames, of_sources)
        transforms = [matches[source].transform if source in matches else IDENTITY for source in range(len(column))]
        yield *matched, np.stack(transforms)
    report(f"{len(pairs.pairs)} pairs of speakers: {count} frames matched")
