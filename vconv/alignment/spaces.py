"""The spaces in which rows are near each other that sound alike: one to cluster them in, one to match them in."""

import numpy as np

from vconv.features.cepstra import CONTENT_ORDER

SAMPLE = 60000
CHUNK = 1 << 16
CLUSTER_COLUMNS = [*range(12), *range(CONTENT_ORDER, CONTENT_ORDER + 3)]
CLUSTER_OFFSETS, MATCH_OFFSETS = (-4, -2, 0, 2, 4), (-2, 0, 2)
# The higher a coefficient, the less of it is speech sound.
WEIGHTS = np.concatenate([np.linspace(1.2, 0.4, CONTENT_ORDER), [1.0, 0.8, 0.6]]).astype(np.float32)


def spread(numbers, most):
    """Return `most` of the numbers, evenly spread over them, or all if there are no more."""
    return numbers if len(numbers) <= most else numbers[np.linspace(0, len(numbers) - 1, most).astype(np.int64)]


def chunks(numbers, size=CHUNK):
    """Return the array cut into pieces of `size` at most."""
    return np.split(numbers, range(size, len(numbers), size))


def clustering(rows, chosen):
    """Return where the rows `chosen` [m] are clustered: low-order content up to 40 ms around, float32 [m, 75]."""
    return rows.content[rows.around(chosen, CLUSTER_OFFSETS)][..., CLUSTER_COLUMNS].reshape(len(chosen), -1)


def matching(rows, codes, settings):
    """Return where all rows are compared: weighted content, also 20 ms before and after, and the encoder's code.

    Of that the principal components, because the time of the search grows with the dimensions and neighbouring rows say
    much the same.

    Parameters
    ----------
    rows : Rows
    codes : ndarray [n, code], float32
    settings : dict
        The section `matching` of match.yaml: `code_weight`, `dimensions`.

    Returns
    -------
    space : ndarray [n, D], float32
        D is `dimensions`, or less if there is less.
    """
    def full(chosen):
        around = rows.content[rows.around(chosen, MATCH_OFFSETS)] * WEIGHTS
        return np.concatenate([around.reshape(len(chosen), -1), settings["code_weight"] * codes[chosen]], axis=1)

    sample = full(spread(np.flatnonzero(rows.training & rows.active), SAMPLE))
    mean = sample.mean(axis=0)
    components = np.linalg.eigh(np.cov((sample - mean).T.astype(np.float64)))[1][:, ::-1]
    components = components[:, :settings["dimensions"]].astype(np.float32)
    return np.concatenate([(full(chunk) - mean) @ components for chunk in chunks(np.arange(len(rows.first)))])
