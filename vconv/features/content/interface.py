"""The interface of content encoders; the rest of vconv uses nothing else of them."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError


class ContentFromAcoustic(NamedTuple):
    """Rule by which predicted acoustic features replace columns of the content, for the consistency loss of `matched`.

    Attributes
    ----------
    acoustic : tuple of slice
        The acoustic features that, concatenated, replace the first n columns of the content. They are normalized by
        `normalizers.AcousticNormalizer`.
    scale : ndarray [S, n], float32
        Factor on these features, by speaker.
    mask_column : int
    mask_threshold : float
        Only frames whose content in `mask_column` is above the threshold are replaced; the others are pauses.
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
        Name of the module.
    version : int
        Increased when the same recording gives another content; features and runs record it.
    size : int
        C, the number of features of a frame.
    alignment_weights : ndarray [C], float32
        Weight of each feature in the distance by which frames of two speakers are aligned.
    transformed : int
        Number of columns, from the first, that are normalized mel-cepstral coefficients 1, 2, …. The alignment maps
        them between speakers by an affine transform. 0 if the content does not depend on the speaker.
    """

    name: str
    version: int
    size: int
    alignment_weights: np.ndarray
    transformed = 0

    @property
    def identity(self):
        """Record of the encoder in feature files: {"name": str, "version": int}."""
        return {"name": self.name, "version": self.version}

    def check_version(self, version):
        """Raise a VconvError unless the encoder has this version."""
        if version != self.version:
            raise VconvError(
                f"the content {self.name} of these features has version {version}, this vconv computes version "
                f"{self.version}; extract, match and train again"
            )

    def extract(self, y, rate, frames):
        """Return what is computed from the signal during feature extraction and stored in the feature file.

        Parameters
        ----------
        y : ndarray [samples], float64
        rate : int
            In Hz.
        frames : vconv.features.schema.Frames

        Returns
        -------
        stored : ndarray [T, D], float32, or None
            None, as here, if the content is computed from the frames alone.
        """

    def encode(self, acoustic, frames, mean, std):
        """Return the content of an utterance.

        Parameters
        ----------
        acoustic : ndarray [T, 40]
            Acoustic features of the utterance.
        frames : vconv.features.schema.Frames
            `frames.content` is the array that `extract` returned.
        mean, std : ndarray [40]
            Mean and standard deviation of the speaker's acoustic features.

        Returns
        -------
        content : ndarray [T, C], float32
        """
        raise NotImplementedError

    def from_acoustic(self, statistics):
        """Return the `ContentFromAcoustic` for the speakers of `Statistics`; None, as here, if there is no rule."""
