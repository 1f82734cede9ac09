"""Which recordings are converted, to which voices, and into which files."""

from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from vconv.audio.folder import audio_files
from vconv.audio.wav import SUBTYPES
from vconv.common import formats
from vconv.common.errors import VconvError


class Task(NamedTuple):
    """A recording to convert; its speaker, None if unseen; and target speaker → path of the converted file."""

    path: Path
    source: str | None
    outputs: dict


def recordings(inputs, more_suffixes=()):
    """List the audio files among files and folders.

    Parameters
    ----------
    inputs : iterable of str or Path
        Files, or folders whose audio files are listed.
    more_suffixes : tuple of str
        Suffixes of other files in folders that are listed too.

    Returns
    -------
    paths : list of Path

    Raises
    ------
    VconvError
        A path does not exist, a folder holds no audio file, or two files would be converted to the same file.
    """
    paths = []
    for path in map(Path, inputs):
        if path.is_dir():
            paths += audio_files(path, more_suffixes)
        elif path.exists():
            paths.append(path)
        else:
            raise VconvError(f"{path}: there is no such file or folder; name recordings or a folder of them")
    stems = Counter(path.stem for path in paths)
    for path in paths:
        if stems[path.stem] > 1:
            raise VconvError(
                f"{path}: there is another recording called {path.stem!r}, and both would be converted to "
                f"the same file; convert them one after the other into different folders"
            )
    return paths


def names_file(output):
    """Return whether a path names an audio file to write: it has the suffix of one, and no folder has this name."""
    return formats.has_suffix(Path(output)) and not Path(output).is_dir()


def suffix_of(output, form=None):
    """Return the suffix of the files that are written to `output`, such as ".wav".

    Parameters
    ----------
    output : str or Path
        A folder, or a file as of `names_file`.
    form : {"wav", "flac", "ogg"}, optional
        The format that was asked for. When left out, that of the file, or WAV in a folder.

    Raises
    ------
    VconvError
        The file has another suffix than the format, or one that cannot be written.
    """
    if not names_file(output):
        return f".{form or 'wav'}"
    suffix = Path(output).suffix.lower()
    if suffix not in SUBTYPES:
        raise VconvError(f"{output}: cannot write the format {suffix!r}; use one of: {', '.join(SUBTYPES)}")
    if form and suffix != f".{form}":
        raise VconvError(f"{output}: is no name of a {form} file; leave out --format, or name a .{form} file")
    return suffix


def tasks_of(inputs, source, target, output, suffix, more_suffixes=()):
    """Return the tasks that convert `inputs`, as in `recordings`, to the file `output` or into the folder `output`.

    In a folder, the names are those of the recordings, with the suffix `suffix`.

    Raises
    ------
    VconvError
        `output` names a file, as of `names_file`, and `inputs` are several recordings.
    """
    paths = recordings(inputs, more_suffixes)
    if not names_file(output):
        return [Task(path, source, {target: Path(output) / f"{path.stem}{suffix}"}) for path in paths]
    if len(paths) > 1:
        raise VconvError(f"{output}: is the name of one file, but there are {len(paths)} recordings; name a folder")
    return [Task(paths[0], source, {target: Path(output)})]


def pair_tasks(corpus, split, pairs, output, suffix):
    """Return the tasks that convert a split of a `Corpus` to OUTPUT/<SOURCE>-<TARGET>/<name><suffix>.

    `pairs` is a list of (source, target). VconvError if the split holds no recording of the source speakers, or
    `output` names a file.
    """
    if names_file(output):
        raise VconvError(f"{output}: is the name of one file, but --pairs writes many; name a folder")
    tasks = []
    for utterance in corpus.utterances:
        targets = [target for source, target in pairs if source == utterance.speaker]
        if utterance.split == split and targets:
            source = utterance.speaker
            names = {target: Path(output) / f"{source}-{target}" / f"{utterance.name}{suffix}" for target in targets}
            tasks.append(Task(utterance.path, source, names))
    if not tasks:
        raise VconvError(
            f"{corpus.settings['root']}: holds no {split} recording of "
            f"{', '.join(sorted({source for source, _ in pairs}))}; choose another --split or --pairs"
        )
    return tasks


def parse_pairs(text, speakers):
    """Return the pairs of speakers of the option --pairs, (source, target).

    Parameters
    ----------
    text : str
        "A-B,C-D", or "all" for all ordered pairs. Names may contain hyphens.
    speakers : sequence of str

    Raises
    ------
    VconvError
        A pair is not of two different speakers, two pairs have the same name, or there is only one speaker.
    """
    by_name = {}
    for pair in permutations(speakers, 2):
        same_name = by_name.setdefault("-".join(pair), pair)
        if same_name != pair:
            raise VconvError(
                f"--pairs: {'-'.join(pair)!r} could be {same_name[0]!r} to {same_name[1]!r} or {pair[0]!r} to "
                f"{pair[1]!r}; convert their files with --source and --target"
            )
    if not by_name:
        raise VconvError(f"--pairs: the model has only the speaker {speakers[0]}; train it on two or more")
    names = list(by_name) if text == "all" else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in by_name:
            raise VconvError(
                f"--pairs: {name!r} is not SOURCE-TARGET of two different speakers among: {', '.join(speakers)}"
            )
    return [by_name[name] for name in dict.fromkeys(names)]
