"""Comparison of two evaluations by a paired bootstrap over the sentences that both contain."""

import numpy as np

from vconv.common.errors import VconvError
from vconv.evaluation import bootstrap, output
from vconv.evaluation.measures import MEASURES
from vconv.evaluation.scores import estimate, over_pairs


def compare(path_a, path_b, system="converted"):
    """Compare the same system of two scores.json, measure by measure.

    Parameters
    ----------
    path_a, path_b : str or Path
        Files that `vconv evaluate --json` wrote.
    system : str

    Returns
    -------
    lines : list of str
        For each measure both estimates, their difference A − B with its 95 % interval, and a verdict: the difference
        is significant if the interval does not contain 0.

    Raises
    ------
    VconvError
        A file is not a scores.json, or the two files have no pair with a common sentence.
    """
    contents = [output.read(path) for path in (path_a, path_b)]
    settings = contents[0]["settings"]
    tables = [output.scores_of(content) for content in contents]
    a, b = ({pair: table.systems(pair) for pair in table.pairs()} for table in tables)
    shared = {pair: set(a[pair][system]) & set(b[pair][system]) for pair in a if pair in b}
    shared = {pair: sentences for pair, sentences in shared.items() if sentences}
    if not shared:
        raise VconvError(
            f"{path_a}, {path_b}: no pair of speakers has a sentence that both were scored on; evaluate "
            "both on the same pairs"
        )
    lines = [
        f"A = {path_a}",
        f"B = {path_b}",
        f"{len(shared)} pairs, "
        f"{sum(map(len, shared.values()))} sentences scored in both; paired bootstrap, "
        f"{settings['bootstrap']} resamples",
    ]
    for measure in MEASURES.values():
        estimates = [
            over_pairs(
                estimate(measure, pairs[pair], system, settings["bootstrap"], settings["seed"], sentences)
                for pair, sentences in shared.items()
            )
            for pairs in (a, b)
        ]
        if all(one is not None for one in estimates):
            lines.append(_line(measure, *estimates))
    return lines


def _line(measure, a, b):
    """Return the line of one measure."""
    if a.files != b.files:
        return f"{measure.heading}: A has {a.files} files and B has {b.files}, so they are not compared"
    a_values, b_values = measure.factor * a.values, measure.factor * b.values
    difference = a_values - b_values
    low, high = bootstrap.interval(difference)
    text = (
        f"{measure.heading}: A {a_values[0]:.3f}, B {b_values[0]:.3f}, "
        f"A - B {difference[0]:+.3f} [{low:+.3f}, {high:+.3f}], "
    )
    if not np.isfinite([low, high]).all():
        return text + "the interval is undefined"
    verdict = "no significant difference"
    if low > 0 or high < 0:
        verdict = f"A is {'higher' if low > 0 else 'lower'}"
    return f"{text}{a.files} files: {verdict}"
