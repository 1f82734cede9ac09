"""Converting many recordings: folders, or pairs of a corpus' speakers; a broken recording does not stop the rest."""

from collections import Counter
from itertools import permutations
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from vconv.audio import wav
from vconv.audio.folder import audio_files
from vconv.common.errors import VconvError


class Task(NamedTuple):
    """A recording, its speaker (None for an unseen one), and the output file of each target speaker."""

    path: Path
    source: str | None
    outputs: dict


def recordings(inputs, more_suffixes=()):
    """Return the audio files among `inputs`, each a file or a folder, as a list of paths.

    Of a folder, files whose suffix is one of `more_suffixes` count too.

    Raises
    ------
    VconvError
        A path does not exist, a folder holds no audio, or two files would be converted to the same name.
    """
    found = []
    for path in map(Path, inputs):
        if path.is_dir():
            found += audio_files(path, more_suffixes)
        elif path.exists():
            found.append(path)
        else:
            raise VconvError(f"{path}: there is no such file or folder; name recordings or a folder of them")
    stems = Counter(path.stem for path in found)
    for path in found:
        if stems[path.stem] > 1:
            raise VconvError(
                f"{path}: there is another recording called {path.stem!r}, and both would be converted to "
                f"the same file; convert them one after the other into different folders"
            )
    return found


def folder_tasks(inputs, source, target, output, suffix, more_suffixes=()):
    """Return the tasks of converting `inputs` to OUTPUT/<stem><suffix>."""
    return [
        Task(path, source, {target: Path(output) / f"{path.stem}{suffix}"})
        for path in recordings(inputs, more_suffixes)
    ]


def pair_tasks(corpus, split, pairs, output, suffix):
    """Return the tasks of converting a split of a `Corpus` to OUTPUT/<SRC>-<TGT>/<name><suffix>."""
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
    """Return "A-B,C-D" as [("A", "B"), ("C", "D")], or every ordered pair for "all"; names may hold hyphens.

    Raises
    ------
    VconvError
        A pair is not of two different known speakers, two pairs have the same name, or there is only one speaker.
    """
    known = {}
    for pair in permutations(speakers, 2):
        other = known.setdefault("-".join(pair), pair)
        if other != pair:
            raise VconvError(
                f"--pairs: {'-'.join(pair)!r} could be {other[0]!r} to {other[1]!r} or {pair[0]!r} to "
                f"{pair[1]!r}; convert their files with --source and --target"
            )
    if not known:
        raise VconvError(f"--pairs: the model knows no speaker but {speakers[0]}; train it on two or more")
    names = list(known) if text == "all" else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise VconvError(
                f"--pairs: {name!r} is not SOURCE-TARGET of two different speakers among: {', '.join(speakers)}"
            )
    return [known[name] for name in dict.fromkeys(names)]


def convert_all(converter, tasks, file_rate=None, synthesis="world", vocoder=None, report=print):
    """Convert every task with a `VoiceConverter`; return (number of files written, list of failures as sentences).

    `file_rate` is the sample rate of the files in Hz (the model's when None). `vocoder`, if there is one, vocodes the
    converter's signals. Signals too loud for a file are scaled down, and `report` gets a line about it.
    """

    def versions(task):
        analyzed = converter.analyze(task.path, task.source)
        for target in task.outputs:
            y = converter.synthesize(analyzed, target, synthesis)
            yield target, vocoder.resynthesize(y, converter.rate) if vocoder else y

    return _write_all(tasks, versions, converter.rate, file_rate, "convert", report)


def vocode_all(vocoder, tasks, file_rate=None, report=print):
    """Vocode every task's recording, or mel spectrogram; returns and reports as `convert_all`."""

    def versions(task):
        for target in task.outputs:
            yield target, vocoder.vocode_file(task.path)

    return _write_all(tasks, versions, vocoder.rate, file_rate, "vocode", report)


def _write_all(tasks, versions, rate, file_rate, what, report):
    """Write what `versions(task)` yields, (target, signal at `rate`), to the files of every task."""
    written, failures = 0, []
    total = sum(len(task.outputs) for task in tasks)
    with tqdm(total=total, unit="file", desc=what, disable=None) as bar:
        for task in tasks:
            try:
                _prepare(task)
                for target, y in versions(task):
                    output = task.outputs[target]
                    gain = wav.write(output, y, rate, file_rate)
                    written += 1
                    if gain < 1:
                        bar.clear()
                        report(f"{output}: was too loud and is scaled by {gain:.2f}")
            except VconvError as error:
                failures.append(error.about(task.path))
            bar.update(len(task.outputs))
    return written, failures


def _prepare(task):
    """Make the folders of a task's files; VconvError if one would overwrite the recording."""
    for output in task.outputs.values():
        output.parent.mkdir(parents=True, exist_ok=True)
        if output.exists() and output.samefile(task.path):
            raise VconvError("would be overwritten by its own conversion; choose another --output folder")
