"""VOCODERS: mel spectrogram → signal; a trained MelGAN, or Griffin-Lim, which nobody needs to train."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from vconv.audio import mel_file, wav
from vconv.audio.griffin_lim import griffin_lim
from vconv.audio.mel import MelSettings, MelSpectrogram
from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.layers.frozen import freeze
from vconv.models import melgan_networks
from vconv.training.run_folder import RunFolder

CHUNK_FRAMES = 256  # bounds the memory of the network whatever the length of a recording


class Vocoder:
    """What all vocoders do; a subclass sets `mel` (MelSpectrogram) and defines `_signal(levels_db)`."""

    @property
    def rate(self):
        """Sample rate in Hz."""
        return self.mel.settings.sample_rate

    def check_rate(self, rate):
        """Raise a VconvError unless the vocoder is one for signals of `rate` Hz."""
        if rate != self.rate:
            raise VconvError(
                f"a signal of {rate} Hz does not fit a vocoder of {self.rate} Hz; use a vocoder trained at {rate} Hz"
            )

    def vocode(self, levels_db):
        """Return the signal [T · hop], float32, of a mel spectrogram in dB [T, mels].

        Raises
        ------
        VconvError
            It is empty, has another number of bands, or holds NaN.
        """
        levels_db = np.asarray(levels_db)
        if levels_db.ndim != 2 or levels_db.shape[1] != self.mel.settings.mels or not len(levels_db):
            raise VconvError(
                f"a mel spectrogram of shape {list(levels_db.shape)} cannot be vocoded; this vocoder takes "
                f"[frames, {self.mel.settings.mels}]"
            )
        if not np.isfinite(levels_db).all():
            raise VconvError("a mel spectrogram with NaN or infinite values cannot be vocoded; compute it again")
        return self._signal(levels_db.astype(np.float32, copy=False))

    def resynthesize(self, y, rate):
        """Return a signal [samples] at `rate` Hz as the vocoder says it, of the same length.

        Raises
        ------
        VconvError
            The rate is not the vocoder's, or the signal is empty or holds NaN.
        """
        self.check_rate(rate)
        return self.vocode(self.mel(y))[: len(y)]

    def vocode_file(self, path):
        """Return the signal [samples] of a recording of any rate, or of a mel spectrogram in a .npy or .npz file."""
        if Path(path).suffix.lower() in mel_file.SUFFIXES:
            return self.vocode(mel_file.read(path, self.mel.settings))
        return self.resynthesize(*wav.read(path, self.rate))


class GriffinLim(Vocoder):
    """Phases by iteration: the baseline without training."""

    def __init__(self, settings):
        self.mel = MelSpectrogram(settings)

    def _signal(self, levels_db):
        return griffin_lim(levels_db, self.mel).astype(np.float32)


class MelGANVocoder(Vocoder):
    """The generator of a trained MelGAN, its weight norms folded away."""

    def __init__(self, model, settings):
        self.network = settings["network"]
        self.mel = model.mel
        self.generator = freeze(model.generator)
        frames = tf.TensorSpec((1, None, self.mel.settings.mels), tf.float32)
        self._run = tf.function(lambda x: self.generator(x)[0, :, 0], input_signature=(frames,))

    @classmethod
    def load(cls, run):
        """Load the newest checkpoint of the run folder `run`.

        Raises
        ------
        VconvError
            The folder is missing, holds no vocoder or no checkpoint yet.
        """
        folder = RunFolder(run)
        settings = vocoder_settings(folder)
        model = folder.build_model()
        folder.load_checkpoint(model)
        return cls(model, settings)

    def _signal(self, levels_db):
        """Run the generator over chunks, each with the frames around it that its samples depend on."""
        hop, count = self.mel.settings.hop, len(levels_db)
        y = np.empty(count * hop, np.float32)
        for start in range(0, count, CHUNK_FRAMES):
            stop = min(start + CHUNK_FRAMES, count)
            first, last = melgan_networks.receptive_field(self.network, start * hop, stop * hop - 1)
            first = max(first, 0)
            made = self._run(levels_db[None, first : last + 1]).numpy()
            y[start * hop : stop * hop] = made[(start - first) * hop : (stop - first) * hop]
        return y


def vocoder_settings(folder):
    """Return the model settings of a vocoder's `RunFolder`; VconvError if it holds another model."""
    run = folder.settings()
    if "mel" not in run["settings"]:
        raise VconvError(
            f"{folder.path}: holds a {run['model']}, which is no vocoder; name a run of melgan or melgan_light"
        )
    return run["settings"]


def load(text, rate):
    """Return the vocoder that `text` names: griffin-lim, griffin-lim:RUN or melgan:RUN.

    `griffin-lim` alone has the mel spectrogram of the Keras tutorial at `rate` Hz (22,050 when None); with a run, that
    of the run.

    Raises
    ------
    VconvError
        No such vocoder, or no such run.
    """
    kind, _, run = text.partition(":")
    one_of(kind, ("griffin-lim", "melgan"), "--vocoder")
    if kind == "melgan":
        if not run:
            raise VconvError("--vocoder melgan: name its run folder too, melgan:RUN")
        return MelGANVocoder.load(run)
    if run:
        return GriffinLim(MelSettings(**vocoder_settings(RunFolder(run))["mel"]))
    rate = rate or MelSettings().sample_rate
    return GriffinLim(MelSettings(rate, high_hz=min(MelSettings().high_hz, rate / 2)))
