"""The recordings of a new speaker: which are used, their frames, and the speaker's statistics."""

from typing import NamedTuple

import numpy as np

from vconv.audio import f0, wav, world
from vconv.audio.f0_estimation import DEFAULT_METHOD
from vconv.audio.folder import audio_files, left_out
from vconv.common.errors import VconvError, about
from vconv.features.acoustic import speech_mask
from vconv.features.analysis import analyze_frames
from vconv.features.running_statistics import Moments, SpeakerMoments
from vconv.features.statistics import count
from vconv.spectral_conversion.speaker_statistics import SourceStatistics

LEAST_S, ENOUGH_S = 5.0, 10.0  # of speech: less is refused, less is warned of
SHORTEST_S = 0.1  # of a recording, or what is used of it
LONGEST_S = 120.0  # of signal that is used; more takes longer and gains little (docs/adapt.md)


class NewSpeaker(NamedTuple):
    """The analyzed recordings of a speaker.

    Attributes
    ----------
    utterances : list of Frames
    f0_range_hz : (float, float)
        The range that was searched for F0.
    speech_s : float
        Duration of the frames in the speech mask.
    """

    utterances: list
    f0_range_hz: tuple
    speech_s: float


def read(folder, settings, report):
    """Return the `NewSpeaker` of the recordings in a folder.

    Parameters
    ----------
    folder : str or Path
    settings : dict
        Of the features of the voice; F0 is estimated by the method for unseen speakers.
    report : callable
        Gets a sentence about each oddity and what is left out.

    Returns
    -------
    speaker : NewSpeaker
    failures : list of str
        A sentence for each recording that cannot be used.

    Raises
    ------
    VconvError
        The folder is missing, holds no recording, less than 5 s of speech or no voiced frame.
    """
    signals, failures = _signals(folder, settings["sample_rate"], report)
    f0_range_hz = _f0_range_hz(folder, signals, settings, failures)
    utterances = []
    for path, y in signals.items():
        try:
            utterances.append(analyze_frames(y, settings | {"f0_method": DEFAULT_METHOD}, f0_range_hz))
        except (VconvError, ValueError) as error:
            failures.append(about(path, error))
    frames = sum(int(speech_mask(utterance.energy).sum()) for utterance in utterances)
    speech_s = frames * settings["frame_period_ms"] / 1000
    if speech_s < LEAST_S:
        raise VconvError(
            f"{folder}: holds {speech_s:.1f} s of speech, and a voice needs {LEAST_S:g} s or more; "
            f"{_why(failures)}record more"
        )
    if speech_s < ENOUGH_S:
        report(f"{folder}: holds {speech_s:.1f} s of speech, which may be too little; record {ENOUGH_S:g} s or more")
    if doubt := f0.doubt(*f0_range_hz):
        report(f"{folder}: {doubt}; listen to the recordings")
    return NewSpeaker(utterances, f0_range_hz, speech_s), failures


def statistics_of(speaker, statistics):
    """Return the arrays of a `NewSpeaker` that `Statistics` hold of each speaker.

    Acoustic features are MAP estimates with the speakers of the training as the prior (`SourceStatistics`).

    Parameters
    ----------
    speaker : NewSpeaker
    statistics : Statistics
        Of the voice.

    Returns
    -------
    arrays : dict
        Name → number or array, those of `statistics.BY_SPEAKER`.
    """
    moments, known = SpeakerMoments(), SourceStatistics(statistics)
    for frames in speaker.utterances:
        count(frames, moments)
    acoustic, within = moments.acoustic, moments.acoustic_variance.mean
    estimate = known.of(None, acoustic)
    return {
        "log_f0_mean": moments.log_f0.mean,
        "log_f0_std": np.sqrt(moments.log_f0.variance),
        "log_f0_percentiles": moments.log_f0_percentiles.at(f0.PERCENTILES),
        "f0_range_hz": np.array(speaker.f0_range_hz),
        "global_variance": moments.spectral_variance.mean,
        "acoustic_mean": estimate.mean,
        "acoustic_std": estimate.std,
        "acoustic_variance": known.of(None, Moments(acoustic.count, acoustic.mean, within * acoustic.count)).variance,
    }


def _signals(folder, rate, report):
    """Return {path: signal [samples]} of the recordings, up to `LONGEST_S`, and a sentence for each unreadable one."""
    found, failures, seconds, unused = {}, [], 0.0, 0
    for note in left_out([folder]):
        report(note)
    for path in audio_files(folder):
        if LONGEST_S - seconds < SHORTEST_S:
            unused += 1
            continue
        try:
            y, _ = wav.read(path, rate, lambda note, path=path: report(f"{path}: {note}"), wav.LONGEST_UTTERANCE_S)
            y = y[: int((LONGEST_S - seconds) * rate)]
        except VconvError as error:
            failures.append(about(path, error))
        else:
            found[path] = y
            seconds += len(y) / rate
    if unused:
        report(f"{folder}: {unused} recordings are not used, because {LONGEST_S:g} s are enough")
    return found, failures


def _f0_range_hz(folder, signals, settings, failures):
    """Return the F0 range of the speaker of {path: signal}; a signal without a voiced frame is moved to `failures`."""
    voiced = []
    for path, y in list(signals.items()):
        try:
            f0_hz = world.estimate_f0(
                y, settings["sample_rate"], *f0.WIDE_RANGE_HZ, frame_period_ms=settings["frame_period_ms"]
            )
            if not f0_hz.any():
                raise VconvError("no frame is voiced; leave it out")
            voiced.append(f0_hz)
        except VconvError as error:
            failures.append(about(path, error))
            del signals[path]
    if not voiced:
        raise VconvError(f"{folder}: holds no speech; {_why(failures)}give recordings of speech")
    return f0.find_range(np.concatenate(voiced))


def _why(failures):
    """Return the first of the failures as the beginning of a remedy; empty if there are none."""
    return f"{len(failures)} recordings cannot be used ({failures[0]}); " if failures else ""
