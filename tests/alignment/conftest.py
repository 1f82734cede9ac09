"""Synthetic corpora of a few sounds, whose coefficients are known for every speaker: the right matches are known."""

from types import SimpleNamespace

import numpy as np
import pytest
from small import with_mel_cepstrum

from vconv.audio import mel_cepstrum
from vconv.features import schema, store, writer
from vconv.features.statistics import compute

SOUNDS, SPREAD = 8, 1.0 / np.arange(1, 25) ** 0.5


class Speakers:
    """Synthetic speakers of the same sounds; the coefficients of a speaker are gain · sound + offset."""

    def __init__(self, names, seed=0):
        self.random = np.random.default_rng(seed)
        self.sounds = self.random.normal(size=(SOUNDS, 24)) * SPREAD
        self.gain = {name: self.random.uniform(0.7, 1.3, 24) for name in names}
        self.offset = {name: self.random.normal(size=24) * 0.5 * SPREAD for name in names}

    def coefficients(self, name, sounds):
        """Return the coefficients 1 to 24 [T, 24] of the `sounds` [T]."""
        return self.gain[name] * self.sounds[sounds] + self.offset[name]

    def sentence(self, frames):
        """Return sounds int [frames], 12 frames each; −1 is the pause at the end.

        Each sound is followed by the next but one or the one after that: as in speech, the same successions recur.
        """
        steps = self.random.integers(2, 4, size=frames // 12 + 1)
        sounds = np.repeat((self.random.integers(SOUNDS) + steps.cumsum()) % SOUNDS, 12)[:frames]
        sounds[frames - frames // 6 :] = -1
        return sounds

    def frames(self, name, sounds):
        """Return the `Frames` of sounds [T], as extraction writes them."""
        cepstra = np.zeros((len(sounds), 40))
        cepstra[:, 1:25] = self.coefficients(name, sounds) + self.random.normal(size=(len(sounds), 24)) * 0.05 * SPREAD
        cepstra[:, 0] = np.where(sounds < 0, -6, 0)
        power = mel_cepstrum.to_spectrum(cepstra, 65, 0.41)
        energy = power.sum(axis=1)
        f0_hz = np.where((sounds >= 0) & (sounds < SOUNDS - 2), 150.0, 0.0)
        aperiodicity = np.full((len(sounds), 1), -10)
        return with_mel_cepstrum(np.log10(power / energy[:, None]), energy, f0_hz, aperiodicity)


@pytest.fixture
def make_corpus():
    """Write a corpus: make_corpus(path, {(speaker, split): [lengths]}, names) → store, statistics, …

    `coefficients(speaker, sounds)` are the true ones; `sounds` are those of the frames of the alignment, hop 10 ms.
    """

    def make(path, lengths, names=lambda number: f"u{number}"):
        speakers = Speakers(sorted({speaker for speaker, _ in lengths}))
        rows, arrays, sounds = [], [], []
        for (speaker, split), counts in lengths.items():
            for count in counts:
                spoken = speakers.sentence(count)
                rows.append(schema.StoredUtterance(names(len(rows)), speaker, split, 0, count, count * 80))
                arrays.append(speakers.frames(speaker, spoken).arrays())
                sounds += [spoken[::2]] if split != "evaluation" else []
        writer.write(
            path,
            {
                "contents": ["frames"],
                "sample_rate": 16000,
                "content_encoder": {"name": "mel_cepstrum", "version": 1},
            },
            dict.fromkeys(speakers.gain, (80.0, 300.0)),
            rows,
            arrays,
        )
        opened = store.FeatureStore(path)
        return SimpleNamespace(
            store=opened, statistics=compute(opened), coefficients=speakers.coefficients, sounds=np.concatenate(sounds)
        )

    return make


@pytest.fixture
def trio(make_corpus, tmp_path):
    """Three speakers; C has one short utterance."""
    return make_corpus(
        tmp_path / "f.h5",
        {
            ("A", "training"): [241, 150, 200, 180],
            ("A", "validation"): [121],
            ("A", "evaluation"): [60],
            ("B", "training"): [200, 260, 190, 90],
            ("C", "training"): [130],
        },
    )
