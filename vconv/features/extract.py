"""Extraction of the feature file of a corpus: parallel and resumable; broken recordings are skipped and listed."""

import math
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from vconv.audio import world
from vconv.common import files
from vconv.common.errors import VconvError
from vconv.engines import shards
from vconv.engines.engine import LOCAL, open_engine
from vconv.features import analysis, content, extraction_cache, extraction_worker, schema, store, writer
from vconv.features.f0_ranges import find_ranges
from vconv.features.jobs import digests, jobs_of


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


def extract(corpus, output, jobs=None, progress=True, report=print, check=None, engine=LOCAL, part=None):
    """Analyze the utterances of a corpus that a feature file does not hold yet, and write all to the file.

    After an interruption the same call continues; the folder `<output>.parts` keeps the analyzed utterances until then.
    Calls with a `part` leave theirs there. A call without analyzes what is missing and writes the file.

    Parameters
    ----------
    corpus : vconv.corpus.recordings.Corpus
    output : str or Path
        The feature file; an existing one must have been made with the same settings.
    jobs : int, optional
        Number of processes; as many as the engine has when left out.
    progress : bool
        Show a progress bar on the standard error stream.
    report : callable
        Takes lines of text for the user, one for each oddity of a recording that was mended.
    check : callable, optional
        A function of a module, which workers call with path, samples [samples, C] and rate, in Hz, of each recording
        that is analyzed. It returns the kinds of its faults, a list of str.
    engine : str
        What analyzes, as of `vconv.engines.engine.open_engine`.
    part : vconv.engines.shards.Part, optional
        Analyze this part of the utterances, and do not write the file.

    Returns
    -------
    Report

    Raises
    ------
    VconvError
        `output` has other settings or another extraction writes it, an F0 range or all recordings fail, the disk is
        full, or the engine or its workers are lost.
    """
    settings = feature_settings(corpus.settings)
    old, cache = _open_old(output, settings), extraction_cache.Parts(output, settings, part)
    with cache.locked(), open_engine(engine, jobs, cache.folder) as opened:
        utterances = part.of(corpus.utterances) if part else corpus.utterances
        all_jobs = jobs_of(utterances, (digests(old.utterances) if old else {}) | cache.digests)
        stored = _stored(old)
        new_jobs = [job for job in all_jobs if job.key not in stored and not cache.has(job.key)]
        _find_ranges(opened, corpus, settings, old, cache, all_jobs, report)
        reasons, faults = _analyze_all(opened, settings, cache, all_jobs, new_jobs, progress, report, check)
        if not part:
            _finish(output, settings, all_jobs, reasons, old, cache, report)
    failures = [(job.path, reasons[job.key]) for job in all_jobs if job.key in reasons]
    return Report(len(new_jobs) - len(failures), len(all_jobs) - len(new_jobs), failures, faults)


def _open_old(output, settings):
    """Return the existing feature file, or None; VconvError if it was made with other settings."""
    if not Path(output).exists():
        return None
    old = store.FeatureStore(output)
    extraction_cache.refuse_other_settings(output, old.settings, settings)
    return old


def _stored(old):
    """Return the `StoredUtterance`s of a feature file, or of None, by the key of `Job`."""
    return {(row.speaker, row.split, row.name, row.digest): row for row in old.utterances} if old else {}


def _find_ranges(engine, corpus, settings, old, cache, all_jobs, report):
    """Find the F0 ranges of the speakers of the jobs, and store them in the cache."""
    speakers = sorted({job.key[0] for job in all_jobs}) if cache.part else corpus.speakers
    known = cache.f0_range_hz | (dict(zip(old.speakers, old.f0_range_hz.tolist(), strict=True)) if old else {})
    if not analysis.needs_world(settings["contents"]):
        known = dict.fromkeys(speakers, [math.nan, math.nan]) | known
    ranges = find_ranges(engine, corpus, speakers, known | settings["f0_range_hz"], report)
    cache.set_ranges(ranges, {job.identity: job.key[3] for job in all_jobs if job.key[3]})


def _analyze_all(engine, settings, cache, all_jobs, new_jobs, progress, report, check):
    """Analyze the jobs, each result in a file of the cache; return key → reason of failures, and faults."""
    calls = [
        (job.path.absolute(), cache.path(job.key), settings, cache.f0_range_hz[job.key[0]], check) for job in new_jobs
    ]
    reasons, faults = {}, []
    with tqdm(
        total=len(all_jobs),
        initial=len(all_jobs) - len(new_jobs),
        unit="file",
        desc="extract",
        disable=None if progress and new_jobs else True,
    ) as bar:
        for number, analyzed in engine.run(extraction_worker.analyze, calls):
            job = new_jobs[number]
            if analyzed.reason:
                reasons[job.key] = analyzed.reason
            if analyzed.faults:
                faults.append(analyzed.faults)
            for note in analyzed.notes:
                bar.clear()
                report(f"{job.path}: {note}")
            bar.update()
    return reasons, faults


def _finish(output, settings, all_jobs, reasons, old, cache, report):
    """Write the feature file, and remove the cache."""
    if len(reasons) == len(all_jobs):
        cache.delete()
        first = all_jobs[0]
        raise VconvError(
            f"{output}: not written, because none of {len(reasons)} recordings could be analyzed; the first: "
            f"{first.path}: {reasons[first.key]}"
        )
    _assemble(output, settings, all_jobs, reasons, old, cache, report)
    cache.delete()
    files.remove_unfinished(Path(output).parent, Path(output).name)


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
        arrays, facts = shards.load(cache.path(job.key))
        return arrays, facts["samples"]

    utterances = []
    for job in good:
        arrays, samples = read(job)
        speaker, split, name, digest = job.key
        length = len(arrays.get("energy", ()))
        identity = job.file_bytes, job.modified_ns, digest
        utterances.append(schema.StoredUtterance(name, speaker, split, 0, length, samples, *identity))
    writer.write(output, settings, cache.f0_range_hz, utterances, (read(job)[0] for job in good), failures)
