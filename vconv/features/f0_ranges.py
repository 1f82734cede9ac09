"""Estimation of the speakers' F0 ranges from some of their training recordings, in worker processes."""

import itertools

import numpy as np

from vconv.audio import f0, wav, world
from vconv.common.errors import VconvError, reason

WIDE_PASS_UTTERANCES = 20  # training utterances of a speaker that are analyzed with the widest range


def find_ranges(engine, corpus, speakers, known, report):
    """Return the F0 range of speakers, as it is known or estimated.

    Parameters
    ----------
    engine : vconv.engines.engine.PoolEngine or another engine
    corpus : vconv.corpus.recordings.Corpus
    speakers : list of str
    known : dict
        Speaker → (floor, ceiling) in Hz, for speakers whose range need not be estimated.
    report : callable
        Gets a line about each estimated range, and another if it is unusual for speech.

    Returns
    -------
    ranges : dict
        Speaker → [floor, ceiling] in Hz.

    Raises
    ------
    VconvError
        No training recording of a speaker can be analyzed, or none has a voiced frame.
    """
    ranges = {speaker: list(known[speaker]) for speaker in speakers if speaker in known}
    paths = _training_paths(corpus, [speaker for speaker in speakers if speaker not in known])
    how = corpus.settings["sample_rate"], corpus.settings["frame_period_ms"]
    calls = [(path.absolute(), *how) for of_speaker in paths.values() for path in of_speaker]
    analyzed = dict(engine.run(_wide_f0, calls))
    in_order = iter([analyzed[number] for number in range(len(calls))])
    for speaker in paths:
        results = list(itertools.islice(in_order, len(paths[speaker])))
        f0_hz = [result for result in results if not isinstance(result, str)]
        try:
            if not f0_hz:
                raise VconvError(results[0])
            ranges[speaker] = [round(limit, 1) for limit in f0.find_range(np.concatenate(f0_hz))]
        except VconvError as error:
            raise VconvError(
                f"{speaker}: no F0 range can be found in {len(results)} training recordings ({error}); "
                "leave the speaker out under speakers in corpus.yaml"
            ) from error
        report(f"{speaker}: F0 range {ranges[speaker][0]:g} to {ranges[speaker][1]:g} Hz")
        if doubt := f0.doubt(*ranges[speaker]):
            report(f"{speaker}: {doubt}; listen to the recordings, or set f0_range_hz in corpus.yaml")
    return ranges


def _training_paths(corpus, speakers):
    """Return speaker → paths of some training recordings, evenly spread."""
    paths = {speaker: [] for speaker in speakers}
    for utterance in corpus.utterances:
        if utterance.split == "training" and utterance.speaker in paths:
            paths[utterance.speaker].append(utterance.path)
    return {speaker: _evenly_spread(found) for speaker, found in paths.items()}


def _evenly_spread(paths):
    """Return at most `WIDE_PASS_UTTERANCES` of the paths."""
    numbers = np.unique(np.linspace(0, len(paths) - 1, WIDE_PASS_UTTERANCES).round().astype(int))
    return [paths[number] for number in numbers]


def _wide_f0(path, rate, frame_period_ms):
    """Return the F0 [T] of a recording with the widest range, or the reason why there is none; runs in a worker."""
    try:
        signal = wav.read(path, rate, longest_s=wav.LONGEST_UTTERANCE_S)
        return world.estimate_f0(*signal, *f0.WIDE_RANGE_HZ, frame_period_ms=frame_period_ms)
    except Exception as error:
        return reason(error)
