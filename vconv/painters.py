"""What TensorBoard shows of a held-out utterance after each epoch: pictures, and what a vocoder makes of it."""

import keras
import numpy as np
import tensorflow as tf

from vconv import pictures
from vconv.features.statistics import Normalizer

PICTURE_FRAMES = 600
LISTEN_SECONDS = 4
SPECTROGRAM = {"n_fft": 512, "hop_length": 64}


class FramePainter(keras.callbacks.Callback):
    """After each epoch, a picture in TensorBoard: a validation utterance, its reconstruction, and another's voice."""

    def __init__(self, writer, store, statistics):
        super().__init__()
        self.writer = writer
        self.settings = store.settings
        self.speakers = statistics.speakers
        self.normalizer = Normalizer(statistics.spectrum_low, statistics.spectrum_high)
        utterance = store.split("validation")[0]
        self.source = self.speakers.index(utterance.speaker)
        self.frames = self.normalizer.forward(store.read(utterance).spectrum[:PICTURE_FRAMES])

    def on_epoch_end(self, epoch, logs=None):
        """Draw the picture of this epoch."""
        target = (self.source + 1) % len(self.speakers)
        panels = {f"{self.speakers[self.source]}, natural": self.frames}
        for speaker, kind in (self.source, "reconstructed"), (target, "converted"):
            label = np.full(len(self.frames), speaker, np.int32)
            panels[f"{self.speakers[speaker]}, {kind}"] = self.model((self.frames, label)).numpy()
        panels = {title: self.normalizer.inverse(frames) for title, frames in panels.items()}
        figure = pictures.spectrograms(panels, self.settings["sample_rate"], self.settings["frame_period_ms"])
        with self.writer.as_default():
            tf.summary.image("validation utterance", pictures.pixels(figure)[None], step=epoch + 1)
        self.writer.flush()


class SegmentPainter(keras.callbacks.Callback):
    """After each epoch: the beginning of a held-out utterance, natural and from the vocoder, to see and to hear."""

    def __init__(self, writer, segments):
        super().__init__()
        self.writer = writer
        self.rate = segments.mel.settings.sample_rate
        self.mel, self.wave = segments.beginning(0, LISTEN_SECONDS)

    def on_epoch_end(self, epoch, logs=None):
        """Draw and play what this epoch makes of it."""
        signals = {"natural": self.wave, "vocoder": self.model(self.mel[None]).numpy()[0, :, 0]}
        period_ms = 1000 * SPECTROGRAM["hop_length"] / self.rate
        figure = pictures.spectrograms({name: _log_spectrum(y) for name, y in signals.items()}, self.rate, period_ms)
        with self.writer.as_default():
            tf.summary.image("validation utterance", pictures.pixels(figure)[None], step=epoch + 1)
            for name, y in signals.items():
                tf.summary.audio(name, np.clip(y, -1, 1)[None, :, None], self.rate, step=epoch + 1)
        self.writer.flush()


def _log_spectrum(y):
    """Return log10 of the power spectrum [T, K] of a signal, down to 100 dB below full scale."""
    import librosa

    return np.log10(np.maximum(np.square(np.abs(librosa.stft(y, **SPECTROGRAM))).T, 1e-6))
