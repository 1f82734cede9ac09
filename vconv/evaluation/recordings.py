"""The recordings to evaluate: pairs of speakers of a corpus, or three folders."""

from pathlib import Path
from typing import NamedTuple

from vconv.audio import loudness, wav, world
from vconv.audio.decoding import rate_of
from vconv.audio.f0_estimation import range_of_speaker
from vconv.audio.folder import by_name, left_out
from vconv.common.errors import VconvError
from vconv.common.names import composed


class Pair(NamedTuple):
    """A source speaker, a target speaker, and the files converted from one to the other: {sentence: path}."""

    source: str
    target: str
    converted: dict

    def __str__(self):
        """Return SOURCE-TARGET."""
        return f"{self.source}-{self.target}"


class Recordings(NamedTuple):
    """The recordings to evaluate, and how to analyze them.

    Attributes
    ----------
    pairs : list of Pair
    natural : dict
        Speaker → {sentence: path}.
    settings : dict
        sample_rate (the lowest of all files), frame_period_ms, f0_method, f0_range_hz (speaker → (floor, ceiling); a
        speaker may be missing).
    failures, notes : list of str
        Missing recordings, and remarks for the reader of the scores, a sentence each.
    """

    pairs: list
    natural: dict
    settings: dict
    failures: list
    notes: list

    def sentences(self):
        """Return the names of all sentences, sorted."""
        found = [self.natural[speaker] for pair in self.pairs for speaker in (pair.source, pair.target)]
        return sorted(set().union(*found, *(pair.converted for pair in self.pairs)))


def of_corpus(corpus, f0_range_hz, pairs, converted):
    """Return the `Recordings` of the files that `vconv convert --pairs` wrote to the folder `converted`.

    Parameters
    ----------
    corpus : Corpus
    f0_range_hz : dict
        Speaker → (floor, ceiling).
    pairs : list of (source, target)
    converted : str or Path
        Holds SRC-TGT/<sentence>.wav (or .flac, .ogg).

    Raises
    ------
    VconvError
        There is no recording to evaluate.
    """
    natural = {speaker: {} for pair in pairs for speaker in pair}
    for utterance in corpus.utterances:
        if utterance.split == "evaluation" and utterance.speaker in natural:
            natural[utterance.speaker][utterance.name] = utterance.path
    found, failures, notes = [], [], []
    folders = _entries(Path(converted))
    for source, target in pairs:
        name = f"{source}-{target}"
        folder = folders.get(name, Path(converted) / name)
        files = _converted_files(folder, sorted(natural[source]))
        shared = set(natural[source]) & set(natural[target])
        failures += [
            f"{folder / name}.wav: is missing; convert the pair first"
            for name, path in files.items()
            if not path and name in (shared or files)
        ]
        if not shared:
            notes.append(
                f"{source}-{target}: the speakers share no evaluation sentence, so mel-cepstral distortion "
                "and F0 errors cannot be measured"
            )
        found.append(Pair(source, target, {name: path for name, path in files.items() if path}))
    if not any(pair.converted for pair in found):
        reason = (failures or ["the source speakers have no evaluation recording"])[0]
        raise VconvError(f"{converted}: nothing could be measured; the first reason: {reason}")
    settings = {key: corpus.settings[key] for key in ("frame_period_ms", "f0_method")}
    return _recordings(found, natural, settings, f0_range_hz, failures, notes)


def of_folders(converted, source, target):
    """Return the `Recordings` of three folders of audio files, paired by file name."""
    folders = {Path(folder): by_name(folder) for folder in (converted, source, target)}
    if len(folders) < 3:
        raise VconvError(f"{converted}: --converted, --source-dir and --target-dir must be three different folders")
    converted_files, source_files, target_files = folders.values()
    alone, notes = sorted(set(converted_files) - set(target_files)), left_out(folders)
    if alone:
        notes.append(
            f"{target}: holds no recording of {len(alone)} of the {len(converted_files)} converted sentences "
            f"({alone[0]} is one), so mel-cepstral distortion and F0 errors are measured without them"
        )
    names = [Path(folder).resolve().name for folder in (source, target)]
    source_name, target_name = names if names[0] != names[1] else ("source", "target")
    natural = {source_name: source_files, target_name: target_files}
    settings = {"frame_period_ms": 5.0, "f0_method": "autocorrelation"}
    return _recordings([Pair(source_name, target_name, converted_files)], natural, settings, {}, [], notes)


def signal_of(path, settings, resynthesized=None):
    """Return the signal [samples] of a file at the rate of the evaluation.

    Parameters
    ----------
    path : str or Path
    settings : dict
        As of `Recordings`.
    resynthesized : str, optional
        A speaker: return the copy-synthesis with the F0 range of this speaker instead of the recording.

    Raises
    ------
    VconvError
        The file cannot be read or analyzed.
    """
    y, _ = wav.read(path, settings["sample_rate"], longest_s=wav.LONGEST_UTTERANCE_S)
    if resynthesized is None:
        return y
    return copy_synthesis(y, settings, settings["f0_range_hz"].get(resynthesized))


def signal_key(settings, resynthesized=None):
    """Return everything except the file that `signal_of` depends on, as a part of a cache key."""
    if resynthesized is None:
        return [settings["sample_rate"]]
    values = [settings[key] for key in ("sample_rate", "frame_period_ms", "f0_method")]
    return [*values, settings["f0_range_hz"].get(resynthesized)]


def copy_synthesis(y, settings, f0_range_hz=None):
    """Return a signal [samples] resynthesized from its WORLD features.

    Parameters
    ----------
    y : ndarray [samples]
    settings : dict
        As of `Recordings`.
    f0_range_hz : tuple of (floor, ceiling), optional
        Estimated from the signal if left out.
    """
    rate, frame_period_ms = settings["sample_rate"], settings["frame_period_ms"]
    if f0_range_hz is None:
        f0_range_hz = range_of_speaker(y, rate)
    y, gain = loudness.to_reference_level(y, rate)
    analysis = world.analyze(y, rate, *f0_range_hz, settings["f0_method"], frame_period_ms)
    return world.synthesize(*analysis, rate, frame_period_ms) * gain


def _recordings(pairs, natural, settings, f0_range_hz, failures, notes):
    """Return the `Recordings` at the lowest sample rate of the readable files."""
    files = [path for group in (*natural.values(), *(pair.converted for pair in pairs)) for path in group.values()]
    rates = sorted({rate for rate in map(rate_of, files) if rate})
    if not rates:
        raise VconvError(f"{files[0]}: is no readable audio file, nor is any other here; use WAV, FLAC or Ogg")
    if len(rates) > 1:
        notes = [*notes, f"the recordings have {', '.join(map(str, rates))} Hz; all are scored at {rates[0]} Hz"]
    ranges = {speaker: list(f0_range_hz[speaker]) for speaker in natural if speaker in f0_range_hz}
    return Recordings(pairs, natural, {"sample_rate": rates[0], **settings, "f0_range_hz": ranges}, failures, notes)


def _converted_files(folder, names):
    """Return {name: path in the folder, None if there is none}; names may hold dots."""
    found = _entries(folder)
    return {
        name: next((found[f"{name}{suffix}"] for suffix in wav.SUBTYPES if f"{name}{suffix}" in found), None)
        for name in names
    }


def _entries(folder):
    """Return {name in composed Unicode: path} of what is in a folder; nothing if there is no such folder."""
    return {composed(path.name): path for path in folder.iterdir()} if folder.is_dir() else {}
