"""VOCODERS: mel spectrogram → signal, by a trained MelGAN, or by Griffin-Lim without training."""

from pathlib import Path

import numpy as np
import tensorflow as tf

from vconv.audio import mel_file, wav
from vconv.audio.griffin_lim import griffin_lim
from vconv.audio.mel import MelSettings, MelSpectrogram, is_linear
from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.layers.frozen import freeze
from vconv.models import melgan_networks
from vconv.training.run_folder import RunFolder

CHUNK_FRAMES = 256  # frames vocoded at once; bounds the memory for long recordings


class Vocoder:
    """Base class of vocoders; a subclass sets `mel` (a `MelSpectrogram`) and defines `_signal(levels_db)`."""

    @property
    def rate(self):
        """Sample rate in Hz."""
        return self.mel.settings.sample_rate

    def check_rate(self, rate):
        """Raise a VconvError unless the vocoder has the sample rate `rate`, in Hz."""
        if rate != self.rate:
            raise VconvError(
                f"a signal of {rate} Hz does not fit a vocoder of {self.rate} Hz; use a vocoder trained at {rate} Hz"
            )

    def vocode(self, levels_db):
        """Return the signal [T · hop], float32, of a mel spectrogram in dB [T, mels].

        Raises
        ------
        VconvError
            The mel spectrogram is empty, has another number of bands, holds NaN, or is not in dB.
        """
        levels_db = np.asarray(levels_db)
        if levels_db.dtype.kind not in "fiu":
            raise VconvError(f"an array of {levels_db.dtype} is no mel spectrogram; give levels in dB, as numbers")
        if levels_db.ndim != 2 or levels_db.shape[1] != self.mel.settings.mels or not len(levels_db):
            raise VconvError(
                f"a mel spectrogram of shape {list(levels_db.shape)} cannot be vocoded; this vocoder takes "
                f"[frames, {self.mel.settings.mels}]"
            )
        if not np.isfinite(levels_db).all():
            raise VconvError("a mel spectrogram with NaN or infinite values cannot be vocoded; compute it again")
        if is_linear(levels_db):
            raise VconvError(
                f"a mel spectrogram from {levels_db.min():.4g} to {levels_db.max():.4g} is not in dB; "
                "give 10 · log10 of the power"
            )
        return self._signal(levels_db.astype(np.float32, copy=False))

    def resynthesize(self, y, rate):
        """Return the vocoder's version of a signal [samples] at `rate` Hz, float32, of the same length.

        Raises
        ------
        VconvError
            The vocoder has another sample rate, or the signal is empty or holds NaN.
        """
        self.check_rate(rate)
        return self.vocode(self.mel(y))[: len(y)]

    def vocode_file(self, path, report=None):
        """Return the signal of an audio file of any rate, or of a mel spectrogram in a .npy or .npz file.

        `report` as in `wav.read`.
        """
        if Path(path).suffix.lower() in mel_file.SUFFIXES:
            return self.vocode(mel_file.read(path, self.mel.settings))
        return self.resynthesize(*wav.read(path, self.rate, report))


class GriffinLim(Vocoder):
    """Griffin-Lim for a mel spectrogram with given `MelSettings`; the baseline without training."""

    def __init__(self, settings):
        self.mel = MelSpectrogram(settings)

    def _signal(self, levels_db):
        return griffin_lim(levels_db, self.mel).astype(np.float32)


class MelGANVocoder(Vocoder):
    """The generator of a trained MelGAN, converted for inference."""

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
        """Run the generator on chunks, each with the frames around it that its samples depend on."""
        hop, count = self.mel.settings.hop, len(levels_db)
        y = np.empty(count * hop, np.float32)
        for start in range(0, count, CHUNK_FRAMES):
            stop = min(start + CHUNK_FRAMES, count)
            first, last = melgan_networks.receptive_field(self.network, start * hop, stop * hop - 1)
            first = max(first, 0)
            chunk = self._run(levels_db[None, first : last + 1]).numpy()
            y[start * hop : stop * hop] = chunk[(start - first) * hop : (stop - first) * hop]
        return y


def vocoder_settings(folder):
    """Return the model settings of the `RunFolder` of a vocoder; VconvError if it holds another kind of model."""
    run = folder.settings()
    if "mel" not in run["settings"]:
        raise VconvError(
            f"{folder.path}: holds a {run['model']}, which is no vocoder; name a run of melgan or melgan_light"
        )
    return run["settings"]


def load(text, rate):
    """Return the vocoder of the option --vocoder.

    Parameters
    ----------
    text : str
        "melgan:RUN"; "griffin-lim:RUN", with the mel spectrogram of the run; or "griffin-lim", with that of the Keras
        tutorial (see `MelSpectrogram`).
    rate : int or None
        Sample rate for "griffin-lim", in Hz; 22,050 when None.

    Raises
    ------
    VconvError
        There is no such vocoder, or no such run.
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
