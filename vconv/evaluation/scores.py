"""From values of single recordings to scores of systems, each with a bootstrap interval."""

from typing import NamedTuple

import numpy as np

from vconv.evaluation import bootstrap, variance
from vconv.evaluation.protocols import PROTOCOLS

SYSTEMS = ("converted", "source", "copy_synthesis", "target")


class Measure(NamedTuple):
    """A number about a system, computed from means over recordings.

    Attributes
    ----------
    group : str
        The key of scores.json it belongs to; the first of a group that was measured is its headline.
    name : str
    columns : tuple of (role, key)
        Which values are averaged: `key` of each recording of the role, "system" (the one scored), "target" or "source".
    statistic : callable
        Means [resamples, …] of the columns → the measure [resamples].
    interval : callable
        Values [1 + resamples] → (low, high).
    """

    group: str
    name: str
    columns: tuple
    statistic: object = np.asarray
    interval: object = bootstrap.interval


class Estimate(NamedTuple):
    """A measure of a system: `values` [1 + resamples], the estimate first, the number of recordings behind it."""

    values: np.ndarray
    files: int
    interval: object

    def as_entry(self):
        """Return {"mean", "interval", "files"} for scores.json; None is what cannot be told."""
        bounds = self.interval(self.values) if self.files > 1 else (np.nan, np.nan)  # one file has no spread
        return {"mean": _or_none(self.values[0]), "interval": list(map(_or_none, bounds)), "files": self.files}


def _plain(group, *names):
    return [Measure(group, name, (("system", name),)) for name in names]


def normalized_similarity(system, target, source):
    """Return the normalized similarity (0 = source, 1 = target) from mean cosines to the target's centroid."""
    return (system - source) / (target - source)


MEASURES = [
    *_plain("mcd", *PROTOCOLS),
    *_plain("f0", "rmse_cents", "rmse_hz", "correlation", "voicing_error", "median_cents"),
    Measure(
        "gv_log_ratio", "mean_over_orders", (("system", "variance"), ("target", "variance")), variance.mean_over_orders
    ),
    Measure(
        "gv_log_ratio",
        "rms_over_orders",
        (("system", "variance"), ("target", "variance")),
        variance.rms_over_orders,
        bootstrap.basic_interval,
    ),
    Measure(
        "modulation_spectrum",
        "distance_db",
        (("system", "modulation"), ("target", "modulation")),
        variance.modulation_distance_db,
        bootstrap.basic_interval,
    ),
    Measure(
        "similarity",
        "normalized_similarity",
        (("system", "cosine_target"), ("target", "cosine_target"), ("source", "cosine_target")),
        normalized_similarity,
    ),
    *_plain("similarity", "cosine_target", "cosine_source", "closer_to_target", "log_likelihood_ratio"),
    *_plain("naturalness", "distillmos", "dnsmos"),
    *_plain("wer", "wer", "cer"),
]
GROUPS = tuple(dict.fromkeys(measure.group for measure in MEASURES))


def estimate(measure, rows, system, resamples=1000, seed=0, only=None):
    """Estimate a measure of one system of one pair.

    Parameters
    ----------
    measure : Measure
    rows : dict
        System → {sentence: {key: value}}; a value is a number or an array, NaN or absent where there is none.
    system : str
    resamples, seed : int
    only : set of str, optional
        Use these sentences alone.

    Returns
    -------
    estimate : Estimate or None
        None if some column has no value at all. Where the columns share sentences with each other and with the
        converted recordings, only those count, and they are drawn together; otherwise each column is drawn by itself.
    """
    columns = [_column(rows[system if role == "system" else role], key, only) for role, key in measure.columns]
    if not all(columns):
        return None
    common = set.intersection(*map(set, columns))
    common = common & set(rows["converted"]) or common
    means = []
    for number, column in enumerate(columns):
        names = sorted(common or column)
        draw = bootstrap.weights(len(names), resamples, seed if common else seed + number)
        means.append(np.tensordot(draw, np.array([column[name] for name in names]), 1))
    return Estimate(measure.statistic(*means), len(common) or len(columns[0]), measure.interval)


def over_pairs(estimates):
    """Return the mean of the pairs' estimates as one Estimate; None if there is none."""
    found = [one for one in estimates if one is not None]
    if not found:
        return None
    return Estimate(np.mean([one.values for one in found], axis=0), sum(one.files for one in found), found[0].interval)


def summarize(pairs, resamples=1000, seed=0):
    """Return ({group: {system: entry}} over all pairs, {pair: the same}) from {pair: rows}, for scores.json."""
    found = {
        name: {
            (measure, system): estimate(measure, rows, system, resamples, seed)
            for measure in MEASURES
            for system in SYSTEMS
        }
        for name, rows in pairs.items()
    }
    together = {key: over_pairs(one[key] for one in found.values()) for key in next(iter(found.values()))}
    return _entries(together), {name: _entries(one) for name, one in found.items()}


def _entries(estimates):
    """Return {group: {system: entry}}: the headline measure at the top, all measures below `details`."""
    entries = {group: {} for group in GROUPS}
    for group, system in ((group, system) for group in GROUPS for system in SYSTEMS):
        details = {
            measure.name: estimates[measure, system].as_entry()
            for measure in MEASURES
            if measure.group == group and estimates[measure, system] is not None
        }
        headline = next(iter(details), None)
        entries[group][system] = {"measure": headline, **details[headline], "details": details} if details else None
    return entries


def _column(recordings, key, only):
    """Return {sentence: value} of the recordings that have one and belong to `only`, if given."""
    column = {sentence: values[key] for sentence, values in recordings.items() if key in values}
    return {
        sentence: value
        for sentence, value in column.items()
        if np.all(np.isfinite(value)) and (only is None or sentence in only)
    }


def _or_none(value):
    return float(value) if np.isfinite(value) else None
