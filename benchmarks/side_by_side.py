"""Times alternatives in turn, so that whatever else slows the machine slows them all, and prints ratios with spread."""

import statistics
import time


def compare(alternatives, rounds, unit, amount):
    """Run each of `alternatives` (name → function) `rounds` times in turn; print speeds, and ratios to the first.

    `amount` units of work are done in one call of each. A ratio is taken within each round; its median and range are
    printed. Returns {name: [seconds]}.
    """
    seconds = {name: [] for name in alternatives}
    for _ in range(rounds):
        for name, run in alternatives.items():
            begin = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - begin)
    baseline = next(iter(alternatives))
    for name, times in seconds.items():
        ratios = [base / own for base, own in zip(seconds[baseline], times, strict=True)]
        print(
            f"{name:44s}{amount / statistics.median(times):12.4g} {unit}/s   {statistics.median(ratios):6.2f} x "
            f"({min(ratios):.2f} to {max(ratios):.2f})",
            flush=True,
        )
    return seconds
