"""Parts of `vconv evaluate`: mel-cepstral distortion against librosa's time warping, bootstrap against SciPy's."""

import numpy as np
from row import Row, Work

FRAMES, QUICK_FRAMES = 600, 40
SENTENCES, RESAMPLES, QUICK_RESAMPLES = 27, 2000, 50


def distortion(inputs):
    """Return the work of aligning and comparing the mel-cepstra of two sentences."""
    from librosa.sequence import dtw

    from vconv.evaluation import metrics

    random = np.random.default_rng(0)
    count = QUICK_FRAMES if inputs.quick else FRAMES
    one, other = (
        metrics.Frames(np.full(count, 100.0), random.normal(size=count), random.normal(size=(count, 25)))
        for _ in range(2)
    )

    def ours():
        chosen = metrics.select_frames(one), metrics.select_frames(other)
        metrics.mcd(*chosen, metrics.align(*chosen))

    return Work(count, ours, lambda: dtw(one.mel_cepstrum[:, 1:].T, other.mel_cepstrum[:, 1:].T, metric="euclidean"))


def bootstrapped(inputs):
    """Return the work of the interval of a mean over sentences."""
    from scipy import stats

    from vconv.evaluation import bootstrap

    resamples = QUICK_RESAMPLES if inputs.quick else RESAMPLES
    values = np.random.default_rng(0).normal(size=SENTENCES)

    def ours():
        bootstrap.interval(bootstrap.weights(SENTENCES, resamples, 0) @ values)

    def scipy():
        stats.bootstrap((values,), np.mean, n_resamples=resamples, method="percentile")

    return Work(resamples, ours, scipy)


ROWS = [
    Row("evaluate-mcd", "mel-cepstral distortion of two sentences", "frames", distortion, "librosa's dtw alone"),
    Row("evaluate-bootstrap", "bootstrap interval of a mean", "resamples", bootstrapped, "scipy.stats.bootstrap"),
]
