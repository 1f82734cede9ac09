"""The frames of one speaker, and the alignment features in which they are compared with another speaker's."""

import numpy as np

CONTEXT = (-9, -6, -3, 0, 3, 6, 9)  # frames of 10 ms: one frame alone does not tell a sound, 90 ms on both sides do
TINY = np.finfo(np.float32).tiny


class SpeakerFrames:
    """The frames of a speaker, numbered from 0.

    Parameters
    ----------
    frames : vconv.alignment.frames.AlignmentFrames
    speaker : int

    Attributes
    ----------
    numbers : ndarray [m], int64
        The frames' numbers in the whole corpus.
    acoustic : ndarray [m, 40], float32
    coefficients : ndarray [m, 24], float32
        Mel-cepstral coefficients 1 to 24 relative to the speaker's mean and standard deviation.
    speech, held_out : ndarray, int64
        The speech frames of training and of validation utterances.
    """

    def __init__(self, frames, speaker):
        self.numbers = np.flatnonzero(frames.speaker == speaker)
        self.acoustic, self.coefficients = frames.acoustic[self.numbers], frames.coefficients[self.numbers]
        self._content, self._encoder = frames.content[self.numbers], frames.encoder
        training, speech = frames.training[self.numbers], frames.speech[self.numbers]
        self.speech, self.held_out = np.flatnonzero(training & speech), np.flatnonzero(~training & speech)
        self._around = np.searchsorted(self.numbers, frames.around(self.numbers, CONTEXT))

    def subset(self, count):
        """Return `count` of the speech frames of training, evenly spread, or all if there are no more."""
        if len(self.speech) <= count:
            return self.speech
        return self.speech[np.linspace(0, len(self.speech) - 1, count).astype(np.int64)]

    def alignment_features(self, coefficients, chosen):
        """Return the alignment features of the frames `chosen` [k], float32 [k, 7 · C].

        They are the weighted content of a frame and of those up to 90 ms before and after. `coefficients` [m, 24], as
        an affine transform moved them, take the place of the columns of the content that depend on the speaker.
        """
        around, moved = self._around[chosen], self._encoder.transformed
        parts = coefficients[around][..., :moved], self._content[around][..., moved:]
        weighted = np.concatenate(parts, axis=2) * self._encoder.alignment_weights
        return weighted.reshape(len(chosen), len(CONTEXT) * self._encoder.size)

    def normalized(self, coefficients):
        """Return `coefficients` [m, 24] with mean 0 and standard deviation 1 over speech frames, float32."""
        speech = coefficients[self.speech]
        return ((coefficients - speech.mean(axis=0)) / np.maximum(speech.std(axis=0), TINY)).astype(np.float32)
