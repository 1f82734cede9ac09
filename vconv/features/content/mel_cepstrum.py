"""Content by normalization: low mel-cepstral coefficients relative to the speaker's mean and standard deviation."""

import numpy as np

from vconv.features.acoustic import TRANSFORMED, TRANSFORMED_SIZE
from vconv.features.content.interface import ContentEncoder, ContentFromAcoustic
from vconv.features.normalizers import AcousticNormalizer

POWER, SIZE = TRANSFORMED_SIZE, TRANSFORMED_SIZE + 3  # columns: coefficients, relative power, voicing, aperiodicity
VOICING_SCALE = 2.0  # brings a flag of 0 or 1 to a standard deviation of about 1
PAUSE_THRESHOLD = -2.5  # of relative power: 20 dB below the mean over speech, close to the speech mask's threshold


class Content(ContentEncoder):
    """Normalized coefficients 1 to 24, relative power, voicing and mean aperiodicity; standard deviations are about 1.

    In the alignment, coefficient d has weight d^−0.7, because low coefficients tell sounds apart and high ones
    speakers.
    """

    name, version, size, transformed = "mel_cepstrum", 1, SIZE, TRANSFORMED_SIZE
    alignment_weights = np.append(np.arange(1, TRANSFORMED_SIZE + 1) ** -0.7, [0.2] * (SIZE - TRANSFORMED_SIZE)).astype(
        "float32"
    )

    def encode(self, acoustic, frames, mean, std):
        """Return the content [T, 27], float32; see `ContentEncoder.encode`."""
        columns = [
            (acoustic[:, TRANSFORMED] - mean[TRANSFORMED]) / std[TRANSFORMED],
            acoustic[:, :1],
            VOICING_SCALE * (frames.f0_hz > 0)[:, None],
            frames.aperiodicity.mean(axis=1, keepdims=True) / 6,
        ]
        return np.concatenate(columns, axis=1).astype(np.float32)

    def from_acoustic(self, statistics):
        """Return the rule: predicted features replace coefficients and power, but not voicing and aperiodicity.

        No offset is needed, because content and predicted features are relative to the speaker's mean, and relative
        power has the mean 0 in each utterance.
        """
        std = AcousticNormalizer(statistics).std
        scale = np.ones((len(statistics.speakers), POWER + 1), np.float32)
        scale[:, :-1], scale[:, -1] = std[TRANSFORMED] / statistics.acoustic_std[:, TRANSFORMED], std[0]
        return ContentFromAcoustic((TRANSFORMED, slice(0, 1)), scale, POWER, PAUSE_THRESHOLD)
