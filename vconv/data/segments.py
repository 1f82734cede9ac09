"""SEGMENTS: random segments of the recordings' waves with their mel spectrograms, for vocoders.

Waves are read from the memory-mapped feature file; mel spectrograms are computed when a batch is read.
"""

import numpy as np

from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.audio.wav import FULL_SCALE
from vconv.common.errors import VconvError
from vconv.data.training_data import TrainingData
from vconv.data.windows import Windows

INPUTS = {"natural": "wave", "world": "copy_synthesis"}  # condition → wave from which the mel spectrogram is computed
VALIDATION_SEGMENTS = 64


class Segments(Windows):
    """Batches of (mel float32 [batch, T, mels] in dB, wave float32 [batch, T · hop, 1]) of one split.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    split : str
    mel : vconv.audio.mel.MelSettings
    length : int
        Length of a segment, in samples; a multiple of the hop.
    condition : {"natural", "world"}
        The mel spectrogram is that of the recording, or of its copy-synthesis. The wave is always the recording's.
    seed : int

    Raises
    ------
    VconvError
        The features have another sample rate, no such split or no waves.
    """

    def __init__(self, store, split, mel, length, condition="natural", seed=0):
        if store.settings["sample_rate"] != mel.sample_rate:
            raise VconvError(
                f"{store.path}: has waves of {store.settings['sample_rate']} Hz, but mel.sample_rate is "
                f"{mel.sample_rate}; give --set mel.sample_rate={store.settings['sample_rate']} and a hop "
                f"for it, or extract at the other rate"
            )
        store.require("wave", INPUTS[condition])
        self.store, self.input = store, INPUTS[condition]
        self.mel = MelSpectrogram(mel)
        self.length, self.frames = length, length // mel.hop
        self.utterances = store.split(split)
        samples = np.array([utterance.samples for utterance in self.utterances])
        super().__init__(np.maximum(samples - length, 0) + 1, seed)
        self.peaks_db = {}

    def read(self, numbers):
        """Return (mel float32 [n, T, mels], wave float32 [n, T · hop, 1]) of windows int64 [n]."""
        mels, waves = zip(*map(self.segment, *self.locate(numbers)), strict=True)
        return np.stack(mels), np.stack(waves)

    def segment(self, number, first):
        """Return (mel float32 [T, mels], wave float32 [T · hop, 1]) of an utterance from the sample `first` on."""
        utterance = self.utterances[number]
        source = self.store.read_wave(utterance, self.input)
        if number not in self.peaks_db:  # the lowest level of a mel spectrogram depends on the whole utterance
            self.peaks_db[number] = self.mel.peak_db(source / FULL_SCALE)
        covered = padded(source[first : first + self.mel.span(self.frames)], self.mel.span(self.frames))
        wave = padded(self.store.read_wave(utterance)[first : first + self.length], self.length)
        return self.mel(covered, self.peaks_db[number])[: self.frames], wave[:, None]

    def beginning(self, number, seconds):
        """Return (mel float32 [T, mels], wave float32 [T · hop]) of the first `seconds` of an utterance, at most."""
        utterance, hop = self.utterances[number], self.mel.settings.hop
        frames = min(int(seconds * self.mel.settings.sample_rate), utterance.samples) // hop
        source, natural = (self.store.read_wave(utterance, kind) for kind in (self.input, "wave"))
        return self.mel(source / FULL_SCALE)[:frames], padded(natural[: frames * hop], frames * hop)


class Data(TrainingData):
    """Segments of waves with their mel spectrograms, for vocoders."""

    unit = "segments"
    contents = ("wave",)
    uses_statistics = False
    purpose = "a vocoder, for --vocoder melgan:RUN"

    def __init__(self, store, settings, statistics=None):
        training, mel = settings["training"], MelSettings(**settings["mel"])
        self.batch_size = training["batch_size"]
        self.training, self.validation = (
            Segments(store, split, mel, training["segment_samples"], training["condition"], seed)
            for split, seed in (("training", training["seed"]), ("validation", 0))
        )

    def validation_batches(self):
        """Return the validation batches."""
        return self.validation.sample(VALIDATION_SEGMENTS, self.batch_size)

    def pictures(self, writer, folder):
        """Return the callback that writes picture and sound of a vocoded validation utterance."""
        from vconv.data.picture_callbacks import SegmentPictures

        return SegmentPictures(writer, self.validation)


def padded(samples, length):
    """Return int16 samples as float32 in [−1, 1), padded with zeros at the end to `length`."""
    return np.pad(samples, (0, length - len(samples))).astype(np.float32) / np.float32(FULL_SCALE)
