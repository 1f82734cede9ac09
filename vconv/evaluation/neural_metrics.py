"""Networks that listen to every recording: whose voice it is, how natural it sounds, which words are understood."""

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
    """Return (listeners, notes): what to hand to `evaluate`, and a sentence for each that is left out.

    Parameters
    ----------
    neural : bool
        Use whatever of the extra `neural` is installed; what is not, is noted.
    whisper : str or None
        A recognizer's model; None leaves word errors out.
    transcripts : str, Path or None
        File of what was said; without it the recognizer's reading of the source is the reference.
    cache : str or Path or None

    Raises
    ------
    VconvError
        The recognizer, which was asked for, or the transcripts cannot be loaded.
    """
    from vconv.evaluation import naturalness
    from vconv.evaluation.intelligibility import Recognizer

    chosen, notes = [], []
    if neural:
        installed = naturalness.available()
        if find_spec("resemblyzer"):
            chosen.append(partial(add_similarity, cache=cache))
        chosen += [partial(add_naturalness, name=name, cache=cache) for name in installed]
        absent = [] if find_spec("resemblyzer") else ["position between source and target (resemblyzer)"]
        absent += [f"naturalness ({name})" for name in naturalness.PACKAGES if name not in installed]
        if absent:
            notes.append(f"not measured: {', '.join(absent)}; pip install 'vconv[neural]'")
    if whisper:
        texts = read_transcripts(transcripts) if transcripts else {}
        chosen.append(partial(add_word_errors, recognizer=Recognizer(whisper), texts=texts, model=whisper, cache=cache))
    return chosen, notes


def add_similarity(recordings, rows, failures, cache=None):
    """Add cosine_target, cosine_source and nearer_target to every recording, by Resemblyzer's encoder."""
    from vconv.evaluation.speaker_encoder import SpeakerEncoder

    embed = SpeakerEncoder().embed
    found = hear("speaker", lambda y, rate: embed(y, rate), recordings, rows, failures, cache)
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
                f"{pair}: the position needs two natural recordings of each speaker, since the sentence "
                "itself is left out of the centroid"
            )
            continue
        for system in SYSTEMS:
            for sentence, values in rows[name][system].items():
                if (name, system, sentence) in found:
                    cosine = similarity.cosines(found[name, system, sentence], sentence, natural)
                    values |= {
                        "cosine_target": cosine[pair.target],
                        "cosine_source": cosine[pair.source],
                        "nearer_target": float(cosine[pair.target] > cosine[pair.source]),
                    }


def add_naturalness(recordings, rows, failures, name, cache=None):
    """Add the opinion score of the predictor `name` to every recording."""
    from vconv.evaluation import naturalness

    package(naturalness.PACKAGES[name])  # if it cannot be loaded, that is to be told once, not for every recording
    for (pair, system, sentence), score in hear(
        name, naturalness.predictors()[name], recordings, rows, failures, cache
    ).items():
        rows[pair][system][sentence][name] = float(score)


def add_word_errors(recordings, rows, failures, recognizer, texts, model, cache=None):
    """Add wer and cer to every recording whose reference is known: its transcript, or the source as it was read."""
    from vconv.evaluation.intelligibility import error_rates

    def read(y, rate):
        return np.array(recognizer.read(y, rate))

    found = {key: str(text) for key, text in hear(f"words {model}", read, recordings, rows, failures, cache).items()}
    for (pair, system, sentence), text in found.items():
        reference = texts.get(sentence, found.get((pair, "source", sentence)))
        if reference is not None:
            try:
                wer, cer = error_rates(text, reference)
            except VconvError as error:
                failures.append(f"{sentence}: {error}")
                continue
            rows[pair][system][sentence] |= {"text": text, "wer": wer, "cer": cer}


def hear(name, listen, recordings, rows, failures, cache=None):
    """Let a network listen to each recording of the rows, once.

    Parameters
    ----------
    name : str
        Of the network, for the progress bar and the cache; converted recordings are kept there too, because networks
        take their time, and an interrupted evaluation goes on where it was.
    listen : callable
        (y, rate) → number or array.
    recordings : Recordings
    rows : dict
    failures : list of str
        Gets a sentence for each recording it cannot judge.
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
    judged = {}
    for path, speaker in tqdm(dict.fromkeys(paths.values()), unit="file", desc=name, disable=None):
        try:
            judged[path, speaker] = _judge(name, listen, recordings.settings, cache, path, speaker)
        except VconvError as error:
            failures.append(f"{path}: {name}: {error}")
    return {key: judged[value] for key, value in paths.items() if value in judged}


def read_transcripts(path):
    """Return {sentence: text} of a file with a line a sentence: its name, a blank, what was said.

    Raises
    ------
    VconvError
        The file cannot be read, or a line has no text.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise VconvError(f"{path}: cannot be read as UTF-8 text; give a line a sentence: name, blank, text") from error
    texts = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            name, _, text = line.strip().partition(" ")
            if not text.strip():
                raise VconvError(
                    f"{path}: line {number} is {line.strip()!r}; write the sentence's name, a blank, what was said"
                )
            texts[name] = text.strip()
    return texts


def _judge(name, listen, settings, cache, path, speaker):
    """Return what the network says of a file, or of its copy-synthesis with the F0 range of `speaker`."""

    def compute():
        return {"value": np.asarray(listen(signal_of(path, settings, speaker), settings["sample_rate"]))}

    how = [speaker is None, *signal_key(settings, speaker)]
    return cached(cache, [name, digest(path), *how], compute)["value"]
