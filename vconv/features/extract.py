"""Extraction of the feature file of a corpus: parallel and resumable; broken recordings are skipped and listed."""

import math
from concurrent.futures import as_completed
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from vconv.audio import world
from vconv.common import files
from vconv.common.errors import VconvError
from vconv.common.workers import available_cores, worker_pool
from vconv.features import analysis, content, extraction_cache, extraction_worker, schema, store, writer
from vconv.features.f0_ranges import find_ranges
from vconv.features.jobs import jobs_of


class Report(NamedTuple):
    """Result of an extraction.

    Attributes
    ----------
    done, skipped : int
        Utterances analyzed, and utterances analyzed before.
    failures : list of (path, reason)
    faults : list of list of str
        What `check` found in each utterance with a fault, of those analyzed.
    """

    done: int
    skipped: int
    failures: list
    faults: list


def feature_settings(corpus_settings):
    """Return the settings of a corpus that decide what its features are; the feature file keeps them."""
    keys = ("contents", "sample_rate", "frame_period_ms", "f0_method", "f0_range_hz")
    return {key: corpus_settings[key] for key in keys} | {
        "fft_size": world.fft_size(corpus_settings["sample_rate"]),
        "content_encoder": content.encoder(corpus_settings["content_encoder"]).identity,
    }


def refuse_other_features(features, corpus_settings, needed=("frames",)):
    """Raise a VconvError unless a feature file is one that `extract` would write for a corpus.

    Parameters
    ----------
    features : FeatureStore
    corpus_settings : dict
    needed : tuple of str
        What the file must hold: "frames", "wave", "copy_synthesis". Other `contents` of the corpus may be missing.
    """
    expected = feature_settings(corpus_settings)
    extraction_cache.refuse_other_settings(
        features.path, features.settings, expected | {"contents": features.settings["contents"]}
    )
    features.require(*needed)
    speakers = corpus_settings["speakers"]
    if speakers != "all" and sorted(speakers) != features.speakers:
        raise VconvError(
            f"{features.path}: holds the speakers {', '.join(features.speakers)}, corpus.yaml asks for "
            f"{', '.join(sorted(speakers))}; extract again into another --output"
        )


def extract(corpus, output, jobs=None, progress=True, report=print, check=None):
    """Analyze the utterances of a corpus that a feature file does not hold yet, and write all to the file.

    After an interruption the same call continues; the folder `<output>.parts` keeps the analyzed utterances until then.

    Parameters
    ----------
    corpus : vconv.corpus.recordings.Corpus
    output : str or Path
        The feature file; an existing one must have been made with the same settings.
    jobs : int, optional
        Number of processes; the number of cores when left out.
    progress : bool
        Show a progress bar on the standard error stream.
    report : callable
        Takes lines of text for the user, one for each oddity of a recording that was mended.
    check : callable, optional
        A function of a module, which workers call with path, samples [samples, C] and rate, in Hz, of each recording
        that is analyzed. It returns the kinds of its faults, a list of str.

    Returns
    -------
    Report

    Raises
    ------
    VconvError
        `output` has other settings or another extraction writes it, an F0 range or all recordings fail, the disk is
        full, or a worker was killed.
    """
    settings = feature_settings(corpus.settings)
    old, cache = _open_old(output, settings), extraction_cache.Parts(output, settings)
    with cache.locked():
        all_jobs = jobs_of(corpus.utterances, old.utterances if old else ())
        stored = _stored(old)
        new_jobs = [job for job in all_jobs if job.key not in stored and not cache.has(job.key)]
        reasons, faults = _analyze_all(corpus, settings, old, cache, new_jobs, jobs, progress, report, check)
        if len(reasons) == len(all_jobs):
            cache.delete()
            raise _nothing_analyzed(output, all_jobs[0], reasons)
        _assemble(output, settings, all_jobs, reasons, old, cache, report)
        cache.delete()
        files.remove_unfinished(Path(output).parent, Path(output).name)
    failures = [(job.path, reasons[job.key]) for job in all_jobs if job.key in reasons]
    return Report(len(new_jobs) - len(failures), len(all_jobs) - len(new_jobs), failures, faults)


def _open_old(output, settings):
    """Return the existing feature file, or None; VconvError if it was made with other settings."""
    if not Path(output).exists():
        return None
    old = store.FeatureStore(output)
    extraction_cache.refuse_other_settings(output, old.settings, settings)
    return old


def _nothing_analyzed(output, first, reasons):
    """Return the error for a corpus without a recording that can be analyzed; `first` is the first `Job`."""
    return VconvError(
        f"{output}: not written, because none of {len(reasons)} recordings could be analyzed; "
        f"the first: {first.path}: {reasons[first.key]}"
    )


def _stored(old):
    """Return the `StoredUtterance`s of a feature file, or of None, by the key of `Job`."""
    return {(row.speaker, row.split, row.name, row.digest): row for row in old.utterances} if old else {}


def _analyze_all(corpus, settings, old, cache, new_jobs, processes, progress, report, check):
    """Analyze the jobs in workers, each result in a file of the cache; return key → reason of failures, and faults."""
    with worker_pool(min(processes or available_cores(), max(len(new_jobs), 1))) as pool:
        known = cache.f0_range_hz | (dict(zip(old.speakers, old.f0_range_hz.tolist(), strict=True)) if old else {})
        if not analysis.needs_world(settings["contents"]):
            known = dict.fromkeys(corpus.speakers, [math.nan, math.nan]) | known
        cache.set_ranges(find_ranges(pool, corpus, known | settings["f0_range_hz"], report))
        with tqdm(
            total=len(corpus.utterances),
            initial=len(corpus.utterances) - len(new_jobs),
            unit="file",
            desc="extract",
            disable=None if progress and new_jobs else True,
        ) as bar:
            futures = {}
            for job in new_jobs:
                f0_range_hz = cache.f0_range_hz[job.key[0]]
                arguments = job.path, cache.path(job.key), settings, f0_range_hz, check
                futures[pool.submit(extraction_worker.analyze, *arguments)] = job
            reasons, faults = {}, []
            for future in as_completed(futures):
                job, analyzed = futures[future], future.result()
                if analyzed.reason:
                    reasons[job.key] = analyzed.reason
                if analyzed.faults:
                    faults.append(analyzed.faults)
                for note in analyzed.notes:
                    bar.clear()
                    report(f"{job.path}: {note}")
                bar.update()
    return reasons, faults


def _assemble(output, settings, all_jobs, reasons, old, cache, report):
    """Write the feature file from the old one and the cache, unless the old one is already complete."""
    stored = _stored(old)
    good = [job for job in all_jobs if job.key not in reasons]
    failures = [(*job.key[:3], reasons[job.key]) for job in all_jobs if job.key in reasons]
    if old and list(stored) == [job.key for job in good] and old.failures == failures:
        report(f"{output}: complete already, nothing to do")
        return

    def read(job):
        if job.key in stored:
            return old.read_all(stored[job.key]), stored[job.key].samples
        return extraction_cache.load(cache.path(job.key))

    utterances = []
    for job in good:
        arrays, samples = read(job)
        speaker, split, name, digest = job.key
        length = len(arrays.get("energy", ()))
        identity = job.file_bytes, job.modified_ns, digest
        utterances.append(schema.StoredUtterance(name, speaker, split, 0, length, samples, *identity))
    writer.write(output, settings, cache.f0_range_hz, utterances, (read(job)[0] for job in good), failures)
