"""Conversion of the acoustic features of a stream: `AcousticConverter` with running estimates."""

import numpy as np

from vconv.audio import mel_cepstrum
from vconv.features.acoustic import FRAME_STEP
from vconv.features.running_statistics import Moments
from vconv.spectral_conversion.acoustic_converter import changed_energy
from vconv.spectral_conversion.running_speech import MEMORY_S, RunningSpeech

NEAR_FRAMES = 12  # before and after a block that the smoothing of its energy and the correction by examples need
PRIOR_S = 2.0  # weight of the usual moments of a prediction, in seconds of speech


class RunningCepstrum:
    """Converts blocks of frames, of which those before and after are known.

    Parameters
    ----------
    converter : vconv.spectral_conversion.acoustic_converter.AcousticConverter
    source : int or None
        Number of the speaker; None for an unseen speaker.

    Attributes
    ----------
    back, ahead : int
        Frames before and after a block that its conversion needs.
    """

    def __init__(self, converter, source):
        self._converter, self._source = converter, source
        statistics = converter.statistics
        frame_period_ms = statistics.settings["frame_period_ms"]
        variance = statistics.acoustic_variance
        usual = variance[statistics.trained].mean(axis=0) if source is None else variance[source]
        self._speech = RunningSpeech(converter.bins, frame_period_ms, usual)
        self._memory, self._prior = (1000 * seconds / frame_period_ms for seconds in (MEMORY_S, PRIOR_S))
        self._usual_share = converter.usual_share(source)
        self._predicted = Moments()  # of speech frames, without variance restoration
        # Mel-cepstra take matrices that are computed once. Later that would make the first blocks late.
        alpha, bins = mel_cepstrum.mel_alpha(converter.rate), converter.bins
        mel_cepstrum.to_spectrum(mel_cepstrum.from_spectrum(np.ones(bins), len(usual) - 1, alpha), bins, alpha)
        back, self.ahead = (FRAME_STEP * frames for frames in converter.reach)
        self.back = min(NEAR_FRAMES, back)
        self._predict = converter.predictor(NEAR_FRAMES)
        self._known = self._encoded = 0  # numbers of frames

    def add(self, frames):
        """Count the newest `Frames`, and return their speech mask [n]."""
        self._known += len(frames.energy)
        return self._speech.add(frames)

    def convert(self, frames, mask, core, target):
        """Return the power spectrum [n, K] of the frames of the slice `core`, for a `Blend` of speakers.

        Parameters
        ----------
        frames : vconv.features.schema.Frames
            Of the core, of `back` before it as far as there are any, and of all after it.
        mask : ndarray [T], bool
            Their speech mask.
        core : slice
        target : Blend
        """
        facts = self._speech.facts(frames.energy, mask)
        encoded = self._converter.encode(frames, self._source, facts)
        first, new = self._known - len(mask), encoded.part(slice(len(mask) - self._known + self._encoded, None))
        near = slice(max(0, core.start - NEAR_FRAMES), min(core.stop + NEAR_FRAMES, len(mask)))
        prediction = self._predict(new, slice(first + near.start, first + near.stop), target)
        self._encoded, encoded = self._known, encoded.part(near)
        core = slice(core.start - near.start, core.stop - near.start)
        mixed = self._converter.mixed(prediction, encoded, target)
        speech = Moments.of(mixed[core][encoded.mask[core]])
        self._predicted = (self._predicted + speech).limited(self._memory)
        moments = self._with_prior(target)
        acoustic = moments.mean + (mixed - moments.mean) * self._converter.scale(moments, encoded, target)
        energy = changed_energy(encoded.energy, acoustic[:, 0] - facts.power[near], encoded.mask)
        return 10 ** self._converter.log_spectrum(acoustic[core], prediction.part(core)) * energy[core, None]

    def _with_prior(self, target):
        """Return the moments of the prediction, with those that are usual for the target as the prior."""
        statistics = self._converter.statistics
        squares = target.mean(statistics.acoustic_variance) * self._usual_share * self._prior
        return Moments(self._prior, target.mean(statistics.acoustic_mean), squares) + self._predicted
