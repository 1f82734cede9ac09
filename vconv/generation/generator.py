"""GENERATION: a run folder → patches of spectrograms from noise, and what they sound like."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError
from vconv.data.patches import Patches, image_of
from vconv.training.run_folder import RunFolder

ROWS = 64  # patches made at once; bounds the memory
SPLITS = {"training": "training", "held-out": "validation"}


class Real(NamedTuple):
    """Patches of recordings: float32 [n, height, width, channels], and whose they are, text [n]."""

    patches: np.ndarray
    speakers: np.ndarray


class SampleGenerator:
    """The generator of a run; `load` reads one.

    Attributes
    ----------
    image : MelImage, ConstantQImage or WorldImage
    peak_db : float
        What 1 means in a patch.
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
            The folder is missing, holds another kind of model or no checkpoint yet.
        """
        folder = RunFolder(run)
        run_settings, settings = folder.settings(), folder.model_settings()
        if "spectrogram" not in settings:
            raise VconvError(
                f"{folder.path}: holds a {run_settings['model']}, which makes nothing from noise; give "
                "the run of a dcgan"
            )
        model = folder.build_model()
        folder.load_checkpoint(model)
        return cls(
            model, settings["spectrogram"], run_settings["features"]["sample_rate"], run_settings["data"]["peak_db"]
        )

    def patches(self, count, seed):
        """Return `count` patches, float32 [count, height, width, channels]; the first n are the same for any count."""
        z = np.random.default_rng(seed).uniform(-1, 1, (count, self.model.latent)).astype(np.float32)
        made = [self.model(z[first : first + ROWS]).numpy() for first in range(0, count, ROWS)]
        return np.concatenate(made)

    def check_vocoder(self, vocoder):
        """Raise a VconvError unless a vocoder takes the run's mel spectrograms."""
        if self.spectrogram["kind"] != "mel":
            raise VconvError(
                "a vocoder takes mel spectrograms, and this run makes patches of spectrogram.kind "
                f"{self.spectrogram['kind']}, which are inverted without one; leave out --vocoder"
            )
        differences = self.image.mel.settings.differences(vocoder.mel.settings)
        if differences:
            raise VconvError(
                f"the vocoder takes other mel spectrograms than this run makes: {differences}; train one "
                "of the two with the other's settings, or use --vocoder griffin-lim"
            )

    def sound(self, patch, vocoder=None):
        """Return the signal of a patch: by a vocoder, Griffin-Lim, WORLD or the inverse constant-Q transform."""
        if vocoder:
            return vocoder.vocode(self.image.levels_db(patch, self.peak_db))
        return self.image.sound(patch, self.peak_db)

    def real(self, store, counts):
        """Return {"training": Real, "held-out": Real}, at most `counts` of each, to compare samples with.

        Raises
        ------
        VconvError
            The features are of another rate than the run's, or as for `Patches`.
        """
        if store.settings["sample_rate"] != self.image.rate:
            raise VconvError(
                f"{store.path}: is of {store.settings['sample_rate']} Hz, and the run learned from "
                f"{self.image.rate} Hz; give the features it learned from"
            )
        found = {}
        for name, split in SPLITS.items():
            patches, speakers = Patches(store, split, self.image, self.spectrogram["width"]).evenly(counts[name])
            found[name] = Real(patches, np.array(store.speakers)[speakers])
        return found
