"""FRAME PAIRS: segments of content, each with the acoustic features of a target speaker that were matched to it."""

import numpy as np

from vconv.alignment.frame_pairs import open_for
from vconv.alignment.frames import read_encoded
from vconv.data.training_data import TrainingData
from vconv.data.windows import Windows
from vconv.features import content
from vconv.features.acoustic import ACOUSTIC_SIZE
from vconv.features.normalizers import AcousticNormalizer
from vconv.models.receptive_field import reach

VALIDATION_SEGMENTS = 1024


class FramePairSegments(Windows):
    """Batches of ((content, target), matched, weight) of one split; frames have a hop of 10 ms.

    - content, float32 [batch, T, C], of a segment of a recording; zeros after the end of the recording
    - target, int32 [batch]: number of the target speaker, one of `FramePairs.targets` of the speaker of the recording
    - matched, float32 [batch, T, 40]: acoustic features of the target, normalized by `AcousticNormalizer`
    - weight, float32 [batch, T]: number of matched frames; 0 after the end of the recording

    The content of an utterance is kept in memory after its first use, 4 · C bytes for each 10 ms.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    pairs : vconv.alignment.frame_pairs.FramePairs
        Of the same store.
    statistics : vconv.features.statistics.Statistics
        Of the same store.
    split : {"training", "validation"}
    length : int
        T, frames of a segment.
    seed : int

    Raises
    ------
    VconvError
        The features have no such split.
    """

    def __init__(self, store, pairs, statistics, split, length, seed=0):
        self.store, self.pairs, self.statistics, self.length = store, pairs, statistics, length
        self.encoder, self.normalizer = content.encoder_of(store.settings), AcousticNormalizer(statistics)
        self.utterances = store.split(split)
        aligned = [row for row in pairs.utterances if row.split == split]
        self._starts = np.array([row.start for row in aligned])
        self._lengths = np.array([row.length for row in aligned])
        self._targets = pairs.targets[[store.speakers.index(row.speaker) for row in aligned]]
        super().__init__(self._targets.shape[1] * (np.maximum(self._lengths - length, 0) + 1), seed)
        self._content_starts = np.cumsum(self._lengths) - self._lengths
        self._content = np.empty((self._lengths.sum(), self.encoder.size), np.float32)
        self._encoded = np.zeros(len(aligned), bool)

    def read(self, numbers):
        """Return the batch of windows int64 [n]; those of an utterance are numbered by target, then by first frame."""
        utterances, positions = self.locate(numbers)
        slots, firsts = np.divmod(positions, self.counts[utterances] // self._targets.shape[1])
        return self.segments(utterances, slots, firsts)

    def segments(self, utterances, slots, firsts):
        """Return the batch of the segments of utterances from their frames `firsts` on; each int64 [n].

        The targets are those in the columns `slots` of `FramePairs.targets`.
        """
        for number in np.unique(utterances[~self._encoded[utterances]]):
            self._encode(number)
        # One gather of each array: 32 segments one by one take three times as long.
        frames = firsts[:, None] + np.arange(self.length)
        after_end = frames >= self._lengths[utterances][:, None]
        frames = np.minimum(frames, self._lengths[utterances][:, None] - 1)
        chosen = slots[:, None], self._starts[utterances][:, None] + frames
        acoustic, targets = self.pairs.matched[chosen].astype(np.float64), self._targets[utterances, slots]
        matched = self.normalizer.forward(acoustic, self.statistics.acoustic_mean[targets][:, None])
        weight = self.pairs.weight[chosen].astype(np.float32)
        segment_content = self._content[self._content_starts[utterances][:, None] + frames]
        for array in segment_content, matched, weight:
            array[after_end] = 0
        return (segment_content, targets), matched, weight

    def _encode(self, number):
        """Keep the content of an utterance."""
        start = self._content_starts[number]
        _, _, encoded, _ = read_encoded(self.store, self.utterances[number], self.statistics, self.encoder)
        self._content[start : start + self._lengths[number]] = encoded
        self._encoded[number] = True


class Data(TrainingData):
    """Segments with matched frames, for models that predict acoustic features of a whole utterance.

    Its `facts` are the settings of the alignment.
    """

    unit = "segments"
    preparation = "match"

    def __init__(self, store, settings, statistics, frame_pairs):
        training = settings["training"]
        self.store, self.statistics, self.settings = store, statistics, settings
        self.batch_size, self.transforms = training["batch_size"], frame_pairs.transforms
        self.training, self.validation = (
            FramePairSegments(store, frame_pairs, statistics, split, training["segment_frames"], seed)
            for split, seed in (("training", training["seed"]), ("validation", 0))
        )
        self.facts = {"frame_pairs": frame_pairs.settings}

    @staticmethod
    def open_inputs(store, frame_pairs=None):
        """Return the frame pairs of the file `frame_pairs`, by default the one beside the store."""
        return {"frame_pairs": open_for(store, frame_pairs)}

    @staticmethod
    def sizes(bins, speakers, content_size):
        """Return the numbers of speakers, of content features and of acoustic features."""
        return {"speakers": speakers, "content_size": content_size, "acoustic_size": ACOUSTIC_SIZE}

    @classmethod
    def converter(cls, network, statistics, settings, transforms=None, examples=None):
        """Return the `CepstrumConverter` of a network."""
        from vconv.spectral_conversion.cepstrum_converter import CepstrumConverter

        frames = reach(settings["network"])
        return CepstrumConverter(network, statistics, settings["conversion"], transforms, frames, examples)

    def prepare(self, model):
        """Set the model's rule for the content of its predictions, for the consistency loss."""
        encoder = content.encoder_of(self.store.settings)
        model.set_content_rule(encoder.from_acoustic(self.statistics))

    def validation_batches(self):
        """Return the validation batches."""
        return self.validation.sample(VALIDATION_SEGMENTS, self.batch_size)

    def pictures(self, writer, folder):
        """Return the callback that draws a converted validation utterance."""
        from vconv.data.picture_callbacks import FramePictures

        return FramePictures(writer, self)
