"""The frames of a codebook and of a new speaker, in the form in which `vconv match` aligns a corpus."""

import numpy as np

from vconv.alignment.frames import AlignmentFrames, encode_utterance
from vconv.features import content
from vconv.features.acoustic import TRANSFORMED


class CodebookFrames(AlignmentFrames):
    """The segments of a codebook, each an utterance of its speaker, then the utterances of a new speaker.

    The speaker's number is that after the speakers of the codebook. All frames are training frames.

    Parameters
    ----------
    codebook : vconv.voices.codebook.Codebook
    statistics : Statistics
        Of the voice.
    utterances : list of Frames
        Of the new speaker.
    mean, std : ndarray [40]
        Of the new speaker's acoustic features.
    """

    def __init__(self, codebook, statistics, utterances, mean, std):
        self.encoder = content.encoder_of(statistics.settings)
        self.speakers = len(statistics.speakers) - statistics.adapted + 1
        encoded = [encode_utterance(frames, self.encoder, mean, std) for frames in utterances]
        acoustic, coefficients, contents, speech = (np.concatenate(part) for part in zip(*encoded, strict=True))
        lengths = np.append(np.diff([*codebook.start, len(codebook.content)]), [len(part[0]) for part in encoded])
        starts = np.cumsum(lengths) - lengths
        self.first, self.last = np.repeat(starts, lengths), np.repeat(starts + lengths - 1, lengths)
        self.speaker = np.repeat([*codebook.speaker, *[self.speakers - 1] * len(encoded)], lengths)
        self.training = np.ones(len(self.speaker), bool)
        old = self.speaker[: len(codebook.content)]
        own = codebook.acoustic.astype(np.float32)
        normalized = (own - statistics.acoustic_mean[old]) / statistics.acoustic_std[old]
        self.speech = np.append(codebook.speech, speech)
        self.acoustic = np.concatenate([own, acoustic], dtype=np.float32)
        self.coefficients = np.concatenate(
            [normalized[:, TRANSFORMED], coefficients], dtype=np.float32, casting="same_kind"
        )
        self.content = np.concatenate([codebook.content, contents], dtype=np.float32)
        self.segments = starts, lengths
