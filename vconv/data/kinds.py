"""What a model learns from, by kind of data: batches, held-out batches, and the pictures that show its progress.

Each kind has the batches to learn from as `shuffled.epochs(first epoch, steps, rows)`.
"""

from functools import partial

from vconv.alignment.frame_pairs import open_for
from vconv.audio.mel import MelSettings
from vconv.data.frame_pairs import FramePairSegments
from vconv.data.frames import ShuffledFrames
from vconv.data.patches import Patches, image_of
from vconv.data.picture_callbacks import FramePictures, PatchPictures, SegmentPictures
from vconv.data.segments import Segments
from vconv.features.normalizers import CepstrumNormalizer
from vconv.spectral_conversion.spectra import CepstrumConverter, FrameConverter

VALIDATION_FRAMES = 8192  # enough for a standard error of 0.1 nats; the whole split would cost as much as training
VALIDATION_FRAMES_BATCH = 1024
VALIDATION_PAIRS = 1024  # segments
VALIDATION_SEGMENTS = 64
VALIDATION_PATCHES = 512


class Data:
    """What all kinds have; `facts` go into the run's settings."""

    facts = {}

    def prepare(self, model):
        """Give a new model what it keeps of the data, here nothing."""


class FrameData(Data):
    """Single frames of spectrum, each with its speaker, for the models that convert voices."""

    unit = "frames"

    def __init__(self, store, settings, statistics, **_):
        training = settings["training"]
        self.store, self.spectra = store, partial(FrameConverter, statistics=statistics, settings=settings)
        self.shuffled = ShuffledFrames(store, statistics, "training", training["seed"], training["balance_speakers"])
        self.held_out = ShuffledFrames(store, statistics, "validation", seed=0)

    def validation(self):
        """Return the held-out batches."""
        return self.held_out.sample(VALIDATION_FRAMES, VALIDATION_FRAMES_BATCH)

    def painter(self, writer, folder):
        """Return the callback that draws into TensorBoard."""
        return FramePictures(writer, self.store, self.spectra)


class PairData(Data):
    """Segments of recordings, each with the frames matched to it in some speaker's voice, for models that convert.

    The facts are how the frames were matched.
    """

    unit = "segments"

    def __init__(self, store, settings, statistics, matches=None):
        training, matches = settings["training"], matches or open_for(store)
        self.store, self.spectra = store, partial(CepstrumConverter, statistics=statistics, settings=settings)
        self.rows = training["batch_size"]
        self.shuffled, self.held_out = (
            FramePairSegments(store, matches, statistics, split, training["segment_frames"], seed)
            for split, seed in (("training", training["seed"]), ("validation", 0))
        )
        self.facts, self.maps = {"matches": matches.settings}, matches.maps
        self.scale = CepstrumNormalizer(statistics).to_content()

    def prepare(self, model):
        """Give a new model the maps from voice to voice, and the scale of what it says."""
        model.maps.assign(self.maps)
        model.scale = self.scale

    def validation(self):
        """Return the held-out batches."""
        return self.held_out.sample(VALIDATION_PAIRS, self.rows)

    def painter(self, writer, folder):
        """Return the callback that draws into TensorBoard."""
        return FramePictures(writer, self.store, self.spectra)


class SegmentData(Data):
    """Segments of waves with their mel spectrograms, for vocoders."""

    unit = "segments"

    def __init__(self, store, settings, **_):
        training, mel = settings["training"], MelSettings(**settings["mel"])
        self.rows = training["batch_size"]
        self.shuffled, self.held_out = (
            Segments(store, split, mel, training["segment_samples"], training["condition"], seed)
            for split, seed in (("training", training["seed"]), ("validation", 0))
        )

    def validation(self):
        """Return the held-out batches."""
        return self.held_out.sample(VALIDATION_SEGMENTS, self.rows)

    def painter(self, writer, folder):
        """Return the callback that draws and plays into TensorBoard."""
        return SegmentPictures(writer, self.held_out)


class PatchData(Data):
    """Patches of spectrograms with their speakers, for models that make new ones from noise.

    The fact is what 1 means in a patch, so that samples can be heard.
    """

    unit = "patches"

    def __init__(self, store, settings, **_):
        training, spectrogram = settings["training"], settings["spectrogram"]
        image = image_of(spectrogram, store.settings["sample_rate"])
        self.rows = max(training["batch_size"], 2)  # one patch alone has no distance from others
        self.shuffled = Patches(store, "training", image, spectrogram["width"], training["seed"], self.rows)
        self.held_out = Patches(store, "validation", image, spectrogram["width"])
        self.facts = {"peak_db": self.shuffled.peak_db}

    def validation(self):
        """Return the held-out batches."""
        return self.held_out.sample(VALIDATION_PATCHES, self.rows)

    def painter(self, writer, folder):
        """Return the callback that draws into TensorBoard and the run folder."""
        return PatchPictures(writer, folder)


KINDS = {"frames": FrameData, "frame_pairs": PairData, "segments": SegmentData, "patches": PatchData}
