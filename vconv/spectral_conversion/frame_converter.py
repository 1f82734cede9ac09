"""Conversion of the spectrum frame by frame, by a variational autoencoder with speaker embeddings."""

import numpy as np

from vconv.audio import f0
from vconv.features.normalizers import SpectrumNormalizer

CHUNK_FRAMES = 256  # frames converted at once; bounds the memory for long recordings, and fits the cache


class FrameConverter:
    """Converts the spectrum of each frame independently (Hsu et al. 2016, arXiv 1610.04019, section 4).

    Parameters
    ----------
    network : vconv.spectral_conversion.network.Network
        (frame float32 [batch, K], speaker embedding) → frame float32 [batch, K].
    statistics : vconv.features.statistics.Statistics
    """

    uses_spectrum = True
    convert_f0, resynthesis_iterations, keep_source_silence = staticmethod(f0.convert_linear), 0, False  # as published

    def __init__(self, network, statistics):
        self.normalizer = SpectrumNormalizer(statistics.spectrum_low, statistics.spectrum_high)
        self._network = network

    def running(self, source):
        """Return the `RunningFrames` that convert a stream."""
        return RunningFrames(self, source)

    def encode(self, frames, source, facts=None):
        """Return (normalized spectrum [T, K], energy [T]) of `Frames`.

        They depend neither on the speaker `source` nor on `facts` about the whole recording.
        """
        return self.normalizer.forward(frames.spectrum), frames.energy

    def target_facts(self, blocks, target):
        """Return what predictions need to know about the whole recording: nothing."""
        return None

    def predict(self, encoded, target, facts=None):
        """Return log10(power / energy) [T, K] for the `Blend` of speakers `target`, and the energy [T]."""
        x, energy = encoded
        speaker = target.mean(self._network.embeddings)
        chunks = [self._network(x[start : start + CHUNK_FRAMES], speaker) for start in range(0, len(x), CHUNK_FRAMES)]
        return self.normalizer.inverse(np.concatenate(chunks)), energy


class RunningFrames:
    """Converts the frames of a stream, each independently.

    Parameters
    ----------
    converter : FrameConverter
    source : int or None
        Unused.

    Attributes
    ----------
    back, ahead : int
        0: no other frames are needed.
    """

    back = ahead = 0

    def __init__(self, converter, source):
        self._converter = converter

    def add(self, frames):
        """Return the speech mask [n] of the newest `Frames`: all may be speech."""
        return np.ones(len(frames.energy), bool)

    def convert(self, frames, mask, core, target):
        """Return the power spectrum [n, K] of the frames of the slice `core`, for a `Blend` of speakers."""
        encoded = (part[core] for part in self._converter.encode(frames, None))
        log_spectrum, energy = self._converter.predict(tuple(encoded), target)
        return 10**log_spectrum * energy[:, None]
