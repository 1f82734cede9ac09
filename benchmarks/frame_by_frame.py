"""Mel-cepstral distortion of two signals with the same timing: `mcd24` without time warping."""

import numpy as np

from vconv.evaluation import metrics

THRESHOLD_DB = -25.0


def distortion_db(signals, reference, rate):
    """Return the distortion of each signal [samples] from `reference` [samples], over its speech frames, dB."""
    natural = metrics.analyze(reference, rate)
    mean_db = 10 * np.log10(np.mean(10 ** (natural.power_db / 10)))
    active = np.flatnonzero(natural.power_db > mean_db + THRESHOLD_DB)
    results = []
    for signal in signals:
        frames = metrics.analyze(signal, rate)
        active_here = active[active < len(frames.power_db)]
        diagonal = np.stack([active_here, active_here], axis=1)
        results.append(metrics.mcd(frames, natural, diagonal))
    return results


def table(rows):
    """Print mean and range of each column of `rows`, a list of {name: value in dB}."""
    for name in rows[0]:
        values = [row[name] for row in rows]
        print(f"{name:52s}{np.mean(values):8.3f} dB ({min(values):.3f} to {max(values):.3f})")
    print(f"{len(rows)} recordings")
