"""Statistics of the training frames: spectral range, log-F0, global variance; one pass, constant memory."""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from vconv.audio import f0
from vconv.common import hdf5
from vconv.common.errors import VconvError
from vconv.features.cepstra import active, mel_cepstra, power, said
from vconv.features.running_statistics import Histogram, Moments, Percentiles

FORMAT, VERSION, OLDEST_VERSION = "vconv statistics", 4, 1
ADDED = {"cepstrum": 3, "log_f0_percentiles": 4}  # what a name begins with → the version that has it first
PERCENTILES = (0.5, 99.5)
CHUNK_FRAMES = 8192
CENT = np.log(2) / 1200  # of log-F0
REMEDY = "delete it, the training makes it anew"


@dataclass(frozen=True)
class Statistics:
    """What models and conversion need to know of a corpus; all of it from its training split.

    Attributes
    ----------
    speakers : tuple of str
        S names; the position is the speaker's number in the models.
    settings : dict
        The settings of the feature file.
    fingerprint : str
        The feature file's.
    spectrum_low, spectrum_high : ndarray [K], float64
        0.5 and 99.5 percentile of log10(power / energy), all speakers together.
    spectrum_mean, spectrum_std : ndarray [K], float64
        Mean and standard deviation of the same.
    log_f0_mean, log_f0_std : ndarray [S], float64
        Of the natural logarithm of F0 in Hz over voiced frames.
    f0_range_hz : ndarray [S, 2], float64
        The range F0 was searched in.
    global_variance : ndarray [S, K], float64
        Mean over utterances of the variance of log10(power / energy) within an utterance (Toda, Black and Tokuda 2007).
    cepstrum_mean, cepstrum_std, cepstrum_variance : ndarray [S, 40], float64
        Of each speaker's mel-cepstra with power for the coefficient 0 (`vconv.features.cepstra.said`), over frames that
        are no pause: mean, standard deviation, and the mean over utterances of the variance within one. None in a file
        of version 1 or 2.
    log_f0_percentiles : ndarray [S, 5], float64
        `vconv.audio.f0.PERCENTILES` of log-F0. None in a file before version 4.
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
    f0_range_hz: np.ndarray
    global_variance: np.ndarray
    cepstrum_mean: np.ndarray | None = None
    cepstrum_std: np.ndarray | None = None
    cepstrum_variance: np.ndarray | None = None
    log_f0_percentiles: np.ndarray | None = None

    def save(self, path):
        """Write the statistics as HDF5, whole or not at all."""
        attributes = {"settings": hdf5.to_json(self.settings), "fingerprint": self.fingerprint}
        arrays = {name: getattr(self, name) for name in ARRAYS}
        hdf5.write(path, FORMAT, VERSION, attributes, {"speakers": list(self.speakers), **arrays})

    @classmethod
    def load(cls, path):
        """Read statistics; VconvError if the file is missing, foreign, damaged or of another version."""
        with hdf5.open_file(path, FORMAT, VERSION, REMEDY, OLDEST_VERSION) as file:
            late = tuple(name for name, version in ADDED.items() if version > file.version)
            held = [name for name in ARRAYS if not name.startswith(late)]
            return cls(
                tuple(file.texts("speakers")),
                file.json("settings"),
                file.text("fingerprint"),
                **{name: file.array(name) for name in held},
            )


ARRAYS = [field.name for field in fields(Statistics)][3:]


def compute(store, chunk_frames=CHUNK_FRAMES):
    """Return the `Statistics` of a `FeatureStore`'s training split.

    Memory depends on the number of bins and on `chunk_frames`, not on the size of the corpus.

    Raises
    ------
    VconvError
        The file holds no frames, there is no training utterance, or a speaker has no voiced training frame.
    """
    store.require("frames")
    histogram, spectrum = Histogram(store.spectrum.shape[1]), Moments()
    log_f0 = {name: Moments() for name in store.speakers}
    log_f0_percentiles = {name: Percentiles(CENT) for name in store.speakers}
    variances, cepstra, cepstral_variances = ({name: Moments() for name in store.speakers} for _ in range(3))
    for utterance in store.split("training"):
        own, own_cepstra = Moments(), Moments()
        energy = store.read(utterance).energy
        counts, level = active(energy), power(energy)
        for start in range(utterance.start, utterance.start + utterance.length, chunk_frames):
            rows = slice(start, min(start + chunk_frames, utterance.start + utterance.length))
            log_spectrum = store.spectrum[rows]
            histogram.add(log_spectrum)
            own += Moments.of(log_spectrum.astype(np.float64))
            inside = slice(rows.start - utterance.start, rows.stop - utterance.start)
            spoken = counts[inside]
            found = mel_cepstra(log_spectrum[spoken], energy[inside][spoken], store.settings["sample_rate"])
            own_cepstra += Moments.of(said(found, level[inside][spoken]))
            f0_hz = store.f0_hz[rows].astype(np.float64)
            voiced = np.log(f0_hz[f0_hz > 0])
            log_f0[utterance.speaker] += Moments.of(voiced)
            log_f0_percentiles[utterance.speaker].add(voiced)
        spectrum += own
        variances[utterance.speaker] += Moments.of(own.variance[None])
        cepstra[utterance.speaker] += own_cepstra
        cepstral_variances[utterance.speaker] += Moments.of(own_cepstra.variance[None])
    mute = [name for name in store.speakers if not log_f0[name].count]
    if mute:
        raise VconvError(
            f"{store.path}: no voiced training frame of {', '.join(mute)}, so no pitch to convert to; set "
            "f0_range_hz in corpus.yaml, or leave the speaker out there"
        )
    low, high = (histogram.percentile(percent) for percent in PERCENTILES)
    return Statistics(
        tuple(store.speakers),
        store.settings,
        store.fingerprint,
        low,
        high,
        spectrum.mean,
        np.sqrt(spectrum.variance),
        np.array([log_f0[name].mean for name in store.speakers]),
        np.sqrt([log_f0[name].variance for name in store.speakers]),
        store.f0_range_hz,
        np.array([variances[name].mean for name in store.speakers]),
        np.array([cepstra[name].mean for name in store.speakers]),
        np.sqrt([cepstra[name].variance for name in store.speakers]),
        np.array([cepstral_variances[name].mean for name in store.speakers]),
        np.array([log_f0_percentiles[name].at(f0.PERCENTILES) for name in store.speakers]),
    )


def load_or_compute(store, path):
    """Return the statistics of `store`, read from `path` if they are this store's, else computed and saved."""
    if Path(path).is_file():
        statistics = Statistics.load(path)
        if statistics.fingerprint == store.fingerprint and statistics.log_f0_percentiles is not None:
            return statistics
    statistics = compute(store)
    statistics.save(path)
    return statistics


def as_text(statistics):
    """Return a line for each speaker: F0 range, mean and deviation, and mean global variance of the log spectrum."""
    lines = [f"{'speaker':16s}{'F0 range / Hz':>16s}{'mean F0 / Hz':>14s}{'deviation / cents':>19s}{'variance':>10s}"]
    columns = zip(
        statistics.speakers,
        statistics.f0_range_hz,
        statistics.log_f0_mean,
        statistics.log_f0_std,
        statistics.global_variance,
        strict=True,
    )
    for name, (floor, ceiling), mean, deviation, variance in columns:
        cents = deviation * 1200 / np.log(2)
        lines.append(
            f"{name:16s}{f'{floor:.0f} to {ceiling:.0f}':>16s}{np.exp(mean):14.1f}{cents:19.0f}{variance.mean():10.3f}"
        )
    return "\n".join(lines)
