"""The rows of one speaker, and the space in which they are compared with another's."""

import numpy as np

from vconv.features.cepstra import CONTENT_ORDER, CONTENT_SIZE

OFFSETS = (-9, -6, -3, 0, 3, 6, 9)  # rows: one frame alone does not tell what is said, 90 ms on both sides do
# All of what `content` says are around 1 in size, but the low coefficients tell what is said and the high ones who
# says it; power, voicing and aperiodicity keep apart what the spectrum alone does not (docs/experiments.md).
WEIGHTS = np.append(np.arange(1, CONTENT_ORDER + 1) ** -0.7, [0.2] * (CONTENT_SIZE - CONTENT_ORDER)).astype("float32")
TINY = np.finfo(np.float32).tiny


class Voice:
    """What a speaker said, his rows numbered from 0.

    Parameters
    ----------
    rows : vconv.alignment.frames.Rows
    speaker : int

    Attributes
    ----------
    numbers : ndarray [m], int64
        The rows in the whole corpus.
    said : ndarray [m, 40], float32
    shape : ndarray [m, 24], float32
        Coefficients 1 to 24 relative to the speaker's mean and deviation.
    spoken, held_out : ndarray, int64
        Which rows are no pause, of training and of validation.
    """

    def __init__(self, rows, speaker):
        self.numbers = np.flatnonzero(rows.speaker == speaker)
        self.said, content = rows.said[self.numbers], rows.content[self.numbers]
        self.shape, self._rest = content[:, :CONTENT_ORDER], content[:, CONTENT_ORDER:]
        training, active = rows.training[self.numbers], rows.active[self.numbers]
        self.spoken, self.held_out = np.flatnonzero(training & active), np.flatnonzero(~training & active)
        self._around = np.searchsorted(self.numbers, rows.around(self.numbers, OFFSETS))

    def some(self, most):
        """Return `most` of the spoken training rows, evenly spread over them, or all if there are no more."""
        if len(self.spoken) <= most:
            return self.spoken
        return self.spoken[np.linspace(0, len(self.spoken) - 1, most).astype(np.int64)]

    def place(self, shape, chosen):
        """Return where the rows `chosen` [k] lie, float32 [k, 189], when the voice's coefficients are `shape` [m, 24].

        Coefficients, power, voicing and aperiodicity, by `WEIGHTS`, of a row and of those up to 90 ms before and after.
        """
        around = self._around[chosen]
        values = np.concatenate([shape[around], self._rest[around]], axis=2) * WEIGHTS
        return values.reshape(len(chosen), len(OFFSETS) * CONTENT_SIZE)

    def normalized(self, shape):
        """Return `shape` [m, 24] with mean 0 and deviation 1 over the spoken rows, float32."""
        spoken = shape[self.spoken]
        return ((shape - spoken.mean(axis=0)) / np.maximum(spoken.std(axis=0), TINY)).astype(np.float32)
