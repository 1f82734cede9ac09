"""Time alternatives in turn, so that other load on the machine slows them all, and print ratios with their range."""

import statistics
import time


def alternate(alternatives, rounds):
    """Run each alternative `rounds` times in turn.

    Parameters
    ----------
    alternatives : dict
        Name → function without arguments.
    rounds : int

    Returns
    -------
    dict
        Name → list of seconds, one a round.
    """
    seconds = {name: [] for name in alternatives}
    for _ in range(rounds):
        for name, run in alternatives.items():
            begin = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - begin)
    return seconds


def compare(alternatives, rounds, unit, amount):
    """Run each alternative `rounds` times in turn; print speeds, and ratios to the first alternative.

    A ratio is taken within each round; its median and range are printed.

    Parameters
    ----------
    alternatives, rounds
        As of `alternate`; the result, too.
    unit : str
        Name of a unit of work, in the plural.
    amount : int
        Units of work in one call.
    """
    seconds = alternate(alternatives, rounds)
    baseline = next(iter(alternatives))
    for name, times in seconds.items():
        ratios = [base / own for base, own in zip(seconds[baseline], times, strict=True)]
        print(
            f"{name:44s}{amount / statistics.median(times):12.4g} {unit}/s   {statistics.median(ratios):6.2f} x "
            f"({min(ratios):.2f} to {max(ratios):.2f})",
            flush=True,
        )
    return seconds
