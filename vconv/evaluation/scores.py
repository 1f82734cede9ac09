"""Scores of systems with bootstrap intervals, computed from the values of single recordings."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from vconv.evaluation import bootstrap
from vconv.evaluation.measures import GROUPS, MEASURES, in_group
from vconv.evaluation.score_table import SYSTEMS


class Estimate(NamedTuple):
    """A measure of a system.

    Attributes
    ----------
    values : ndarray [1 + resamples]
        The estimate, then the resamples.
    files : int
        Number of recordings it is computed from.
    interval : callable
        As of `Measure`.
    """

    values: np.ndarray
    files: int
    interval: Callable

    def as_entry(self):
        """Return {"mean", "interval", "files"} for scores.json; None where a value is undefined."""
        bounds = self.interval(self.values) if self.files > 1 else (np.nan, np.nan)  # one file has no spread
        return {"mean": _or_none(self.values[0]), "interval": list(map(_or_none, bounds)), "files": self.files}


def estimate(measure, systems, system, resamples=1000, seed=0, only=None):
    """Estimate a measure of one system of one pair.

    Parameters
    ----------
    measure : Measure
    systems : dict
        System → {sentence: RecordingScores}.
    system : str
        The system to score.
    resamples, seed : int
        Of the bootstrap.
    only : set of str, optional
        Use only these sentences.

    Returns
    -------
    estimate : Estimate or None
        None if a column has no value. If the columns share sentences with each other and with the converted
        recordings, only these sentences are used, and they are resampled together. Otherwise each column is resampled
        by itself.
    """
    columns = [_column(systems[system if role == "system" else role], key, only) for role, key in measure.columns]
    if not all(columns):
        return None
    common = set.intersection(*map(set, columns))
    common = common & set(systems["converted"]) or common
    means = []
    for number, column in enumerate(columns):
        names = sorted(common or column)
        draw = bootstrap.weights(len(names), resamples, seed if common else seed + number)
        means.append(np.tensordot(draw, np.array([column[name] for name in names]), 1))
    return Estimate(measure.statistic(*means), len(common) or len(columns[0]), measure.interval)


def over_pairs(estimates):
    """Return the mean of the pairs' estimates as one Estimate; None if all are None."""
    found = [one for one in estimates if one is not None]
    if not found:
        return None
    return Estimate(np.mean([one.values for one in found], axis=0), sum(one.files for one in found), found[0].interval)


def summarize(pairs, resamples=1000, seed=0):
    """Return ({group: {system: entry}} over all pairs, {pair: the same}) from {pair: systems}, for scores.json."""
    found = {
        name: {
            (measure.key, system): estimate(measure, systems, system, resamples, seed)
            for measure in MEASURES.values()
            for system in SYSTEMS
        }
        for name, systems in pairs.items()
    }
    together = {key: over_pairs(one[key] for one in found.values()) for key in next(iter(found.values()))}
    return _entries(together), {name: _entries(one) for name, one in found.items()}


def _entries(estimates):
    """Return {group: {system: entry}}: the headline measure, and all measures under `details`."""
    entries = {group: {} for group in GROUPS}
    for group, system in ((group, system) for group in GROUPS for system in SYSTEMS):
        details = {
            measure.key: estimates[measure.key, system].as_entry()
            for measure in in_group(group)
            if estimates[measure.key, system] is not None
        }
        headline = next(iter(details), None)
        entries[group][system] = {"measure": headline, **details[headline], "details": details} if details else None
    return entries


def _column(recordings, key, only):
    """Return {sentence: value} of the recordings that have a finite value and belong to `only`, if given."""
    column = {sentence: scores.get(key) for sentence, scores in recordings.items() if only is None or sentence in only}
    return {sentence: value for sentence, value in column.items() if value is not None and np.all(np.isfinite(value))}


def _or_none(value):
    return float(value) if np.isfinite(value) else None
