"""Keras callbacks that show in TensorBoard after each epoch what a model does with a validation utterance or noise."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf

from vconv.common import files, plots
from vconv.features.schema import Frames

PICTURE_FRAMES = 600
LISTEN_SECONDS = 4
SAMPLES = 16
SHOWN_EPOCHS = 12
SPECTROGRAM = {"n_fft": 512, "hop_length": 64}


class FramePictures(keras.callbacks.Callback):
    """After each epoch, a picture in TensorBoard: a validation utterance, its reconstruction, and its conversion.

    Parameters
    ----------
    writer : tf.summary.SummaryWriter
    data : vconv.data.training_data.TrainingData
        Of a kind that converts recordings.
    """

    def __init__(self, writer, data):
        super().__init__()
        self.writer, self.data = writer, data
        self.settings, self.speakers = data.store.settings, data.store.speakers
        utterance = data.store.split("validation")[0]
        self.source = self.speakers.index(utterance.speaker)
        frames = data.store.read(utterance).arrays()
        self.frames = Frames(**{name: array[:PICTURE_FRAMES] for name, array in frames.items()})

    def set_model(self, model):
        """Prepare the conversion, once for all epochs."""
        super().set_model(model)
        self.converter = self.data.converter(model, self.data.statistics, self.data.settings, self.data.transforms)

    def on_epoch_end(self, epoch, logs=None):
        """Draw the picture of this epoch."""
        target = (self.source + 1) % len(self.speakers)
        panels = {f"{self.speakers[self.source]}, natural": self.frames.spectrum.astype(np.float32)}
        encoded = self.converter.encode(self.frames, self.source)
        for speaker, kind in (self.source, "reconstructed"), (target, "converted"):
            with self.model.averaged():
                panels[f"{self.speakers[speaker]}, {kind}"] = self.converter.predict(encoded, speaker)[0]
        figure = plots.spectrograms(panels, self.settings["sample_rate"], self.settings["frame_period_ms"])
        with self.writer.as_default():
            tf.summary.image("validation utterance", plots.pixels(figure)[None], step=epoch + 1)
        self.writer.flush()


class SegmentPictures(keras.callbacks.Callback):
    """After each epoch: the beginning of a held-out utterance, natural and vocoded, as picture and sound."""

    def __init__(self, writer, segments):
        super().__init__()
        self.writer = writer
        self.rate = segments.mel.settings.sample_rate
        self.mel, self.wave = segments.beginning(0, LISTEN_SECONDS)

    def on_epoch_end(self, epoch, logs=None):
        """Vocode, draw and play it."""
        with self.model.averaged():
            signals = {"natural": self.wave, "vocoder": self.model(self.mel[None]).numpy()[0, :, 0]}
        period_ms = 1000 * SPECTROGRAM["hop_length"] / self.rate
        figure = plots.spectrograms({name: _log_spectrum(y) for name, y in signals.items()}, self.rate, period_ms)
        with self.writer.as_default():
            tf.summary.image("validation utterance", plots.pixels(figure)[None], step=epoch + 1)
            for name, y in signals.items():
                tf.summary.audio(name, np.clip(y, -1, 1)[None, :, None], self.rate, step=epoch + 1)
        self.writer.flush()


class PatchPictures(keras.callbacks.Callback):
    """After each epoch, patches generated from the same noise, in TensorBoard and as a PNG in the run folder.

    At the end of the training samples.png shows at most a dozen epochs, spread evenly.
    """

    def __init__(self, writer, folder):
        super().__init__()
        self.writer = writer
        self.folder = folder

    def on_epoch_end(self, epoch, logs=None):
        """Draw the samples of this epoch."""
        z = np.random.default_rng(0).uniform(-1, 1, (SAMPLES, self.model.latent)).astype(np.float32)
        with self.model.averaged():
            drawn = plots.mosaic(self.model(z).numpy(), SAMPLES // 2)
        plots.save_pixels(self.folder.samples / f"epoch-{epoch + 1:04d}.png", drawn)
        with self.writer.as_default():
            tf.summary.image("samples", drawn[None], step=epoch + 1)
        self.writer.flush()

    def on_train_end(self, logs=None):
        """Draw the samples of all epochs."""
        drawn = sorted(self.folder.samples.glob("epoch-*.png"))
        chosen = sorted({round(place) for place in np.linspace(0, len(drawn) - 1, SHOWN_EPOCHS)}) if drawn else []
        if chosen:
            named = {drawn[place].stem.replace("-", " "): plots.read_pixels(drawn[place]) for place in chosen}
            files.write(self.folder.path / "samples.png", partial(plots.stacked(named).savefig, dpi=120))


def _log_spectrum(y):
    """Return log10 of the power spectrum [T, K] of a signal, down to 100 dB below full scale."""
    import librosa

    return np.log10(np.maximum(np.square(np.abs(librosa.stft(y, **SPECTROGRAM))).T, 1e-6))
