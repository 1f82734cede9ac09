"""Metrics by neural networks: speaker similarity, naturalness and intelligibility of each recording.

A metric is a function (recordings, keys) → `Additions`. To add one, write such a function, describe its measures in
`measures.py`, and add it to `choose`.
"""

from functools import partial
from importlib.util import find_spec

import numpy as np
from tqdm import tqdm

from vconv.common.errors import VconvError, reason
from vconv.evaluation import similarity
from vconv.evaluation.cache import cached, digest
from vconv.evaluation.neural_packages import package
from vconv.evaluation.recordings import signal_key, signal_of
from vconv.evaluation.score_table import Additions
from vconv.evaluation.transcripts import lacking, text_of


def choose(neural, whisper, texts, cache, recordings=None, language=""):
    """Return (metrics, notes): the neural metrics for `evaluate`, and a sentence on those that are left out.

    Parameters
    ----------
    neural : bool
        Use the installed packages of the extra `neural`; a note names the missing ones.
    whisper : str or None
        Model of the speech recognizer; None leaves the error rates out.
    texts : dict
        As of `word_errors`; where a text is lacking, the recognizer's transcript of the source is the reference.
    cache : str or Path or None
        Folder of the cache; None turns it off.
    recordings : Recordings, optional
        What is evaluated; a note tells for how many of their sentences texts are lacking.
    language : str
        Code of the language of the recordings, empty if unknown.

    Raises
    ------
    VconvError
        The recognizer or the normalizer of the language cannot be loaded.
    """
    from vconv.evaluation import naturalness
    from vconv.evaluation.intelligibility import Recognizer, normalizer

    chosen, notes = [], []
    if neural:
        installed = naturalness.available()
        if find_spec("resemblyzer"):
            chosen.append(partial(speaker_similarity, cache=cache))
        chosen += [partial(opinion_scores, name=name, cache=cache) for name in installed]
        absent = [] if find_spec("resemblyzer") else ["normalized similarity (resemblyzer)"]
        absent += [f"naturalness ({name})" for name in naturalness.PACKAGES if name not in installed]
        if absent:
            notes.append(f"not measured: {', '.join(absent)}; pip install 'vconv[neural]'")
    if whisper:
        notes += lacking(texts, recordings.natural) if texts and recordings else []
        how = {"normalized": normalizer(language), "recognizer": Recognizer(whisper, language)}
        model = f"{whisper} {language}".strip()
        chosen.append(partial(word_errors, texts=texts, model=model, cache=cache, **how))
    return chosen, notes


def speaker_similarity(recordings, keys, cache=None):
    """Measure cosine_target, cosine_source and closer_to_target by the encoder of Resemblyzer."""
    from vconv.evaluation.speaker_encoder import SpeakerEncoder

    embed = SpeakerEncoder().embed
    embeddings, failures = score("speaker", lambda y, rate: embed(y, rate), recordings, keys, cache)
    values = {}
    for pair in recordings.pairs:
        of_pair = {key: embedding for key, embedding in embeddings.items() if key.pair == str(pair)}
        natural = {
            speaker: {key.sentence: embedding for key, embedding in of_pair.items() if key.system == system}
            for speaker, system in ((pair.source, "source"), (pair.target, "target"))
        }
        if min(map(len, natural.values())) < 2:
            failures.append(
                f"{pair}: normalized similarity needs two natural recordings of each speaker, because the sentence "
                "of the recording is left out of the centroid"
            )
            continue
        for key, embedding in of_pair.items():
            cosine = similarity.cosines(embedding, key.sentence, natural)
            values[key] = {
                "cosine_target": cosine[pair.target],
                "cosine_source": cosine[pair.source],
                "closer_to_target": float(cosine[pair.target] > cosine[pair.source]),
            }
    return Additions(values, failures)


def opinion_scores(recordings, keys, name, cache=None):
    """Measure the mean opinion score by the predictor `name`."""
    from vconv.evaluation import naturalness

    package(naturalness.PACKAGES[name])  # a package that cannot be loaded is reported once, not for each recording
    found, failures = score(name, naturalness.predictors()[name], recordings, keys, cache)
    return Additions({key: {name: float(value)} for key, value in found.items()}, failures)


def word_errors(recordings, keys, recognizer, texts, model, cache=None, normalized=None):
    """Measure wer and cer against the reference text, or else against the recognizer's transcript of the source.

    Parameters
    ----------
    recordings : Recordings
    keys : list of RecordingKey
    recognizer : Recognizer
    texts : dict
        (speaker, sentence) → reference text; speaker None: whoever speaks. A converted recording says what its source
        says.
    model : str
        Name of the recognizer's model and language, for the cache.
    cache : str or Path or None
    normalized : callable, optional
        As of `error_rates`.
    """
    from vconv.evaluation.intelligibility import error_rates

    def transcribe(y, rate):
        return np.array(recognizer.transcribe(y, rate))

    found, failures = score(f"words {model}", transcribe, recordings, keys, cache)
    transcripts, values = {key: str(text) for key, text in found.items()}, {}
    pairs = {str(pair): pair for pair in recordings.pairs}
    for key, text in transcripts.items():
        pair = pairs[key.pair]
        speaker = pair.source if key.system in ("converted", "source") else pair.target
        reference = text_of(texts, speaker, key.sentence)
        if reference is None:
            reference = transcripts.get(key._replace(system="source"))
        if reference is not None:
            try:
                wer, cer = error_rates(text, reference, normalized)
            except VconvError as error:
                failures.append(f"{key.sentence}: {error}")
            else:
                values[key] = {"wer": wer, "cer": cer}
    return Additions(values, failures, {key: transcripts[key] for key in values})


def score(name, network, recordings, keys, cache=None):
    """Apply a network to each recording once.

    Parameters
    ----------
    name : str
        Of the network, for the progress bar and the cache. Scores of converted recordings are cached, too, so that an
        interrupted evaluation continues where it stopped.
    network : callable
        (y, rate) → number or array.
    recordings : Recordings
    keys : list of RecordingKey
        The recordings to score.
    cache : str or Path or None
        Folder of the cache; None turns it off.

    Returns
    -------
    found : dict
        RecordingKey → ndarray.
    failures : list of str
        A sentence for each recording that cannot be scored.
    """
    sources = {key: _source(recordings, key) for key in keys}
    scored, failures = {}, []
    for path, speaker in tqdm(dict.fromkeys(sources.values()), unit="file", desc=name, disable=None):
        try:
            scored[path, speaker] = _score_file(name, network, recordings.settings, cache, path, speaker)
        except Exception as error:
            failures.append(f"{path}: {name}: {reason(error)}")
    return {key: scored[source] for key, source in sources.items() if source in scored}, failures


def _source(recordings, key):
    """Return (path, speaker whose F0 range a copy-synthesis of the file has, else None) of a recording."""
    pair = next(pair for pair in recordings.pairs if str(pair) == key.pair)
    files = {"converted": pair.converted, "source": recordings.natural[pair.source]}
    path = files.get(key.system, recordings.natural[pair.target])[key.sentence]
    return path, pair.target if key.system == "copy_synthesis" else None


def _score_file(name, network, settings, cache, path, speaker):
    """Return the network's output for a file, or for its copy-synthesis with the F0 range of `speaker`."""

    def compute():
        return {"value": np.asarray(network(signal_of(path, settings, speaker), settings["sample_rate"]))}

    how = [speaker is None, *signal_key(settings, speaker)]
    return cached(cache, [name, digest(path), *how], compute)["value"]
