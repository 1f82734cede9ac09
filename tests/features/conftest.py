"""Synthetic vowels, corpora of them, random feature files, and a pool of workers that runs in this process."""

from concurrent.futures import Future

import numpy as np
import pytest
import soundfile
from small import SETTINGS, with_mel_cepstrum

from vconv.corpus import recordings
from vconv.engines import engine
from vconv.features import extract, schema, store, writer

RATE = 16000


def vowel(f0_hz=150.0, seconds=0.3, rate=RATE):
    """Return a signal like the vowel /a/: harmonics of F0 with two formants, and weak noise."""
    time = np.arange(int(seconds * rate)) / rate
    harmonics = np.arange(1, int(4000 / f0_hz))
    levels = 1 / (1 + ((harmonics * f0_hz - 700) / 200) ** 2) + 0.5 / (1 + ((harmonics * f0_hz - 1200) / 200) ** 2)
    y = np.sin(2 * np.pi * f0_hz * harmonics[:, None] * time) * levels[:, None]
    return 0.2 * y.sum(axis=0) + 1e-4 * np.random.default_rng(0).standard_normal(len(time))


class InlinePool:
    """Runs each task when it is submitted; raises KeyboardInterrupt at the task number `interrupt_at`."""

    def __init__(self, interrupt_at=None):
        self.left = interrupt_at

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, function, *arguments):
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture
def write_vowels():
    """Write vowels: write_vowels(root, {"A/1.wav": 120.0}) with the F0 of each."""

    def write(root, files, **options):
        for name, f0_hz in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(root / name, vowel(f0_hz, **options), options.get("rate", RATE))

    return write


@pytest.fixture
def corpus_yaml(tmp_path, write_vowels):
    """The path of the corpus.yaml of two speakers with five training vowels and one evaluation vowel each."""
    for speaker, f0_hz in ("A", 120.0), ("B", 220.0):
        write_vowels(tmp_path / "voices" / "train" / speaker, {f"{n}.wav": f0_hz + n for n in range(5)})
        write_vowels(tmp_path / "voices" / "eval" / speaker, {"9.wav": f0_hz})
    path = tmp_path / "corpus.yaml"
    path.write_text(
        "root: voices\ncontents: [frames, wave, copy_synthesis]\nsplits:\n"
        "  training: {pattern: 'train/{speaker}/{utterance}'}\n"
        "  evaluation: {pattern: 'eval/{speaker}/{utterance}'}\n"
    )
    return path


@pytest.fixture
def inline(monkeypatch):
    """Make extraction run in this process; after inline(n) it is interrupted at task n."""

    def use(interrupt_at=None):
        monkeypatch.setattr(engine, "worker_pool", lambda jobs: InlinePool(interrupt_at))

    use()
    return use


@pytest.fixture
def run():
    """Run an extraction without a progress bar: run(corpus_yaml, output, changes) -> (Report, lines printed)."""

    def extraction(corpus_yaml, output, changes=None, jobs=2):
        lines = []
        report = extract.extract(recordings.Corpus.load(corpus_yaml, changes), output, jobs, False, lines.append)
        return report, lines

    return extraction


@pytest.fixture
def make_store():
    """Write a store of random frames: make_store(path, {(speaker, split): [lengths]}) -> FeatureStore."""

    def make(path, lengths, bins=7, seed=0, voiced=0.5, contents=("frames",)):
        random = np.random.default_rng(seed)
        rows, arrays = [], []
        for (speaker, split), counts in lengths.items():
            for number, count in enumerate(counts):
                length = count if "frames" in contents else 0
                rows.append(schema.StoredUtterance(f"u{number}", speaker, split, 0, length, count * 80, 1000 + number))
                arrays.append(
                    with_mel_cepstrum(
                        -np.abs(random.normal(4, 2, (count, bins))),
                        random.random(count, np.float32),
                        np.where(random.random(count) < voiced, random.uniform(80, 300, count), 0),
                        random.normal(-9, 3, (count, 2)),
                    ).arrays()
                    | {kind: random.integers(-32768, 32768, count * 80, np.int16) for kind in schema.WAVES}
                )
        speakers = {speaker: (80.0, 300.0) for speaker, _ in lengths}
        writer.write(path, SETTINGS | {"contents": list(contents)}, speakers, rows, arrays)
        return store.FeatureStore(path)

    return make
