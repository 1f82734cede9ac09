"""All that is measured within one sentence, whichever speakers and systems said it; runs in a worker process."""

from functools import cache
from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError
from vconv.evaluation import metrics, recordings, variance
from vconv.evaluation.cache import cached, digest
from vconv.evaluation.metrics import Frames
from vconv.evaluation.protocols import MCD24


class Sentence(NamedTuple):
    """One sentence: natural recordings by speaker, converted ones by (source, target), and how to analyze them."""

    name: str
    natural: dict
    pairs: dict
    settings: dict
    protocols: list
    cache: str | None


class Analyzed(NamedTuple):
    """A recording by every protocol: {protocol's name: all its frames}; MCD24 is always among them."""

    frames: dict

    def select_frames(self, protocol=MCD24):
        """Return the frames that count."""
        return metrics.select_frames(self.frames[protocol.name], protocol)

    def values(self):
        """Return what is measured without a reference: cepstra [T, 24] of active frames, variance, modulation."""
        counts = metrics.frame_mask(self.frames[MCD24.name], MCD24)
        cepstra = self.frames[MCD24.name].mel_cepstrum[:, 1:]
        first, last = np.flatnonzero(counts)[[0, -1]]
        return {
            "cepstra": cepstra[counts],
            "variance": variance.global_variance(cepstra[counts]),
            "modulation": variance.modulation_spectrum(cepstra[first : last + 1]),
        }


def measure(sentence):
    """Measure one sentence.

    Returns
    -------
    rows : dict
        {(source, target): {system: {key: value}}}: the protocols' distances in dB and F0 errors against the target's
        own recording where there is one, and `Analyzed.values`.
    failures : list of str
        The recordings that could not be measured, a sentence each.
    """
    rows, failures = {}, {}

    def attempt(path, work, *arguments):
        """Return work(…), or None after noting a mistake under the path."""
        try:
            return work(*arguments)
        except VconvError as error:
            failures.setdefault(path, error.about(path))

    @cache  # a recording is part of many pairs
    def analyzed(path, keep, resynthesized=None):
        return attempt(path, _analyzed, path, sentence, keep, resynthesized) if path else None

    for (source, target), path in sentence.pairs.items():
        source_path, target_path = sentence.natural.get(source), sentence.natural.get(target)
        reference = analyzed(target_path, True)
        systems = {
            "converted": (path, analyzed(path, False)),
            "source": (source_path, analyzed(source_path, True)),
            "copy_synthesis": (target_path, reference and analyzed(target_path, True, target)),
            "target": (target_path, reference),
        }
        found = {
            system: attempt(file, _row, one, reference, sentence.protocols)
            for system, (file, one) in systems.items()
            if one is not None
        }
        rows[source, target] = {system: row for system, row in found.items() if row is not None}
    return rows, list(failures.values())


def _analyzed(path, sentence, keep, resynthesized):
    """Analyze a recording, or its copy-synthesis with the range of the speaker `resynthesized`."""
    rate = sentence.settings["sample_rate"]

    def compute():
        """Return {protocol/field: array [T] or [T, order + 1]} of all frames."""
        f0_hz, spectrum = metrics.analyze_spectrum(recordings.signal_of(path, sentence.settings, resynthesized), rate)
        described = {one.name: metrics.describe(f0_hz, spectrum, rate, one) for one in sentence.protocols}
        return {
            f"{name}/{field}": array for name, frames in described.items() for field, array in frames._asdict().items()
        }

    key = [digest(path), [list(protocol) for protocol in sentence.protocols]]
    key += recordings.signal_key(sentence.settings, resynthesized)
    arrays = cached(sentence.cache if keep else None, key, compute)
    return Analyzed(
        {
            protocol.name: Frames(*(arrays[f"{protocol.name}/{field}"] for field in Frames._fields))
            for protocol in sentence.protocols
        }
    )


def _row(found, reference, protocols):
    """Return the values of a recording, those against the reference included, if there is one."""
    values = found.values()
    for protocol in protocols if reference is not None else ():
        a, b = found.select_frames(protocol), reference.select_frames(protocol)
        path = metrics.align(a, b, protocol)
        values[protocol.name] = metrics.mcd(a, b, path, protocol)
        if protocol == MCD24:
            values |= metrics.f0_errors(a, b, path)._asdict()
    return values
