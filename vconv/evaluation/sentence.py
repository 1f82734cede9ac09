"""Measures all recordings of one sentence, of all speakers and systems; runs in a worker process."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import about
from vconv.evaluation import metrics, recordings, variance
from vconv.evaluation.cache import cached, digest
from vconv.evaluation.metrics import Frames
from vconv.evaluation.protocols import MCD24
from vconv.evaluation.score_table import RecordingScores


class Sentence(NamedTuple):
    """The recordings of one sentence, and how to analyze them.

    Attributes
    ----------
    name : str
    natural : dict
        Speaker → path.
    converted : dict
        (source, target) → path, or None if the sentence was not converted for this pair.
    settings : dict
        As of `Recordings`.
    protocols : list of Protocol
        Whose distortion is reported.
    cache : str or None
        Folder that keeps the analyses of natural recordings.
    """

    name: str
    natural: dict
    converted: dict
    settings: dict
    protocols: list
    cache: str | None

    def analyzed_protocols(self):
        """Return MCD24, whose frames the other measures need, and the protocols to report."""
        return [MCD24, *(protocol for protocol in self.protocols if protocol != MCD24)]


class MeasuredRecording(NamedTuple):
    """Scores of a recording, and its mel-cepstra c1 to c24 [T, 24] of the frames that MCD24 compares."""

    scores: RecordingScores
    cepstra: np.ndarray


class MeasuredSentence(NamedTuple):
    """What was measured of one sentence.

    Attributes
    ----------
    recordings : dict
        (source, target, system) → MeasuredRecording.
    failures : list of str
        A sentence for each recording that could not be measured.
    """

    recordings: dict
    failures: list


def measure(sentence):
    """Return the `MeasuredSentence` of a sentence.

    Distortion and F0 errors are measured against the target's own recording, if there is one.
    """
    analyses = _Analyses(sentence)
    found = {}
    for (source, target), path in sentence.converted.items():
        source_path, target_path = sentence.natural.get(source), sentence.natural.get(target)
        reference = analyses.natural(target_path)
        systems = {
            "converted": (path, analyses.converted(path)),
            "source": (source_path, analyses.natural(source_path)),
            "copy_synthesis": (target_path, reference and analyses.natural(target_path, resynthesized=target)),
            "target": (target_path, reference),
        }
        for system, (file, analysis) in systems.items():
            if analysis is not None:
                measured = analyses.attempt(file, _measured, analysis, reference, sentence.protocols)
                if measured is not None:
                    found[source, target, system] = measured
    return MeasuredSentence(found, list(analyses.failures.values()))


class _Analyses:
    """Analyzes the recordings of a sentence, each once; `failures` is {path: sentence}."""

    def __init__(self, sentence):
        self.sentence, self.failures = sentence, {}
        self._analyses = {}

    def converted(self, path):
        """Return the analysis of a converted recording; None if there is no path, or after a failure."""
        return self._analysis(path, False, None)

    def natural(self, path, resynthesized=None):
        """Return the analysis of a natural recording, or of its copy-synthesis for a speaker; as `converted`."""
        return self._analysis(path, True, resynthesized)

    def attempt(self, path, work, *arguments):
        """Return work(…), or None if it fails; the failure is listed under the path."""
        try:
            return work(*arguments)
        except Exception as error:
            self.failures.setdefault(path, about(path, error))

    def _analysis(self, path, keep, resynthesized):
        key = path, keep, resynthesized
        if path and key not in self._analyses:  # a recording is part of several pairs
            self._analyses[key] = self.attempt(path, _analyze, path, self.sentence, keep, resynthesized)
        return self._analyses.get(key)


def _analyze(path, sentence, keep, resynthesized):
    """Return {protocol: Frames} of a recording, or of its copy-synthesis with the F0 range of a speaker."""
    rate, protocols = sentence.settings["sample_rate"], sentence.analyzed_protocols()

    def compute():
        """Return {protocol/field: array [T] or [T, order + 1]}."""
        f0_hz, spectrum = metrics.analyze_spectrum(recordings.signal_of(path, sentence.settings, resynthesized), rate)
        described = {protocol.name: metrics.describe(f0_hz, spectrum, rate, protocol) for protocol in protocols}
        return {
            f"{name}/{field}": array for name, frames in described.items() for field, array in frames._asdict().items()
        }

    key = [digest(path), [list(protocol) for protocol in protocols]]
    key += recordings.signal_key(sentence.settings, resynthesized)
    arrays = cached(sentence.cache if keep else None, key, compute)
    return {
        protocol: Frames(*(arrays[f"{protocol.name}/{field}"] for field in Frames._fields)) for protocol in protocols
    }


def _measured(analysis, reference, protocols):
    """Return the `MeasuredRecording` of an analysis; without a reference (None) it has no values."""
    frames = analysis[MCD24]
    mask = metrics.frame_mask(frames, MCD24)
    cepstra = frames.mel_cepstrum[:, 1:]
    first, last = np.flatnonzero(mask)[[0, -1]]
    arrays = {
        "variance": variance.global_variance(cepstra[mask]),
        "modulation": variance.modulation_spectrum(cepstra[first : last + 1]),
    }
    values = {} if reference is None else _against(reference, analysis, protocols)
    return MeasuredRecording(RecordingScores(values, arrays), cepstra[mask])


def _against(reference, analysis, protocols):
    """Return {measure: value} of an analysis against the reference: distortions in dB and F0 errors."""
    values, f0_errors = {}, {}
    for protocol in analysis:
        a, b = (metrics.select_frames(one[protocol], protocol) for one in (analysis, reference))
        path = metrics.align(a, b, protocol)
        if protocol in protocols:
            values[protocol.name] = metrics.mcd(a, b, path, protocol)
        if protocol == MCD24:
            f0_errors = metrics.f0_errors(a, b, path)._asdict()
    return values | f0_errors
