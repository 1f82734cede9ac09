"""A corpus of synthetic speakers, and a run trained on it by the `vconv` command."""

from types import SimpleNamespace

import numpy as np
import quick
import soundfile
from small import SMALL
from voice import voice

from vconv.commands import cli

F0_HZ = {"Mary-Ann": 260.0, "Zoë M": 190.0, "bob": 110.0}
RATE, SECONDS = 16000, 0.6
CORPUS = """root: recordings
splits:
  training: {pattern: 'train/{speaker}/{utterance}'}
  evaluation: {pattern: 'eval/{speaker}/{utterance}'}
"""
SET = [f"--set={section}.{key}={value}" for section in SMALL for key, value in SMALL[section].items()]


def sentence(speaker, number, rate=RATE):
    """Return a vowel of a speaker whose F0 changes over time."""
    time = np.arange(int(SECONDS * rate)) / rate
    f0_hz = F0_HZ[speaker] * 2 ** (0.15 * np.sin(2 * np.pi * (2 + number) * time + number))
    formants_hz = np.array([500 + 90 * number, 1300 - 60 * number, 2500]) * (F0_HZ[speaker] / 190) ** 0.2
    return voice(f0_hz, SECONDS, rate, formants_hz)


def write_recordings(root, training=6, evaluation=2):
    """Write root/train/SPEAKER/t0.wav … and root/eval/SPEAKER/é 1.wav …"""
    for speaker in F0_HZ:
        for number in range(training):
            _write(root / "train" / speaker / f"t{number}.wav", sentence(speaker, number))
        for number in range(1, evaluation + 1):
            _write(root / "eval" / speaker / f"é {number}.wav", sentence(speaker, number + 0.5))


def make(folder):
    """Write corpus, features and run into `folder`; return their paths (and evaluation = the folder of recordings)."""
    tiny = SimpleNamespace(
        folder=folder,
        corpus=folder / "corpus.yaml",
        features=folder / "dump" / "features.h5",
        run=folder / "run",
        evaluation=folder / "recordings" / "eval",
        speakers=tuple(sorted(F0_HZ)),
    )
    write_recordings(folder / "recordings")
    tiny.corpus.write_text(CORPUS, encoding="utf-8")
    corpus = f"--corpus={tiny.corpus}"
    for arguments in (
        ["extract", corpus, "--jobs=1"],
        ["statistics", f"--features={tiny.features}"],
        ["train", "convvae", corpus, f"--run={tiny.run}", *SET],
    ):
        with quick.eager(), quick.light_epochs():
            assert cli.main(arguments) == 0, arguments
    return tiny


def _write(path, y):
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, y, RATE)
