"""A folder of recordings → a folder with utterances, corpus.yaml and run.sh; goes on after an interruption."""

from collections import defaultdict
from concurrent.futures import as_completed
from typing import NamedTuple

from tqdm import tqdm

from vconv.audio import decoding
from vconv.common import files
from vconv.common.errors import VconvError
from vconv.common.workers import available_cores, worker_pool
from vconv.preparation import recipe, splits, utterances
from vconv.preparation.progress import NAME, Progress
from vconv.preparation.sources import find_sources

RATES_HZ = (12000, 16000, 22050, 24000)  # that are chosen; higher ones cost time and add little to speech
MOST_OF = 0.9  # of the bytes of a speaker reach the rate


class Report(NamedTuple):
    """What was done, or would be: lines of text, and lists of sentences on oddities and on recordings left out."""

    lines: list
    notes: list
    failures: list


def prepare(root, folder, pattern=None, rate=None, jobs=None, write=True):
    """Make a recipe of a folder of recordings, which stays as it is.

    Parameters
    ----------
    root : Path
        Folder of the recordings.
    folder : Path
        Of the recipe; made if missing. What is finished in it is not made again.
    pattern : str, optional
        As of `sources.find_sources`.
    rate : int, optional
        Of the utterances, in Hz; chosen from the recordings when left out.
    jobs : int, optional
        Number of processes; the number of cores when left out.
    write : bool
        False finds out what would be done, and writes nothing.

    Returns
    -------
    Report

    Raises
    ------
    VconvError
        There are no recordings, no speaker has enough speech, a folder lies in the other or holds something else, or
        the disk is full.
    """
    _check(root, folder)
    sources, told_by, notes = find_sources(root, pattern)
    progress = Progress(folder, rate or choose_rate(sources))
    if write:
        progress.start()
        for speaker in {source.speaker for source in sources}:
            (folder / "recordings" / speaker).mkdir(parents=True, exist_ok=True)
            files.remove_unfinished(folder / "recordings" / speaker)
    results = _prepare_all(sources, root, folder, progress, jobs, write)
    failures = [f"{source.path}: {found.failure}" for source, found in results if found.failure]
    notes += [f"{source.path}: {note}" for source, found in results for note in found.notes]
    names, few = _names(results)
    notes += [f"{speaker} is left out, because {count} utterances are too few; record more" for speaker, count in few]
    if not names:
        raise _nothing_left(root, failures, notes)
    if len(names) == 1:
        notes.append(f"{root}: holds one speaker; add a folder with recordings of another for a better conversion")
    lines = _lines(results, names, told_by, progress.rate, failures)
    if write:
        notes += recipe.write(folder, progress.rate, progress.done, names, lines)
    return Report(lines, notes, failures)


def _names(results):
    """Return speaker → names of utterances, and (speaker, number of utterances) of those that have too few."""
    names = defaultdict(list)
    for source, found in results:
        names[source.speaker] += [segment.name for segment in found.segments]
    few = [(speaker, len(found)) for speaker, found in sorted(names.items()) if len(found) < splits.LEAST]
    return {speaker: found for speaker, found in names.items() if len(found) >= splits.LEAST}, few


def _check(root, folder):
    """Raise a VconvError if the folders are one in the other, or if `folder` holds something else than a recipe."""
    inside, outside = folder.resolve(), root.resolve()
    if inside == outside or outside in inside.parents or inside in outside.parents:
        raise VconvError(
            f"{folder}: lies in the folder of the recordings, {root}, or holds it; name a folder elsewhere"
        )
    if folder.exists() and not (folder.is_dir() and (not any(folder.iterdir()) or (folder / NAME).exists())):
        raise VconvError(f"{folder}: holds something that vconv init has not made; name a new folder")


def choose_rate(sources):
    """Return the highest of `RATES_HZ` that most recordings of each speaker have, 12000 Hz if they have less.

    A speaker without high frequencies among others with them would be learned as a speaker who has none.
    """
    found = defaultdict(list)
    for source in sources:
        rate = decoding.rate_of(source.path)
        if rate:
            found[source.speaker].append((rate, source.path.stat().st_size))
    lowest = min(map(_reached, found.values()), default=0)
    return max((rate for rate in RATES_HZ if rate <= lowest), default=RATES_HZ[0])


def _reached(recordings):
    """Return the highest rate that `MOST_OF` the bytes of recordings, (rate, bytes), reach."""
    needed = MOST_OF * sum(size for _, size in recordings)
    reaching = {rate: sum(size for other, size in recordings if other >= rate) for rate, _ in recordings}
    return max(rate for rate, size in reaching.items() if size >= needed)


def _prepare_all(sources, root, folder, progress, jobs, write):
    """Return [(source, Prepared)] of all sources, those that are not finished prepared in workers."""
    results = {source: progress.prepared(source, root) for source in sources}
    waiting = [source for source, found in results.items() if found is None]
    with (
        worker_pool(min(jobs or available_cores(), max(len(waiting), 1))) as pool,
        tqdm(total=len(sources), initial=len(sources) - len(waiting), unit="file", desc="init", disable=None) as bar,
    ):
        futures = {}
        for source in waiting:
            if write:
                progress.forget(source, root)
            target = folder / "recordings" / source.speaker if write else None
            futures[pool.submit(utterances.prepare, source, progress.rate, target)] = source
        for future in as_completed(futures):
            source = futures[future]
            results[source] = future.result()
            if write and not results[source].failure:
                progress.add(source, root, results[source])
            bar.update()
    return list(results.items())


def _nothing_left(root, failures, notes):
    """Return the error for recordings without a speaker of whom enough can be used."""
    first = (failures or notes)[0]
    return VconvError(
        f"{root}: no speaker has {splits.LEAST} utterances of 2 to 10 seconds; record more; the first reason: {first}"
    )


def _lines(results, names, told_by, rate, failures):
    """Return lines of text: speakers, files, minutes, utterances, files left out, rate, splits."""
    lines = [
        f"speakers told {told_by}",
        f"{'speaker':24} {'files':>6} {'minutes':>8} {'utterances':>10} {'of minutes':>10}",
    ]
    for speaker in sorted(names):
        of_speaker = [found for source, found in results if source.speaker == speaker and not found.failure]
        spoken_s = sum(segment.end_s - segment.start_s for found in of_speaker for segment in found.segments)
        minutes = sum(found.seconds for found in of_speaker) / 60
        lines.append(f"{speaker:24} {len(of_speaker):6} {minutes:8.1f} {len(names[speaker]):10} {spoken_s / 60:10.1f}")
    held_out = splits.held_out(names)
    sets = [f"{sum(len(set(held_out[split]) & set(found)) for found in names.values())} {split}" for split in held_out]
    lines.append(f"sample rate {rate} Hz; of the utterances are {', '.join(sets)}, all others training")
    lines.append(f"{len(failures)} recordings cannot be used")
    return lines
