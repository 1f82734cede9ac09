"""What the rows of `python -m benchmarks` work on: recordings of a corpus, and what `vconv` makes of them."""

import tempfile
from functools import cached_property
from pathlib import Path

from vconv.corpus.recordings import Corpus

SAMPLE = Path(__file__).parents[1] / "recipes" / "sample" / "corpus.yaml"
VOICE = "vcc2016"
SPLITS = "training", "validation"
UTTERANCES, QUICK_UTTERANCES = 2, 1  # of each speaker and split
QUICK_SPEAKERS = 2


def silent(*_):
    """Stand for functions that report progress."""


class Inputs:
    """Recordings, features and a converter, each made at its first use.

    Parameters
    ----------
    quick : bool
        Few recordings and small networks.
    corpus : str or Path
        A corpus.yaml; by default that of the synthetic speech in the repository.

    Raises
    ------
    VconvError
        The corpus cannot be read.
    """

    def __init__(self, quick=False, corpus=SAMPLE):
        self.quick, self._corpus = quick, corpus
        Corpus.load(corpus)  # a wrong corpus is refused before anything is measured
        self._folder = tempfile.TemporaryDirectory()
        self.folder = Path(self._folder.name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if "store" in self.__dict__:
            self.store.close()
        self._folder.cleanup()

    @property
    def described(self):
        """The recordings in words, without a path."""
        return "the synthetic speech of `data/sample`" if self._corpus == SAMPLE else "those of another corpus"

    def corpus(self, **changes):
        """Return the `Corpus`, with changed settings and few utterances of each speaker and of the `SPLITS`."""
        corpus = Corpus.load(self._corpus, changes)
        speakers = corpus.speakers[:QUICK_SPEAKERS] if self.quick else corpus.speakers
        found = {}
        for utterance in corpus.utterances:
            if utterance.split in SPLITS:
                found.setdefault((utterance.speaker, utterance.split), []).append(utterance)
        corpus.speakers = speakers
        count = QUICK_UTTERANCES if self.quick else UTTERANCES
        corpus.utterances = [row for key, rows in found.items() if key[0] in speakers for row in rows[:count]]
        return corpus

    @cached_property
    def store(self):
        """The `FeatureStore` of frames and waves of the corpus."""
        from vconv.features.extract import extract
        from vconv.features.store import FeatureStore

        path = self.folder / "features.h5"
        corpus = self.corpus(contents=["frames", "wave"])
        extract(corpus, path, 1 if self.quick else None, progress=False, report=silent)
        return FeatureStore(path)

    @cached_property
    def statistics(self):
        """The `Statistics` of `store`."""
        from vconv.features.statistics import compute

        return compute(self.store)

    @cached_property
    def frame_pairs(self):
        """The `FramePairs` of `store`."""
        from vconv.alignment import frame_pairs
        from vconv.alignment.match import match, settings

        few = {"adaptation": {"rounds": 1, "frames": 1000}, "matching": {"frames": 1000}}
        match(self.store, self.statistics, self.folder / frame_pairs.FILE_NAME, settings(few), report=silent)
        return frame_pairs.open_for(self.store)

    @cached_property
    def converter(self):
        """The `VoiceConverter` of a ready voice."""
        from vconv.conversion.converter import VoiceConverter

        return VoiceConverter.load(VOICE)

    @cached_property
    def recordings(self):
        """Paths of all recordings of the corpus, in its order."""
        return [utterance.path for utterance in self.corpus().utterances]
