"""Adaptation of a voice file to a new speaker: statistics, matching against the codebook, embedding, examples."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from vconv.adaptation import embedding, examples, fine_tuning, new_speaker
from vconv.adaptation.codebook_frames import CodebookFrames
from vconv.alignment import match, speaker_pairs
from vconv.alignment.speaker_frames import SpeakerFrames
from vconv.common.errors import VconvError
from vconv.common.threads import one_blas_thread
from vconv.common.workers import available_cores
from vconv.spectral_conversion.network import Network
from vconv.voices import edit
from vconv.voices.voice_file import VoiceFile

MODEL = "matched"


def checked_voice(trained):
    """Return the codebook of what `vconv.voices.ready.open_run` opened.

    Raises
    ------
    VconvError
        It is a run folder, is no `matched`, or holds no codebook.
    """
    remedy = "`vconv export --run RUN --format voice --features FEATURES.h5 --output NAME.vconv` makes one"
    if not isinstance(trained, VoiceFile):
        raise VconvError(f"{trained.path}: is a run folder, and adapting needs a voice file with a codebook; {remedy}")
    if trained.facts["model"] != MODEL:
        raise VconvError(
            f"{trained.path}: holds a {trained.facts['model']}, and a new speaker can be added to a {MODEL} only; "
            "choose such a voice"
        )
    codebook = trained.codebook()
    if codebook is None:
        raise VconvError(f"{trained.path}: holds no codebook, which adapting needs; {remedy}")
    return codebook


@one_blas_thread()
def adapt(voice, name, folder, output, report=print, fine_tune=False):
    """Write a voice file with one more speaker, of whom a folder holds recordings.

    Parameters
    ----------
    voice : VoiceFile
        With a codebook.
    name : str
        Of the new speaker.
    folder : str or Path
        Of 10 s of speech or more; up to 120 s are used.
    output : str or Path
        The new voice file.
    report : callable
        Gets a sentence about each oddity.
    fine_tune : bool
        Give the new speaker a fine-tuned network. It needs the extra `train`.

    Returns
    -------
    added : vconv.voices.edit.AddedSpeaker
    digest : str
        Of the new file.
    failures : list of str
        A sentence for each recording that cannot be used.

    Raises
    ------
    VconvError
        The voice cannot be adapted, the name is taken, or the folder holds too little speech.
    """
    codebook, output, name = checked_voice(voice), edit.checked_output(output), edit.checked_name(name, voice)
    statistics = voice.statistics()
    speaker, failures = new_speaker.read(folder, statistics.settings, report)
    own = new_speaker.statistics_of(speaker, statistics)
    frames = CodebookFrames(codebook, statistics, speaker.utterances, own["acoustic_mean"], own["acoustic_std"])
    settings = match.settings(voice.facts["data"].get("frame_pairs"))
    forth, back = zip(*_match(frames, settings), strict=True)
    matched, weight = match.matched_features(
        frames.speaker == frames.speakers - 1, frames, [matches.pairs for matches in forth]
    )
    shown = examples.SpeakerExamples(frames, statistics, own, matched, weight)
    network = voice.network()
    known = network.embeddings[statistics.trained]
    segments = map(np.concatenate, zip(*(shown.segments(new, examples.SEGMENTS) for new in (False, True)), strict=True))
    found = embedding.fit(network, known, *segments)
    tuned = fine_tuning.fine_tune(voice, known, found, shown) if fine_tune else None
    added = edit.AddedSpeaker(
        name,
        speaker.speech_s,
        own,
        found,
        _for_all([matches.transform for matches in forth], statistics),
        _for_all([matches.transform for matches in back], statistics),
        *shown.recorded(Network(tuned) if tuned else network, found),
        tuned,
    )
    return added, edit.append(voice, output, added), failures


def _match(frames, settings):
    """Return the `Matches` from each speaker of the codebook to the new one, and back, in the order of speakers."""
    speakers = [SpeakerFrames(frames, number) for number in range(frames.speakers)]
    with ThreadPoolExecutor(available_cores()) as pool:
        return list(pool.map(lambda old: speaker_pairs.match_two(old, speakers[-1], settings), speakers[:-1]))


def _for_all(transforms, statistics):
    """Return transforms [S, 25, 24] of all speakers: those of the training, and their mean for each added speaker."""
    transforms = np.stack(transforms)
    return np.concatenate([transforms, np.repeat(transforms.mean(axis=0)[None], statistics.adapted, axis=0)])
