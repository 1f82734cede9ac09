"""Keras callbacks that write a picture of a validation utterance, or of generated patches, after each epoch."""

from functools import partial

import keras
import numpy as np
import tensorflow as tf

from vconv.common import files, plots
from vconv.features.schema import Frames
from vconv.layers.speaker import table_of
from vconv.spectral_conversion.blend import Blend

PICTURE_FRAMES = 600
LISTEN_SECONDS = 4
SAMPLES = 16  # patches in a picture
SHOWN_EPOCHS = 12  # in samples.png, at most
SPECTROGRAM = {"n_fft": 512, "hop_length": 64}


class _KerasNetwork:
    """A model in training as a `vconv.spectral_conversion.network.Network`, with its present weights."""

    fine_tuned = {}

    def __init__(self, model):
        self._network, self._table = tf.function(model.conversion_network()), model.speaker_embedding

    @property
    def embeddings(self):
        return table_of(self._table)

    def __call__(self, x, embedding):
        return self._network([x, np.tile(embedding, (len(x), 1))]).numpy()


class FramePictures(keras.callbacks.Callback):
    """Writes to TensorBoard a picture of a validation utterance, its reconstruction and its conversion.

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
        """Create the converter for all epochs."""
        super().set_model(model)
        network = _KerasNetwork(model)
        self.converter = self.data.converter(network, self.data.statistics, self.data.settings, self.data.transforms)

    def on_epoch_end(self, epoch, logs=None):
        """Write the picture of this epoch."""
        target = (self.source + 1) % len(self.speakers)
        panels = {f"{self.speakers[self.source]}, natural": self.frames.spectrum.astype(np.float32)}
        encoded = self.converter.encode(self.frames, self.source)
        for speaker, kind in (self.source, "reconstructed"), (target, "converted"):
            with self.model.averaged():
                panels[f"{self.speakers[speaker]}, {kind}"] = self.converter.predict(encoded, Blend.of(speaker))[0]
        figure = plots.spectrograms(panels, self.settings["sample_rate"], self.settings["frame_period_ms"])
        with self.writer.as_default():
            tf.summary.image("validation utterance", plots.pixels(figure)[None], step=epoch + 1)
        self.writer.flush()


class SegmentPictures(keras.callbacks.Callback):
    """Writes to TensorBoard the beginning of a validation utterance, natural and vocoded, as picture and sound.

    Parameters
    ----------
    writer : tf.summary.SummaryWriter
    segments : vconv.data.segments.Segments
    """

    def __init__(self, writer, segments):
        super().__init__()
        self.writer = writer
        self.rate = segments.mel.settings.sample_rate
        self.mel, self.wave = segments.beginning(0, LISTEN_SECONDS)

    def on_epoch_end(self, epoch, logs=None):
        """Vocode the utterance and write picture and sound."""
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
    """Writes patches generated from the same noise to TensorBoard, and as a PNG to the run folder.

    At the end of the training, it writes samples.png with the patches of at most a dozen epochs, evenly spread.

    Parameters
    ----------
    writer : tf.summary.SummaryWriter
    folder : vconv.training.run_folder.RunFolder
    """

    def __init__(self, writer, folder):
        super().__init__()
        self.writer = writer
        self.folder = folder

    def on_epoch_end(self, epoch, logs=None):
        """Write the patches of this epoch."""
        z = np.random.default_rng(0).uniform(-1, 1, (SAMPLES, self.model.latent)).astype(np.float32)
        with self.model.averaged():
            picture = plots.mosaic(self.model(z).numpy(), SAMPLES // 2)
        plots.save_pixels(self.folder.samples / f"epoch-{epoch + 1:04d}.png", picture)
        with self.writer.as_default():
            tf.summary.image("samples", picture[None], step=epoch + 1)
        self.writer.flush()

    def on_train_end(self, logs=None):
        """Write samples.png."""
        paths = sorted(self.folder.samples.glob("epoch-*.png"))
        chosen = sorted({round(index) for index in np.linspace(0, len(paths) - 1, SHOWN_EPOCHS)}) if paths else []
        if chosen:
            pictures = {paths[index].stem.replace("-", " "): plots.read_pixels(paths[index]) for index in chosen}
            files.write(self.folder.path / "samples.png", partial(plots.stacked(pictures).savefig, dpi=120))


def _log_spectrum(y):
    """Return log10 of the power spectrum [T, K] of a signal [samples]; powers below 1e-6 count as 1e-6."""
    import librosa

    return np.log10(np.maximum(np.square(np.abs(librosa.stft(y, **SPECTROGRAM))).T, 1e-6))
