"""Scores of a listening test, with intervals. Listeners who fail the hidden anchors are excluded."""

from itertools import combinations

import numpy as np
from scipy.stats import binomtest

from vconv.common.errors import VconvError
from vconv.evaluation import bootstrap
from vconv.listening.questions import SOURCE, TARGET
from vconv.listening.results import GRADES, SCORES_FORMAT, SCORES_VERSION, load_key, load_results

SAME = 2  # similarity grades up to this one mean "same person"
NATURAL_MOS = 3.5  # minimum mean MOS that a listener must give to natural recordings
RESAMPLES = 10000


def score(key_path, results):
    """Score the result files of one listening test.

    Parameters
    ----------
    key_path : str or Path
        The key that `page.build` wrote beside the page.
    results : iterable of str or Path
        Result files of the listeners. Keys and score files among them are skipped.

    Returns
    -------
    scores : dict
        Ready for JSON: "mos" and "similarity" by system, "mos_differences" and "abx" by pair of systems, each with a
        95 % interval and the numbers of listeners and ratings; None for a test that is not part of the page. Also
        "rule", "listeners", "dropped" {listener: reasons}, "duplicates", "refused".
    failures : list of str
        A sentence for each file that was rejected: damaged, incomplete, or of another test.

    Raises
    ------
    VconvError
        The key is damaged, no file is a valid result of this test, or all listeners fail the anchors.
    """
    key = load_key(key_path)
    listeners, duplicates, failures = load_results(key_path, key, results)
    tables = _tables(key, listeners)
    faults = {name: reasons for row, name in enumerate(listeners) if (reasons := _faults(key, tables, row))}
    kept = [row for row, name in enumerate(listeners) if name not in faults]
    if not kept:
        name, reasons = next(iter(faults.items()))
        raise VconvError(
            f"all {len(listeners)} listeners fail the anchors, so nothing can be scored; {name}, for one, "
            f"{' and '.join(reasons)}"
        )
    tables = {test: {group: table[kept] for group, table in groups.items()} for test, groups in tables.items()}
    scores = {
        "format": SCORES_FORMAT,
        "version": SCORES_VERSION,
        "test": key["test"],
        "rule": _rule(tables),
        "listeners": len(kept),
        "dropped": faults,
        "duplicates": duplicates,
        "refused": failures,
        **_scores(key, tables),
    }
    return scores, failures


def crossed_interval(table, resamples=RESAMPLES, seed=0):
    """Return the 95 % interval of the mean of `table` [listeners, sentences], as [low, high].

    Listeners and sentences are resampled independently, because both are random samples (Owen 2007, "The pigeonhole
    bootstrap").
    """
    listeners, sentences = (bootstrap.weights(size, resamples, (seed, axis)) for axis, size in enumerate(table.shape))
    return list(bootstrap.interval(((listeners @ table) * sentences).sum(axis=1)))


def _tables(key, listeners):
    """Return {test: {system, or pair of systems: answers [listeners, sentences]}}.

    An answer is a grade. The answer to an ABX item is 1 for the first system of the pair and 0 for the second.
    """
    columns = {}
    for name, item in sorted(key["items"].items(), key=lambda entry: entry[1]["sentence"]):
        answers = [of_one[name] for of_one in listeners.values()]
        group = item["speakers"][0]
        if item["test"] == "abx":
            group = tuple(sorted(item["speakers"][:2], key=key["systems"].index))
            first = item["clips"][item["speakers"].index(group[0])]
            answers = [answer == first for answer in answers]
        columns.setdefault(item["test"], {}).setdefault(group, []).append(answers)
    return {
        test: {group: np.array(columns[test][group], float).T for group in sorted(columns[test], key=str)}
        for test in columns
    }


def _rule(tables):
    """Return the rule by which listeners are excluded, for the anchors that this test has."""
    mos, similarity = tables.get("mos", {}), tables.get("similarity", {})
    rules = [
        ("mos" in tables, "gives every recording the same mark"),
        (
            TARGET in mos,
            f"gives natural recordings a mean MOS below {NATURAL_MOS}, or below that of the system they rate lowest",
        ),
        (TARGET in similarity, "calls no more than half of the pairs of target and target the same"),
        (SOURCE in similarity, "calls no more than half of the pairs of source and target different"),
    ]
    found = [rule for holds, rule in rules if holds]
    return f"a listener is dropped who {', or '.join(found)}" if found else "no anchors, so nobody can be dropped"


def _faults(key, tables, row):
    """Return the reasons to exclude the listener of this row; empty to keep the listener."""
    faults = []
    mos = {name: table[row] for name, table in tables.get("mos", {}).items()}
    if mos and len(set(np.concatenate(list(mos.values())))) == 1:
        faults.append(f"gives every recording a {mos[key['systems'][0]][0]:.0f}")
    if TARGET in mos:
        natural = mos[TARGET].mean()
        lowest = min(key["systems"], key=lambda name: mos[name].mean())
        if natural < NATURAL_MOS:
            faults.append(f"gives natural recordings a mean MOS of {natural:.2f}, below {NATURAL_MOS}")
        if natural < mos[lowest].mean():
            faults.append(
                f"gives natural recordings a mean MOS of {natural:.2f}, below the {mos[lowest].mean():.2f} of {lowest}"
            )
    for anchor, says_same in ((TARGET, True), (SOURCE, False)):
        if anchor in tables.get("similarity", {}):
            right = (tables["similarity"][anchor][row] <= SAME) == says_same
            if right.mean() <= 0.5:
                faults.append(
                    f"calls {right.sum()} of {len(right)} pairs of {anchor} and {TARGET} "
                    f"{'the same' if says_same else 'different'}"
                )
    return faults


def _scores(key, tables):
    """Return mos, mos_differences, similarity and abx of the listeners who were kept."""
    order = [*key["systems"], TARGET, SOURCE]
    pairs = list(combinations(key["systems"], 2))
    mos, similarity, abx = (tables.get(test, {}) for test in ("mos", "similarity", "abx"))
    return {
        "mos": {name: _entry(mos[name]) for name in order if name in mos} or None,
        "mos_differences": [{"systems": [a, b]} | _entry(mos[a] - mos[b]) for a, b in pairs] if mos else None,
        "similarity": {
            name: _entry(similarity[name] <= SAME) | {"answers": _histogram(similarity[name])}
            for name in order
            if name in similarity
        }
        or None,
        "abx": [{"systems": list(pair)} | _entry(abx[pair]) | {"p_value": _p_value(abx[pair])} for pair in pairs]
        if abx
        else None,
    }


def _histogram(table):
    """Return the count of each similarity grade."""
    return [int((table == grade).sum()) for grade in range(1, GRADES["similarity"] + 1)]


def _p_value(table):
    """Return the p-value of the exact two-sided binomial test against equal preference."""
    return float(binomtest(int(table.sum()), table.size).pvalue)


def _entry(table):
    """Return mean, interval, and the numbers of listeners and ratings."""
    table = np.asarray(table, float)
    return {
        "mean": float(table.mean()),
        "interval": crossed_interval(table),
        "listeners": len(table),
        "ratings": table.size,
    }
