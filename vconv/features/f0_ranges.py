"""Estimation of the speakers' F0 ranges from some of their training recordings, in worker processes."""

import numpy as np

from vconv.audio import f0, wav, world
from vconv.common.errors import VconvError, reason

WIDE_PASS_UTTERANCES = 20  # training utterances of a speaker that are analyzed with the widest range


def find_ranges(pool, corpus, known, report):
    """Return the F0 range of each speaker, as it is known or estimated.

    Parameters
    ----------
    pool : concurrent.futures.Executor
    corpus : vconv.corpus.recordings.Corpus
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
    futures = {speaker: _submit_wide_pass(pool, corpus, speaker) for speaker in corpus.speakers if speaker not in known}
    ranges = {speaker: list(known[speaker]) for speaker in corpus.speakers if speaker in known}
    for speaker in futures:
        results = [future.result() for future in futures[speaker]]
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


def _submit_wide_pass(pool, corpus, speaker):
    """Return the futures of `_wide_f0` of training recordings of a speaker, evenly spread."""
    paths = [
        utterance.path
        for utterance in corpus.utterances
        if (utterance.speaker, utterance.split) == (speaker, "training")
    ]
    chosen = np.unique(np.linspace(0, len(paths) - 1, WIDE_PASS_UTTERANCES).round().astype(int))
    return [
        pool.submit(_wide_f0, paths[number], corpus.settings["sample_rate"], corpus.settings["frame_period_ms"])
        for number in chosen
    ]


def _wide_f0(path, rate, frame_period_ms):
    """Return the F0 [T] of a recording with the widest range, or the reason why there is none; runs in a worker."""
    try:
        signal = wav.read(path, rate, longest_s=wav.LONGEST_UTTERANCE_S)
        return world.estimate_f0(*signal, *f0.WIDE_RANGE_HZ, frame_period_ms=frame_period_ms)
    except Exception as error:
        return reason(error)
