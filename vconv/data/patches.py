"""PATCHES: random patches of the recordings' spectrograms, as images, for generators from noise.

The spectrograms are computed when a training begins and kept in memory as float16. With 28 mel bands, 16 kHz and a hop
of 256, an hour takes about 13 MB.
"""

import numpy as np

from vconv.audio.images import ConstantQImage, MelImage, WorldImage
from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.audio.wav import FULL_SCALE
from vconv.common.errors import VconvError
from vconv.data.training_data import TrainingData
from vconv.data.windows import Windows

VALIDATION_PATCHES = 512


def image_of(spectrogram, rate):
    """Return the conversion of recordings to images that a model's settings define.

    Parameters
    ----------
    spectrogram : dict
        The section `spectrogram` of the settings.
    rate : int
        Sample rate of the recordings, in Hz.

    Returns
    -------
    image : MelImage, ConstantQImage or WorldImage

    Raises
    ------
    VconvError
        The settings define no spectrogram at this rate.
    """
    height, hop, low_hz = (spectrogram[key] for key in ("height", "hop", "low_hz"))
    if not 0 < spectrogram["range_db"] < 1000:
        raise VconvError(f"spectrogram.range_db is {spectrogram['range_db']:g}; it must be above 0 and below 1000")
    if spectrogram["kind"] == "cqt":
        return ConstantQImage(rate, hop, height, spectrogram["bins_per_octave"], low_hz, spectrogram["range_db"])
    if spectrogram["kind"] == "world":
        return WorldImage(rate, hop, height, spectrogram["range_db"])
    mel = MelSettings(rate, spectrogram["fft_size"], hop, height, low_hz, spectrogram["high_hz"])
    return MelImage(MelSpectrogram(mel), spectrogram["range_db"])


class Patches(Windows):
    """Batches of (patch float32 [batch, height, width, channels] in [−1, 1], speaker int32 [batch]) of one split.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    split : str
    image : MelImage, ConstantQImage or WorldImage
    width : int
        Frames of a patch.
    seed : int
    fewest : int
        Smallest allowed number of different patches.

    Attributes
    ----------
    peak_db : float
        Median of the peaks of the recordings, in dB; 1 in a generated patch stands for this level.

    Raises
    ------
    VconvError
        The feature file holds no waves or no such split, or the recordings hold too few patches.
    """

    def __init__(self, store, split, image, width, seed=0, fewest=2):
        store.require("wave")
        self.width = width
        utterances = store.split(split)
        long = [utterance for utterance in utterances if image.frames(utterance.samples) >= width]
        super().__init__(np.array([image.frames(utterance.samples) - width + 1 for utterance in long]), seed)
        if self.counts.sum() < fewest:
            longest = max(utterance.samples for utterance in utterances) / image.rate
            raise VconvError(
                f"{store.path}: its {len(utterances)} {split} recordings, the longest of {longest:.2f} s, hold "
                f"{self.counts.sum():.0f} patches of {width} frames, and {fewest} are needed; add longer recordings, "
                f"or lower spectrogram.width or spectrogram.hop"
            )
        images, peaks_db = zip(*(image(store.read_wave(utterance) / FULL_SCALE) for utterance in long), strict=True)
        self.images = [array.astype(np.float16) for array in images]
        self.peak_db = float(np.median(peaks_db))
        self.speakers = np.array([store.speakers.index(utterance.speaker) for utterance in long], np.int32)

    def read(self, numbers):
        """Return (patch float32 [n, height, width, channels], speaker int32 [n]) of windows int64 [n]."""
        recordings, starts = self.locate(numbers)
        patches = [
            self.images[recording][:, start : start + self.width]
            for recording, start in zip(recordings, starts, strict=True)
        ]
        return np.stack(patches).astype(np.float32), self.speakers[recordings]

    def evenly(self, count):
        """Return at most `count` patches, evenly spread over the split and always the same, in the form of `read`."""
        return super().evenly(min(count, self.ends[-1]))

    def sample(self, count, batch_size):
        """Return a tf.data.Dataset of the patches of `evenly`, in whole batches of at most `batch_size`."""
        from vconv.data.dataset import from_arrays

        patches, speakers = self.evenly(count)
        return from_arrays((patches, speakers), min(batch_size, len(patches)), drop_remainder=True)


class Data(TrainingData):
    """Patches of spectrograms with their speakers, for models that generate patches from noise.

    Its fact `peak_db` is the level that 1 stands for in a patch, which `vconv generate` needs for the sound of patches.
    """

    unit = "patches"
    contents = ("wave",)
    uses_statistics = False
    cost_unit = "patch"
    purpose = "a generator of sounds from noise, for `vconv generate`"

    def __init__(self, store, settings, statistics=None):
        training, spectrogram = settings["training"], settings["spectrogram"]
        image = image_of(spectrogram, store.settings["sample_rate"])
        self.batch_size = max(training["batch_size"], 2)  # validation measures distances between patches
        self.training = Patches(store, "training", image, spectrogram["width"], training["seed"], self.batch_size)
        self.validation = Patches(store, "validation", image, spectrogram["width"])
        self.facts = {"peak_db": self.training.peak_db}

    def validation_batches(self):
        """Return the validation batches."""
        return self.validation.sample(VALIDATION_PATCHES, self.batch_size)

    def pictures(self, writer, folder):
        """Return the callback that draws generated patches."""
        from vconv.data.picture_callbacks import PatchPictures

        return PatchPictures(writer, folder)
