"""Metrics by neural networks: speaker similarity, naturalness and intelligibility of each recording."""

from functools import partial
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from tqdm import tqdm

from vconv.common.errors import VconvError
from vconv.evaluation import similarity
from vconv.evaluation.cache import cached, digest
from vconv.evaluation.neural_packages import package
from vconv.evaluation.recordings import signal_key, signal_of
from vconv.evaluation.scores import SYSTEMS


def choose(neural, whisper, transcripts, cache):
    """Return (metrics, notes): the neural metrics for `evaluate`, and a sentence on those that are left out.

    Parameters
    ----------
    neural : bool
        Use the installed packages of the extra `neural`; a note names the missing ones.
    whisper : str or None
        Model of the speech recognizer; None leaves the error rates out.
    transcripts : str, Path or None
        File of reference texts; without it the recognizer's transcript of the source is the reference.
    cache : str or Path or None
        Folder of the cache; None turns it off.

    Raises
    ------
    VconvError
        The recognizer or the transcripts cannot be loaded.
    """
    from vconv.evaluation import naturalness
    from vconv.evaluation.intelligibility import Recognizer

    chosen, notes = [], []
    if neural:
        installed = naturalness.available()
        if find_spec("resemblyzer"):
            chosen.append(partial(add_similarity, cache=cache))
        chosen += [partial(add_naturalness, name=name, cache=cache) for name in installed]
        absent = [] if find_spec("resemblyzer") else ["normalized similarity (resemblyzer)"]
        absent += [f"naturalness ({name})" for name in naturalness.PACKAGES if name not in installed]
        if absent:
            notes.append(f"not measured: {', '.join(absent)}; pip install 'vconv[neural]'")
    if whisper:
        texts = read_transcripts(transcripts) if transcripts else {}
        chosen.append(partial(add_word_errors, recognizer=Recognizer(whisper), texts=texts, model=whisper, cache=cache))
    return chosen, notes


def add_similarity(recordings, rows, failures, cache=None):
    """Add cosine_target, cosine_source and closer_to_target to every recording, by the encoder of Resemblyzer."""
    from vconv.evaluation.speaker_encoder import SpeakerEncoder

    embed = SpeakerEncoder().embed
    found = score("speaker", lambda y, rate: embed(y, rate), recordings, rows, failures, cache)
    for pair in recordings.pairs:
        name = str(pair)
        natural = {
            speaker: {
                sentence: found[name, system, sentence]
                for sentence in rows[name][system]
                if (name, system, sentence) in found
            }
            for speaker, system in ((pair.source, "source"), (pair.target, "target"))
        }
        if min(map(len, natural.values())) < 2:
            failures.append(
                f"{pair}: normalized similarity needs two natural recordings of each speaker, because the sentence "
                "of the recording is left out of the centroid"
            )
            continue
        for system in SYSTEMS:
            for sentence, values in rows[name][system].items():
                if (name, system, sentence) in found:
                    cosine = similarity.cosines(found[name, system, sentence], sentence, natural)
                    values |= {
                        "cosine_target": cosine[pair.target],
                        "cosine_source": cosine[pair.source],
                        "closer_to_target": float(cosine[pair.target] > cosine[pair.source]),
                    }


def add_naturalness(recordings, rows, failures, name, cache=None):
    """Add the opinion score of the predictor `name` to every recording."""
    from vconv.evaluation import naturalness

    package(naturalness.PACKAGES[name])  # a package that cannot be loaded is reported once, not for each recording
    found = score(name, naturalness.predictors()[name], recordings, rows, failures, cache)
    for (pair, system, sentence), value in found.items():
        rows[pair][system][sentence][name] = float(value)


def add_word_errors(recordings, rows, failures, recognizer, texts, model, cache=None):
    """Add wer and cer against the reference text, or else against the recognizer's transcript of the source."""
    from vconv.evaluation.intelligibility import error_rates

    def transcribe(y, rate):
        return np.array(recognizer.transcribe(y, rate))

    found = score(f"words {model}", transcribe, recordings, rows, failures, cache)
    found = {key: str(text) for key, text in found.items()}
    for (pair, system, sentence), text in found.items():
        reference = texts.get(sentence, found.get((pair, "source", sentence)))
        if reference is not None:
            try:
                wer, cer = error_rates(text, reference)
            except VconvError as error:
                failures.append(f"{sentence}: {error}")
                continue
            rows[pair][system][sentence] |= {"text": text, "wer": wer, "cer": cer}


def score(name, network, recordings, rows, failures, cache=None):
    """Apply a network to each recording once.

    Parameters
    ----------
    name : str
        Of the network, for the progress bar and the cache. Scores of converted recordings are cached too, so that an
        interrupted evaluation continues where it stopped.
    network : callable
        (y, rate) → number or array.
    recordings : Recordings
    rows : dict
    failures : list of str
        Gets a sentence for each recording that cannot be scored.
    cache : str or Path or None

    Returns
    -------
    found : dict
        (pair, system, sentence) → array.
    """
    paths = {}
    for pair in recordings.pairs:
        files = {
            "converted": (pair.converted, None),
            "source": (recordings.natural[pair.source], None),
            "copy_synthesis": (recordings.natural[pair.target], pair.target),
            "target": (recordings.natural[pair.target], None),
        }
        paths |= {
            (str(pair), system, sentence): (files[system][0][sentence], files[system][1])
            for system in SYSTEMS
            for sentence in rows[str(pair)][system]
        }
    scored = {}
    for path, speaker in tqdm(dict.fromkeys(paths.values()), unit="file", desc=name, disable=None):
        try:
            scored[path, speaker] = _score_file(name, network, recordings.settings, cache, path, speaker)
        except VconvError as error:
            failures.append(f"{path}: {name}: {error}")
    return {key: scored[value] for key, value in paths.items() if value in scored}


def read_transcripts(path):
    """Return {sentence: text} of a file with a line for each sentence: its name, a blank, its text.

    Raises
    ------
    VconvError
        The file cannot be read, or a line has no text.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VconvError(
            f"{path}: cannot be read as UTF-8 text; write a line for each sentence: name, blank, text"
        ) from error
    texts = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            name, _, text = line.strip().partition(" ")
            if not text.strip():
                raise VconvError(
                    f"{path}: line {number} is {line.strip()!r}; write the sentence's name, a blank, its text"
                )
            texts[name] = text.strip()
    return texts


def _score_file(name, network, settings, cache, path, speaker):
    """Return the network's output for a file, or for its copy-synthesis with the F0 range of `speaker`."""

    def compute():
        return {"value": np.asarray(network(signal_of(path, settings, speaker), settings["sample_rate"]))}

    how = [speaker is None, *signal_key(settings, speaker)]
    return cached(cache, [name, digest(path), *how], compute)["value"]
