"""From recordings to a feature file: WORLD in parallel, resumable; a broken recording is skipped and listed."""

import glob
import math
from concurrent.futures import as_completed
from pathlib import Path
from typing import NamedTuple

import numpy as np
from tqdm import tqdm

from vconv.audio import f0, wav, world
from vconv.common import files
from vconv.common.errors import VconvError
from vconv.common.workers import available_cores, worker_pool
from vconv.features import analysis, content, extraction_cache, schema, store, writer

WIDE_PASS_UTTERANCES = 20


class Report(NamedTuple):
    """What an extraction did: utterances analyzed, utterances already there, and (path, reason) of each failure."""

    done: int
    skipped: int
    failures: list


class Job(NamedTuple):
    """One utterance to analyze; `key` says which part, old or new, holds its features."""

    key: tuple
    path: Path

    @classmethod
    def of(cls, utterance):
        """Return the job of a `corpus.Utterance`; a recording that was replaced by one of another size is a new one."""
        file_bytes = utterance.path.stat().st_size if utterance.path.is_file() else 0
        return cls((utterance.speaker, utterance.split, utterance.name, file_bytes), utterance.path)


def feature_settings(corpus_settings):
    """Return those of a corpus' settings that decide what its features are; the feature file keeps them."""
    kept = ("contents", "sample_rate", "frame_period_ms", "f0_method", "f0_range_hz")
    return {key: corpus_settings[key] for key in kept} | {
        "fft_size": world.fft_size(corpus_settings["sample_rate"]),
        "content_encoder": content.encoder(corpus_settings["content_encoder"]).identity,
    }


def refuse_other_features(features, corpus_settings, needed=("frames",)):
    """Raise a VconvError unless the `FeatureStore` is one that `extract` would make of such a corpus.

    Of the contents it must hold those `needed`, whatever else the corpus.yaml asks for.
    """
    wanted = feature_settings(corpus_settings)
    extraction_cache.refuse_other_settings(
        features.path, features.settings, wanted | {"contents": features.settings["contents"]}
    )
    features.require(*needed)
    speakers = corpus_settings["speakers"]
    if speakers != "all" and sorted(speakers) != features.speakers:
        raise VconvError(
            f"{features.path}: holds the speakers {', '.join(features.speakers)}, corpus.yaml asks for "
            f"{', '.join(sorted(speakers))}; extract again into another --output"
        )


def extract(corpus, output, jobs=None, progress=True, report=print):
    """Analyze all utterances of a corpus that `output` does not hold yet, and write them all to `output`.

    Interrupted at any moment, the same call goes on where it was: each utterance is kept in the folder `<output>.parts`
    until the feature file is complete.

    Parameters
    ----------
    corpus : Corpus
    output : str or Path
        The feature file; one that exists must have been made with the same settings.
    jobs : int, optional
        Number of processes; as many as there are cores when left out.
    progress : bool
        Show a progress bar on the standard error stream.
    report : callable
        Takes lines of text for the user.

    Returns
    -------
    Report

    Raises
    ------
    VconvError
        `output` was made with other settings, a speaker has no pitch, every recording is broken, the disk is full, or
        a worker was killed.
    """
    settings = feature_settings(corpus.settings)
    old = _open_old(output, settings)
    there = {_key(row): row for row in old.utterances} if old else {}
    making = extraction_cache.Parts(output, settings)
    everything = [Job.of(utterance) for utterance in corpus.utterances]
    wanted = [job for job in everything if job.key not in there and not making.has(job.key)]
    with worker_pool(min(jobs or available_cores(), max(len(wanted), 1))) as pool:
        known = making.f0_range_hz | (dict(zip(old.speakers, old.f0_range_hz.tolist(), strict=True)) if old else {})
        if not analysis.needs_world(settings["contents"]):
            known = dict.fromkeys(corpus.speakers, [math.nan, math.nan]) | known
        making.set_ranges(_find_ranges(pool, corpus, known | settings["f0_range_hz"], report))
        with tqdm(
            total=len(everything),
            initial=len(everything) - len(wanted),
            unit="file",
            desc="extract",
            disable=None if progress and wanted else True,
        ) as bar:
            reasons = _analyze_all(pool, wanted, making, settings, bar)
    if len(reasons) == len(everything):
        making.delete()
        raise VconvError(
            f"{output}: not written, for none of {len(everything)} recordings could be analyzed; "
            f"the first: {everything[0].path}: {reasons[everything[0].key]}"
        )
    _assemble(output, settings, everything, reasons, old, there, making, report)
    making.delete()
    files.remove_unfinished(Path(output).parent, glob.escape(Path(output).name))
    failures = [(job.path, reasons[job.key]) for job in everything if job.key in reasons]
    return Report(len(wanted) - len(failures), len(everything) - len(wanted), failures)


def _open_old(output, settings):
    """Return the feature file that is already there, or None; VconvError if it was made with other settings."""
    if not Path(output).exists():
        return None
    old = store.FeatureStore(output)
    extraction_cache.refuse_other_settings(output, old.settings, settings)
    return old


def _find_ranges(pool, corpus, known, report):
    """Return speaker → [floor, ceiling] in Hz: from `known`, or from a wide pass over some training utterances."""
    futures = {}
    for speaker in corpus.speakers:
        if speaker not in known:
            paths = [
                utterance.path
                for utterance in corpus.utterances
                if (utterance.speaker, utterance.split) == (speaker, "training")
            ]
            chosen = np.unique(np.linspace(0, len(paths) - 1, WIDE_PASS_UTTERANCES).round().astype(int))
            futures[speaker] = [
                pool.submit(_wide_f0, paths[number], corpus.settings["sample_rate"], corpus.settings["frame_period_ms"])
                for number in chosen
            ]
    ranges = {speaker: list(known[speaker]) for speaker in corpus.speakers if speaker in known}
    for speaker in futures:
        results = [future.result() for future in futures[speaker]]
        heard = [f0_hz for f0_hz in results if not isinstance(f0_hz, str)]
        try:
            if not heard:
                raise VconvError(results[0])
            ranges[speaker] = [round(limit, 1) for limit in f0.find_range(np.concatenate(heard))]
        except VconvError as error:
            raise VconvError(
                f"{speaker}: no F0 range can be found in {len(results)} training recordings ({error}); "
                "leave the speaker out under speakers in corpus.yaml"
            ) from error
        report(f"{speaker}: F0 range {ranges[speaker][0]:g} to {ranges[speaker][1]:g} Hz")
    return ranges


def _analyze_all(pool, wanted, making, settings, bar):
    """Analyze the jobs `wanted`, one part each; return key → reason of those that failed."""
    futures = {
        pool.submit(_analyze, job.path, making.path(job.key), settings, making.f0_range_hz[job.key[0]]): job
        for job in wanted
    }
    reasons = {}
    for future in as_completed(futures):
        reason = future.result()
        if reason:
            reasons[futures[future].key] = reason
        bar.update()
    return reasons


def _assemble(output, settings, everything, reasons, old, there, making, report):
    """Write the feature file from the old one and the parts, unless the old one already is what would be written."""
    good = [job for job in everything if job.key not in reasons]
    failures = [(*job.key[:3], reasons[job.key]) for job in everything if job.key in reasons]
    if old and list(there) == [job.key for job in good] and old.failures == failures:
        report(f"{output}: complete already, nothing to do")
        return

    def read(job):
        if job.key in there:
            return old.read_all(there[job.key]), there[job.key].samples
        return extraction_cache.load(making.path(job.key))

    rows = []
    for job in good:
        arrays, samples = read(job)
        speaker, split, name, file_bytes = job.key
        length = len(arrays.get("energy", ()))
        rows.append(schema.StoredUtterance(name, speaker, split, 0, length, samples, file_bytes))
    writer.write(output, settings, making.f0_range_hz, rows, (read(job)[0] for job in good), failures)


def _key(row):
    """Return the identity of a `StoredUtterance`, the same as `Job.key`."""
    return row.speaker, row.split, row.name, row.file_bytes


def _wide_f0(path, rate, frame_period_ms):
    """Return the F0 [T] of a recording in the widest range, or the reason why there is none (in a worker)."""
    try:
        return world.estimate_f0(*wav.read(path, rate), *f0.WIDE_RANGE_HZ, "dio", frame_period_ms)
    except VconvError as error:
        return str(error)


def _analyze(path, part, settings, f0_range_hz):
    """Save the features of a recording as `part`, or return the reason why it has none (in a worker)."""
    try:
        y, _ = wav.read(path, settings["sample_rate"])
        arrays = analysis.analyze(y, settings, f0_range_hz)
    except (VconvError, ValueError) as error:
        return str(error).removeprefix(f"{path}: ")
    extraction_cache.save(part, arrays, len(y))
    return None
