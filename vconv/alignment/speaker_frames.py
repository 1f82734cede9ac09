"""The frames of one speaker, and their alignment features, in which two speakers are compared."""

import numpy as np

CONTEXT = (-9, -6, -3, 0, 3, 6, 9)  # frames (hop 10 ms); a single frame does not identify a sound, ± 90 ms do
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
        Numbers of the frames in the whole corpus.
    acoustic : ndarray [m, 40], float32
    coefficients : ndarray [m, 24], float32
        Mel-cepstral coefficients 1 to 24 relative to the speaker's mean and standard deviation.
    speech, held_out : ndarray, int64
        Numbers of the speech frames of training utterances, and of validation utterances.
    """

    def __init__(self, frames, speaker):
        self.numbers = np.flatnonzero(frames.speaker == speaker)
        self.acoustic, self.coefficients = frames.acoustic[self.numbers], frames.coefficients[self.numbers]
        self._content, self._encoder = frames.content[self.numbers], frames.encoder
        training, speech = frames.training[self.numbers], frames.speech[self.numbers]
        self.speech, self.held_out = np.flatnonzero(training & speech), np.flatnonzero(~training & speech)
        self._around = np.searchsorted(self.numbers, frames.around(self.numbers, CONTEXT))

    def subset(self, count):
        """Return the numbers of `count` speech frames of training utterances, evenly spread, or of all if fewer."""
        if len(self.speech) <= count:
            return self.speech
        return self.speech[np.linspace(0, len(self.speech) - 1, count).astype(np.int64)]

    def alignment_features(self, coefficients, chosen):
        """Return the alignment features of the frames `chosen` [k], float32 [k, 7 · C].

        They are the weighted content of a frame and of the frames up to 90 ms before and after it. `coefficients`
        [m, 24], the result of an affine transform, replace the columns of the content that depend on the speaker.
        """
        around, transformed = self._around[chosen], self._encoder.transformed
        columns = coefficients[around][..., :transformed], self._content[around][..., transformed:]
        weighted = np.concatenate(columns, axis=2) * self._encoder.alignment_weights
        return weighted.reshape(len(chosen), len(CONTEXT) * self._encoder.size)

    def normalized(self, coefficients):
        """Return `coefficients` [m, 24], float32, normalized to mean 0 and standard deviation 1 over speech frames."""
        speech = coefficients[self.speech]
        return ((coefficients - speech.mean(axis=0)) / np.maximum(speech.std(axis=0), TINY)).astype(np.float32)
