"""What a content encoder offers; the rest of vconv knows no more of it than this."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError


class ContentFromAcoustic(NamedTuple):
    """How predicted acoustic features replace the first columns of a content, for the consistency loss of `matched`.

    The first n columns of the content are the acoustic features of the slices `acoustic`, one after the other, as
    `normalizers.AcousticNormalizer` scales them, times `scale` [S, n]. Frames whose content in `mask_column` is not
    above `mask_threshold` are pauses and stay as they are.
    """

    acoustic: tuple
    scale: np.ndarray
    mask_column: int
    mask_threshold: float


class ContentEncoder:
    """Base class of content encoders.

    Attributes
    ----------
    name : str
        The module's.
    version : int
        Raised when the same recording gives another content; features and runs record it.
    size : int
        C, the numbers of a frame.
    alignment_weights : ndarray [C], float32
        Weight of each number in the distance by which frames of two speakers are aligned.
    transformed : int
        How many of the first columns are normalized mel-cepstral coefficients 1, 2, …, which the alignment moves
        between speakers by an affine transform; 0 where the content does not depend on the speaker.
    """

    name: str
    version: int
    size: int
    alignment_weights: np.ndarray
    transformed = 0

    @property
    def identity(self):
        """What feature files record: {"name": str, "version": int}."""
        return {"name": self.name, "version": self.version}

    def check_version(self, version):
        """Raise a VconvError unless this is the encoder's version."""
        if version != self.version:
            raise VconvError(
                f"the content {self.name} of these features is of version {version}, this vconv computes version "
                f"{self.version}; extract, match and train again"
            )

    def extract(self, y, rate, frames):
        """Return what is computed from the signal when features are extracted, and stored with them.

        Parameters
        ----------
        y : ndarray [samples], float64
        rate : int
            In Hz.
        frames : vconv.features.schema.Frames

        Returns
        -------
        stored : ndarray [T, D], float32, or None
            None, as here: everything follows from the frames.
        """

    def encode(self, acoustic, frames, mean, std):
        """Return the content of an utterance.

        Parameters
        ----------
        acoustic : ndarray [T, 40]
            Its acoustic features.
        frames : vconv.features.schema.Frames
            `frames.content` is what `extract` returned.
        mean, std : ndarray [40]
            Mean and standard deviation of the speaker's acoustic features.

        Returns
        -------
        content : ndarray [T, C], float32
        """
        raise NotImplementedError

    def from_acoustic(self, statistics):
        """Return the `ContentFromAcoustic` of the speakers in `Statistics`, or None, as here: there is no such rule."""
