"""All measures of converted speech: label, unit, direction, format, and how each is computed from recordings.

The terminal, scores.json, the report and the tables of the documentation take everything they show from here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from vconv.evaluation import bootstrap, variance
from vconv.evaluation.protocols import PROTOCOLS
from vconv.evaluation.quantity import HIGHER, TO_ONE, TO_ZERO, Quantity


def only_column(means):
    """Return the means [resamples, ...] of a measure's only column, as an array."""
    return np.asarray(means)


@dataclass(frozen=True)
class Measure(Quantity):
    """A number about a system, computed from means over recordings.

    Attributes
    ----------
    group : str
        Key of its `Group`.
    columns : tuple of (role, key)
        The values that are averaged: `key` of each recording of the role, which is "system" (the scored system),
        "target" or "source". Default: the measure's own key of the system.
    statistic : callable
        Means [resamples, …] of the columns → the measure [resamples].
    interval : callable
        Values [1 + resamples] → (low, high).
    """

    group: str = ""
    columns: tuple = ()
    statistic: Callable = only_column
    interval: Callable = bootstrap.interval

    def __post_init__(self):
        """Complete `columns`."""
        if not self.columns:
            object.__setattr__(self, "columns", (("system", self.key),))


class Group(NamedTuple):
    """Measures that belong together. The first of a group that was measured is its headline.

    Attributes
    ----------
    key : str
        Name in scores.json.
    title : str
    meaning : str
        What it measures, and which values are good.
    protocol : str
        How it is measured; that of "mcd" is the description of the chosen protocols.
    """

    key: str
    title: str
    meaning: str
    protocol: str = ""


def normalized_similarity(system, target, source):
    """Return the normalized similarity (0 = source, 1 = target) from mean cosines to the target's centroid."""
    return (system - source) / (target - source)


GROUPS = {
    group.key: group
    for group in (
        Group(
            "mcd",
            "Mel-cepstral distortion",
            "Distance to the target's own recording of the sentence: lower is closer. It favors oversmoothed spectra, "
            "so read it together with the global variance.",
        ),
        Group(
            "f0",
            "Fundamental frequency",
            "Errors against the target's own recording: lower is closer. A higher correlation is closer.",
            "over the aligned frames of mcd24 voiced in both: RMSE, correlation of log-F0, median shift; voicing error "
            "over all aligned frames",
        ),
        Group(
            "gv_log_ratio",
            "Global variance",
            "ln(variance of the converted / variance of the target's recordings): 0 is natural. Below 0 the spectrum "
            "is oversmoothed, and the voice sounds muffled.",
            "ln(mean over files of the variance / that of the target), c1 to c24 on the frames of mcd24; mean and RMS "
            "over orders; 0 is natural, below 0 too smooth",
        ),
        Group(
            "modulation_spectrum",
            "Modulation spectrum",
            "Difference in how fast the mel-cepstrum varies over time: lower is closer to natural.",
            "c1 to c24 from the first to the last frame of mcd24, Welch segments of 64 frames, five octave bands of "
            "modulation frequency; RMS difference of the mean powers from the target's, in dB",
        ),
        Group(
            "similarity",
            "Speaker similarity",
            "Normalized similarity is 0 for the source speaker and 1 for the target speaker. The log-likelihood ratio "
            "is above 0 if the voice is closer to the target.",
            "log-likelihood ratio: nats a frame, Gaussian mixtures of target against source on c1 to c24, the same "
            "sentence left out; normalized similarity (Resemblyzer): 0 = source, 1 = target, mean cosines to the "
            "centroid of all natural evaluation files at hand, the same sentence left out",
        ),
        Group(
            "naturalness",
            "Predicted naturalness",
            "Mean opinion scores predicted by neural networks, 1 to 5: higher is better.",
            "predicted mean opinion score, 1 to 5: DistillMOS, DNSMOS (overall)",
        ),
        Group(
            "wer",
            "Intelligibility",
            "Errors of a speech recognizer: lower is more intelligible.",
            "faster-whisper, int8, beam 5, temperature 0; word and character error rate against the reference text, or "
            "else against the recognizer's transcript of the source",
        ),
    )
}

_VARIANCES = (("system", "variance"), ("target", "variance"))
_MODULATIONS = (("system", "modulation"), ("target", "modulation"))
_COSINES = (("system", "cosine_target"), ("target", "cosine_target"), ("source", "cosine_target"))

MEASURES = {
    measure.key: measure
    for measure in (
        *(Measure(name, f"MCD ({name})", "dB", group="mcd") for name in PROTOCOLS),
        Measure("rmse_cents", "F0 RMSE", "cents", decimals=0, group="f0"),
        Measure("rmse_hz", "F0 RMSE", "Hz", decimals=1, group="f0"),
        Measure("correlation", "log-F0 correlation", goal=HIGHER, group="f0"),
        Measure("voicing_error", "voicing error", "%", decimals=1, factor=100.0, group="f0"),
        Measure("median_cents", "median F0 shift", "cents", TO_ZERO, 0, group="f0"),
        Measure(
            "mean_over_orders",
            "GV log-ratio",
            goal=TO_ZERO,
            group="gv_log_ratio",
            columns=_VARIANCES,
            statistic=variance.mean_over_orders,
        ),
        Measure(
            "rms_over_orders",
            "GV log-ratio, RMS",
            group="gv_log_ratio",
            columns=_VARIANCES,
            statistic=variance.rms_over_orders,
            interval=bootstrap.basic_interval,
        ),
        Measure(
            "distance_db",
            "modulation spectrum",
            "dB",
            group="modulation_spectrum",
            columns=_MODULATIONS,
            statistic=variance.modulation_distance_db,
            interval=bootstrap.basic_interval,
        ),
        Measure(
            "normalized_similarity",
            "normalized similarity",
            goal=TO_ONE,
            group="similarity",
            columns=_COSINES,
            statistic=normalized_similarity,
        ),
        Measure("cosine_target", "cosine to target", goal=HIGHER, group="similarity"),
        Measure("cosine_source", "cosine to source", group="similarity"),
        Measure("closer_to_target", "closer to target", "%", HIGHER, 0, 100.0, group="similarity"),
        Measure("log_likelihood_ratio", "log-likelihood ratio", "nats", HIGHER, group="similarity"),
        Measure("distillmos", "DistillMOS", goal=HIGHER, group="naturalness"),
        Measure("dnsmos", "DNSMOS", goal=HIGHER, group="naturalness"),
        Measure("wer", "WER", "%", decimals=1, factor=100.0, group="wer"),
        Measure("cer", "CER", "%", decimals=1, factor=100.0, group="wer"),
    )
}


def in_group(key):
    """Return the measures of a group, in the order of their importance."""
    return [measure for measure in MEASURES.values() if measure.group == key]
