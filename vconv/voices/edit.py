"""Changes of a voice file: a speaker is added, renamed or removed; the other speakers stay the same to the bit."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import yaml

from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.common.names import composed
from vconv.features.statistics import BY_SPEAKER
from vconv.spectral_conversion.example_correction import Examples
from vconv.voices import card, container
from vconv.voices.voice_file import ADAPTED, EMBEDDINGS, EXAMPLES, FACTS, FINE_TUNED, SUFFIX, TRANSFORMS, to_npy

FORBIDDEN = '/\\:,"'  # in file names, in blends such as A:0.6,B:0.4


class AddedSpeaker(NamedTuple):
    """A speaker for a voice with S speakers.

    Attributes
    ----------
    name : str
    speech_s : float
        Seconds of speech that are known of the speaker.
    statistics : dict
        Name → number or array; `vconv.features.statistics.BY_SPEAKER`.
    embedding : ndarray [E], float32
    from_others, to_others : ndarray [S, 25, 24], float32
        Affine transforms between the S speakers and this one.
    predicted, recorded : ndarray [n, 3, 40], [n, 40]
        As of `vconv.spectral_conversion.example_correction.Examples`.
    network : bytes, optional
        ONNX model of a network that was fine-tuned for this speaker.
    """

    name: str
    speech_s: float
    statistics: dict
    embedding: np.ndarray
    from_others: np.ndarray
    to_others: np.ndarray
    predicted: np.ndarray
    recorded: np.ndarray
    network: bytes | None = None

    @property
    def mean_f0_hz(self):
        """Geometric mean of F0."""
        return float(np.exp(self.statistics["log_f0_mean"]))


def checked_name(name, voice):
    """Return the name of a new speaker of a `VoiceFile` in composed Unicode.

    Raises
    ------
    VconvError
        It is empty, has characters with another meaning, or is that of a speaker of the voice.
    """
    name = composed(name)
    known = [speaker["name"] for speaker in voice.facts["speakers"]]
    if not name.strip() or name != name.strip() or not name.isprintable() or set(name) & set(FORBIDDEN):
        raise VconvError(f"{name!r}: is no name of a speaker; give a printable one without any of {FORBIDDEN}")
    if name in known:
        raise VconvError(f"{voice.path}: already has a speaker {name}; give a name other than {', '.join(known)}")
    return name


def usual_output(voice, name):
    """Return the file name of a `VoiceFile` with a new speaker: VOICE-NAME.vconv."""
    return f"{voice.name}-{name}{SUFFIX}"


def checked_output(output):
    """Return the path of a voice file to write; VconvError if its name does not end in .vconv."""
    if Path(output).suffix != SUFFIX:
        raise VconvError(f"{output}: is no name of a voice file; give a name that ends in {SUFFIX}")
    return Path(output)


def append(voice, output, added):
    """Write a `VoiceFile` with one more speaker, the last one, and return the digest of the new file.

    Parameters
    ----------
    voice : vconv.voices.voice_file.VoiceFile
    output : str or Path
    added : AddedSpeaker
    """
    statistics, old, count = voice.statistics(), voice.transforms(), len(voice.facts["speakers"])
    transforms = np.zeros((count + 1, count + 1, *old.shape[2:]), np.float32)
    transforms[:-1, :-1], transforms[-1, :-1], transforms[:-1, -1] = old, added.from_others, added.to_others
    transforms[-1, -1] = np.eye(*old.shape[2:])
    arrays = {
        name: np.concatenate([getattr(statistics, name), np.asarray(added.statistics[name])[None]])
        for name in BY_SPEAKER
    }
    embeddings = np.concatenate([voice.network().embeddings, added.embedding[None]])
    speaker = {
        "name": added.name,
        "sex": card.SEXES[-1],
        "mean_f0_hz": round(added.mean_f0_hz, 1),
        ADAPTED: {"speech_s": round(added.speech_s, 1)},
    }
    new = Examples(
        added.predicted.astype(np.float16),
        added.recorded.astype(np.float16),
        np.full(len(added.recorded), count, np.int32),
    )
    known = voice.examples()
    examples = new if known is None else Examples(*map(np.concatenate, zip(known, new, strict=True)))
    fine_tuned = voice.fine_tuned() | ({count: added.network} if added.network else {})
    speakers = [*voice.facts["speakers"], speaker]
    changed = _of_speakers(voice, arrays, transforms, embeddings, examples, fine_tuned)
    return _write(voice, output, speakers, changed)


def rename(voice, output, old, new):
    """Write a `VoiceFile` whose speaker `old` has the name `new`, and return the digest of the new file.

    Raises
    ------
    VconvError
        There is no speaker `old`, or `new` is no name or taken.
    """
    one_of(composed(old), [speaker["name"] for speaker in voice.facts["speakers"]], "speaker")
    new = checked_name(new, voice)
    speakers = [
        speaker | {"name": new} if speaker["name"] == composed(old) else speaker for speaker in voice.facts["speakers"]
    ]
    return _write(voice, output, speakers)


def remove(voice, output, name):
    """Write a `VoiceFile` without an added speaker, and return the digest of the new file.

    Raises
    ------
    VconvError
        There is no such speaker, or the network was trained with it.
    """
    speakers, names = list(voice.facts["speakers"]), [speaker["name"] for speaker in voice.facts["speakers"]]
    number = names.index(one_of(composed(name), names, "speaker"))
    if ADAPTED not in speakers[number]:
        raise VconvError(
            f"{voice.path}: was trained with {name}, and the other speakers depend on it; only speakers that "
            "`vconv adapt` added can be removed"
        )
    statistics, transforms = voice.statistics(), voice.transforms()
    arrays = {key: np.delete(getattr(statistics, key), number, axis=0) for key in BY_SPEAKER}
    transforms = np.delete(np.delete(transforms, number, axis=0), number, axis=1)
    embeddings = np.delete(voice.network().embeddings, number, axis=0)
    examples = voice.examples()
    if examples is not None:
        examples = examples.chosen(examples.speaker != number)
        examples = examples._replace(speaker=examples.speaker - (examples.speaker > number))
    fine_tuned = {old - (old > number): network for old, network in voice.fine_tuned().items() if old != number}
    del speakers[number]
    changed = _of_speakers(voice, arrays, transforms, embeddings, examples, fine_tuned)
    return _write(voice, output, speakers, changed)


def _of_speakers(voice, arrays, transforms, embeddings, examples, fine_tuned):
    """Return the members that depend on the number of speakers: name → bytes, or None for one that is left out.

    Fine-tuned networks take the place of those of the voice; examples without a frame are left out.
    """
    members = dict.fromkeys(map(FINE_TUNED.format, voice.fine_tuned()))
    members |= {FINE_TUNED.format(number): network for number, network in fine_tuned.items()}
    members |= {f"statistics/{name}.npy": to_npy(array) for name, array in arrays.items()}
    members |= {TRANSFORMS: to_npy(transforms), EMBEDDINGS: to_npy(embeddings)}
    recorded = {} if examples is None else examples._asdict()
    return members | {EXAMPLES.format(name): to_npy(array) if len(array) else None for name, array in recorded.items()}


def _write(voice, output, speakers, changed=None):
    """Write a voice file with other speakers and the members that `_of_speakers` returns, and return its digest."""
    facts = yaml.safe_dump(voice.facts | {"speakers": speakers}, sort_keys=False, allow_unicode=True, width=120)
    members = voice.members() | {FACTS: facts.encode()} | (changed or {})
    return container.write(checked_output(output), {name: one for name, one in members.items() if one is not None})
