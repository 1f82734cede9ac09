"""Measure a `Row`: vconv, its peer and its limit in turn, as medians with ranges."""

import statistics

from row import LeftOut
from side_by_side import alternate

FEWEST_ROUNDS, MOST_ROUNDS = 3, 25
BUDGET_S = 3.0  # of the rounds of a row
OURS, PEER, LIMIT = "vconv", "peer", "limit"


def measure(row, inputs):
    """Return what was measured of a row.

    Returns
    -------
    dict
        "name", "title", "unit" and "peer" of the row, and "left_out", a sentence, where it cannot be measured. Else:

        - "rounds": number of rounds
        - "speed": median units a second
        - "ratio": {"median", "low", "high"} of the peer's seconds / those of vconv; null without a peer
        - "limit": {"name", "unit", "peak", "share"}; share is {"median", "low", "high"} of the time that the work would
          take at the limit / the time of vconv. null without a limit.
    """
    result = {"name": row.name, "title": row.title, "unit": row.unit, "peer": row.peer or None}
    try:
        work = row.prepare(inputs)
    except LeftOut as reason:
        return result | {"left_out": str(reason)}
    seconds = _seconds(work, inputs.quick)
    own, limit = seconds[OURS], work.limit
    result |= {"rounds": len(own), "speed": work.amount / statistics.median(own), "ratio": None, "limit": None}
    if work.peer is not None:
        result["ratio"] = _spread(peer / ours for peer, ours in zip(seconds[PEER], own, strict=True))
    if limit:
        probe = limit.probe
        shares = (limit.amount / probe.amount * probed / ours for probed, ours in zip(seconds[LIMIT], own, strict=True))
        peak = probe.amount / min(seconds[LIMIT])
        result["limit"] = {"name": probe.name, "unit": f"{probe.unit}/s", "peak": peak, "share": _spread(shares)}
    return result


def _seconds(work, quick):
    """Return {OURS, PEER, LIMIT: seconds of each round}, of those that the work has."""
    runs = {OURS: work.run}
    if callable(work.peer):
        runs[PEER] = work.peer
    if work.limit:
        runs[LIMIT] = work.limit.probe.run
    rounds = 1
    if not quick:
        once = alternate(runs, 1)  # compilation and first reads are not timed below
        if sum(first for (first,) in once.values()) < BUDGET_S:
            once = alternate(runs, 1)
        rounds = int(BUDGET_S / sum(first for (first,) in once.values()))
        rounds = min(max(rounds, FEWEST_ROUNDS), MOST_ROUNDS)
    seconds = alternate(runs, rounds)
    if work.peer is not None and not callable(work.peer):
        seconds[PEER] = [work.peer] * rounds
    return seconds


def _spread(values):
    """Return median and range of numbers."""
    values = list(values)
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}
