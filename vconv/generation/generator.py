"""Generation of spectrogram patches from noise by a trained run, and of their signals."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError
from vconv.data.patches import Patches, image_of
from vconv.training.run_folder import RunFolder

CHUNK_PATCHES = 64  # generated at once; bounds the memory
SPLITS = {"training": "training", "held-out": "validation"}


class Real(NamedTuple):
    """Patches of recordings, float32 [n, height, width, channels], and the names of their speakers [n]."""

    patches: np.ndarray
    speakers: np.ndarray


class SampleGenerator:
    """The generator of a run; `SampleGenerator.load(run)` loads one.

    Attributes
    ----------
    image : MelImage, ConstantQImage or WorldImage
    peak_db : float
        The level that 1 stands for in a patch, in dB.
    """

    def __init__(self, model, spectrogram, rate, peak_db):
        self.model = model
        self.spectrogram = spectrogram
        self.image = image_of(spectrogram, rate)
        self.peak_db = peak_db

    @classmethod
    def load(cls, run):
        """Load the newest checkpoint of the run folder `run`.

        Raises
        ------
        VconvError
            The folder is missing, holds another kind of model, or has no checkpoint yet.
        """
        folder = RunFolder(run)
        run_settings, settings = folder.settings(), folder.model_settings()
        if "spectrogram" not in settings:
            raise VconvError(
                f"{folder.path}: holds a {run_settings['model']}, which does not generate from noise; give "
                "the run of a dcgan"
            )
        model = folder.build_model()
        folder.load_checkpoint(model)
        return cls(
            model, settings["spectrogram"], run_settings["features"]["sample_rate"], run_settings["data"]["peak_db"]
        )

    def patches(self, count, seed):
        """Return `count` patches, float32 [count, height, width, channels]; the first n do not depend on `count`."""
        z = np.random.default_rng(seed).uniform(-1, 1, (count, self.model.latent)).astype(np.float32)
        chunks = [self.model(z[first : first + CHUNK_PATCHES]).numpy() for first in range(0, count, CHUNK_PATCHES)]
        return np.concatenate(chunks)

    def check_vocoder(self, vocoder):
        """Raise a VconvError unless a vocoder takes mel spectrograms with the settings of the run."""
        if self.spectrogram["kind"] != "mel":
            raise VconvError(
                "a vocoder takes mel spectrograms, but the patches of this run have spectrogram.kind "
                f"{self.spectrogram['kind']} and are inverted without a vocoder; leave out --vocoder"
            )
        differences = self.image.mel.settings.differences(vocoder.mel.settings)
        if differences:
            raise VconvError(
                f"the mel spectrograms of vocoder and run differ: {differences}; train one of them with the "
                "settings of the other, or use --vocoder griffin-lim"
            )

    def sound(self, patch, vocoder=None):
        """Return the signal of a patch: by a vocoder, Griffin-Lim, WORLD or the inverse constant-Q transform."""
        if vocoder:
            return vocoder.vocode(self.image.levels_db(patch, self.peak_db))
        return self.image.sound(patch, self.peak_db)

    def real(self, store, counts):
        """Return patches of recordings, with which samples are compared.

        Parameters
        ----------
        store : vconv.features.store.FeatureStore
            The features of the training.
        counts : dict
            Set → largest number of patches, for the sets "training" and "held-out".

        Returns
        -------
        sets : dict
            Set → `Real`.

        Raises
        ------
        VconvError
            The features have another sample rate than the run, or as of `Patches`.
        """
        if store.settings["sample_rate"] != self.image.rate:
            raise VconvError(
                f"{store.path}: has {store.settings['sample_rate']} Hz, but the run was trained with "
                f"{self.image.rate} Hz; give the features of its training"
            )
        sets = {}
        for name, split in SPLITS.items():
            patches, speakers = Patches(store, split, self.image, self.spectrogram["width"]).evenly(counts[name])
            sets[name] = Real(patches, np.array(store.speakers)[speakers])
        return sets
