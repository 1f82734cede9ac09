"""Statistics of the training frames: spectral range, log-F0, acoustic features, global variance."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from vconv.audio import f0
from vconv.common import hdf5
from vconv.common.errors import VconvError
from vconv.features import content
from vconv.features.acoustic import acoustic_features, speech_mask
from vconv.features.running_statistics import Histogram, Moments, SpeakerMoments

FORMAT, VERSION = "vconv statistics", 5
FILE_NAME = "statistics.h5"  # beside the features
PERCENTILES = (0.5, 99.5)  # of the log spectrum
CHUNK_FRAMES = 8192  # frames that are read at once
REMEDY = "delete it; the training computes it again"


@dataclass(frozen=True)
class Statistics:
    """Statistics that models and conversion need of a corpus, computed from its training split.

    Attributes
    ----------
    speakers : tuple of str
        S names; a speaker's index is its number in the models.
    settings : dict
        The settings of the feature file.
    fingerprint : str
        That of the feature file.
    spectrum_low, spectrum_high : ndarray [K], float64
        0.5 and 99.5 percentile of log10(power / energy), all speakers together.
    spectrum_mean, spectrum_std : ndarray [K], float64
        Mean and standard deviation of the same.
    log_f0_mean, log_f0_std : ndarray [S], float64
        Mean and standard deviation of ln F0, F0 in Hz, over voiced frames.
    log_f0_percentiles : ndarray [S, 5], float64
        `vconv.audio.f0.PERCENTILES` of the same.
    f0_range_hz : ndarray [S, 2], float64
        The range that was searched for F0.
    global_variance : ndarray [S, K], float64
        Mean over utterances of the variance of log10(power / energy) within an utterance (Toda, Black and Tokuda 2007).
    acoustic_mean, acoustic_std : ndarray [S, 40], float64
        Mean and standard deviation of each speaker's acoustic features (`vconv.features.acoustic`) over speech frames.
    acoustic_variance : ndarray [S, 40], float64
        Mean over utterances of the variance of acoustic features within an utterance, over speech frames.
    adapted : int
        How many speakers, the last ones, were added after the training (`vconv.adaptation`).
    """

    speakers: tuple
    settings: dict
    fingerprint: str
    spectrum_low: np.ndarray
    spectrum_high: np.ndarray
    spectrum_mean: np.ndarray
    spectrum_std: np.ndarray
    log_f0_mean: np.ndarray
    log_f0_std: np.ndarray
    log_f0_percentiles: np.ndarray
    f0_range_hz: np.ndarray
    global_variance: np.ndarray
    acoustic_mean: np.ndarray
    acoustic_std: np.ndarray
    acoustic_variance: np.ndarray
    adapted: int = 0

    @property
    def trained(self):
        """The slice of the speakers of the training; means over speakers are over these."""
        return slice(0, len(self.speakers) - self.adapted)

    @property
    def usual_log_f0_std(self):
        """Mean over the speakers of the training of the standard deviation of log-F0."""
        return self.log_f0_std[self.trained].mean()

    @property
    def dimensions(self):
        """Sizes on which networks depend: {"bins": K, "speakers": S, "content_size": C}."""
        return {
            "bins": len(self.spectrum_low),
            "speakers": len(self.speakers),
            "content_size": content.encoder_of(self.settings).size,
        }

    def save(self, path):
        """Write the statistics as HDF5, whole or not at all."""
        attributes = {"settings": hdf5.to_json(self.settings), "fingerprint": self.fingerprint}
        arrays = {name: getattr(self, name) for name in ARRAYS}
        hdf5.write(path, FORMAT, VERSION, attributes, {"speakers": list(self.speakers), **arrays})

    @classmethod
    def load(cls, path):
        """Read statistics; VconvError if the file is missing, of another kind or version, or damaged."""
        with hdf5.open_file(path, FORMAT, VERSION, REMEDY) as file:
            return cls(
                speakers=tuple(file.texts("speakers")),
                settings=file.json("settings"),
                fingerprint=file.text("fingerprint"),
                **{name: file.array(name) for name in ARRAYS},
            )


ARRAYS = [field.name for field in fields(Statistics) if field.type is np.ndarray]
BY_SPEAKER = ARRAYS[ARRAYS.index("log_f0_mean") :]  # arrays whose first axis is the speaker


def compute(store, chunk_frames=CHUNK_FRAMES):
    """Return the `Statistics` of the training split of a `FeatureStore`, in one pass.

    Memory depends on the number of bins and on `chunk_frames`, not on the size of the corpus.

    Raises
    ------
    VconvError
        The file holds no frames, there is no training utterance, or a speaker has no voiced training frame.
    """
    store.require("frames")
    histogram, spectrum = Histogram(store.spectrum.shape[1]), Moments()
    speakers = {name: SpeakerMoments() for name in store.speakers}
    for utterance in store.split("training"):
        frames = store.read(utterance)
        for first in range(0, utterance.length, chunk_frames):
            histogram.add(frames.spectrum[first : first + chunk_frames])
        spectrum += count(frames, speakers[utterance.speaker], chunk_frames)
    unvoiced = [name for name, speaker in speakers.items() if not speaker.log_f0.count]
    if unvoiced:
        raise VconvError(
            f"{store.path}: no voiced training frame of {', '.join(unvoiced)}, so no F0 to convert to; set "
            "f0_range_hz in corpus.yaml, or leave the speaker out there"
        )
    return _statistics(store, histogram, spectrum, list(speakers.values()))


def count(frames, speaker, chunk_frames=CHUNK_FRAMES):
    """Add the `Frames` of an utterance to the `SpeakerMoments` of its speaker; return its spectral `Moments`."""
    spectral = Moments()
    acoustic = Moments.of(acoustic_features(frames)[speech_mask(frames.energy)])
    for first in range(0, len(frames.energy), chunk_frames):
        spectral += Moments.of(frames.spectrum[first : first + chunk_frames].astype(np.float64))
    f0_hz = frames.f0_hz.astype(np.float64)
    log_f0 = np.log(f0_hz[f0_hz > 0])
    speaker.log_f0 += Moments.of(log_f0)
    speaker.log_f0_percentiles.add(log_f0)
    speaker.spectral_variance += Moments.of(spectral.variance[None])
    speaker.acoustic += acoustic
    speaker.acoustic_variance += Moments.of(acoustic.variance[None])
    return spectral


def _statistics(store, histogram, spectrum, speakers):
    """Return the `Statistics` of the running statistics; `speakers` is a list of `SpeakerMoments`."""
    low, high = (histogram.percentile(percent) for percent in PERCENTILES)
    return Statistics(
        speakers=tuple(store.speakers),
        settings=store.settings,
        fingerprint=store.fingerprint,
        spectrum_low=low,
        spectrum_high=high,
        spectrum_mean=spectrum.mean,
        spectrum_std=np.sqrt(spectrum.variance),
        log_f0_mean=np.array([speaker.log_f0.mean for speaker in speakers]),
        log_f0_std=np.sqrt([speaker.log_f0.variance for speaker in speakers]),
        log_f0_percentiles=np.array([speaker.log_f0_percentiles.at(f0.PERCENTILES) for speaker in speakers]),
        f0_range_hz=store.f0_range_hz,
        global_variance=np.array([speaker.spectral_variance.mean for speaker in speakers]),
        acoustic_mean=np.array([speaker.acoustic.mean for speaker in speakers]),
        acoustic_std=np.sqrt([speaker.acoustic.variance for speaker in speakers]),
        acoustic_variance=np.array([speaker.acoustic_variance.mean for speaker in speakers]),
    )


def load_or_compute(store, path=None):
    """Return the statistics of `store`: those in `path` if they are of this store, else computed and saved there.

    The path is that of the file beside the features when it is left out.
    """
    path = Path(path or store.path.with_name(FILE_NAME))
    if path.is_file():
        statistics = Statistics.load(path)
        if statistics.fingerprint == store.fingerprint:
            return statistics
    statistics = compute(store)
    statistics.save(path)
    return statistics


def as_text(statistics):
    """Return a table: for each speaker range, mean and standard deviation of F0, and mean variance of the spectrum."""
    lines = [f"{'speaker':16s}{'F0 range / Hz':>16s}{'mean F0 / Hz':>14s}{'std / cents':>19s}{'variance':>10s}"]
    columns = zip(
        statistics.speakers,
        statistics.f0_range_hz,
        statistics.log_f0_mean,
        statistics.log_f0_std,
        statistics.global_variance,
        strict=True,
    )
    for name, (floor, ceiling), mean, std, variance in columns:
        cents = std * 1200 / np.log(2)
        lines.append(
            f"{name:16s}{f'{floor:.0f} to {ceiling:.0f}':>16s}{np.exp(mean):14.1f}{cents:19.0f}{variance.mean():10.3f}"
        )
    return "\n".join(lines)
