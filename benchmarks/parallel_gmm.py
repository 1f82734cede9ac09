"""Convert by a Gaussian mixture that is trained on sentences which both speakers read: the baseline of the field.

    python benchmarks/parallel_gmm.py FEATURES.h5 OUT --pairs SF1-TM3,SF1-TF2
    vconv evaluate --run RUN --corpus corpus.yaml --pairs SF1-TM3,SF1-TF2 --converted OUT/vocoder

Mel-cepstra of order 24 with deltas, 32 mixtures with full covariances, frames aligned by dynamic time warping, which is
repeated on the converted source, trajectories of maximum likelihood, global variance (`joint_density_gmm`). Power and
aperiodicity are the source's, F0 is converted linearly in the log domain. OUT/vocoder has WORLD's synthesis,
OUT/filter the source's recording through the differential filter (Kobayashi, Toda and Nakamura 2018, "Intra-gender
statistical singing voice conversion with direct waveform modification", Speech Communication 99), whose F0 is the
source's.
"""

import argparse
from pathlib import Path

import numpy as np
from joint_density_gmm import JointDensity, restore_variance, with_deltas
from librosa.sequence import dtw

from vconv.audio import f0, filtering, loudness, mel_cepstrum, wav, world
from vconv.conversion.tasks import parse_pairs
from vconv.features.acoustic import speech_mask
from vconv.features.store import FeatureStore

SHAPE = slice(1, 25)  # mel-cepstral coefficients; 0 is the power
STEP = 2  # of the aligned frames the mixture learns from every second, because neighbors are nearly equal


class Speaker:
    """The sentences of a speaker: name → `Frames`, and signals of the evaluation sentences."""

    def __init__(self, store, name):
        own = [utterance for utterance in store.utterances if utterance.speaker == name]
        self.training = {row.name: store.read(row) for row in own if row.split == "training"}
        self.evaluation = {
            row.name: (store.read(row), store.read_wave(row)) for row in own if row.split == "evaluation"
        }

    def log_f0(self):
        """Return the `f0.LogF0` of the training sentences."""
        return f0.log_f0_statistics(np.concatenate([frames.f0_hz for frames in self.training.values()]))

    def global_variance(self):
        """Return the mean over sentences of the variance of the coefficients in speech, [24]."""
        return np.mean([_speech(frames).var(axis=0) for frames in self.training.values()], axis=0)


def _speech(frames):
    """Return the coefficients [T, 24] of speech frames."""
    return frames.mel_cepstrum[speech_mask(frames.energy), SHAPE].astype(float)


def train(source, target, mixtures, rounds):
    """Return a `JointDensity` after so many `rounds`; after the first, the converted source is aligned."""
    names = sorted(set(source.training) & set(target.training))
    pairs = [tuple(_speech(speaker.training[name]) for speaker in (source, target)) for name in names]
    density = None
    for number in range(rounds):
        aligned = []
        for x, y in pairs:
            shown = x if density is None else density.convert(with_deltas(x))
            path = dtw(shown.T, y.T, metric="euclidean")[1][::-1]
            aligned.append((with_deltas(x)[path[:, 0]], with_deltas(y)[path[:, 1]]))
        density = JointDensity([(x[::STEP], y[::STEP]) for x, y in aligned], mixtures, start=density)
        error = np.mean([np.square(density.convert(x) - y[:, :24]).sum(axis=1).mean() for x, y in aligned[:10]])
        quality = f"mean squared error {error:.4f}, {density.log_likelihood:.2f} nats a frame"
        print(f"alignment {number + 1}: {len(names)} sentences, {quality}", flush=True)
    return density


def converted(density, frames, variance):
    """Return the mel-cepstra [T, 25] of a sentence; pauses keep those of the source."""
    cepstra, speech = frames.mel_cepstrum[:, :25].astype(float), speech_mask(frames.energy)[:, None]
    shape = restore_variance(density.convert(with_deltas(cepstra[:, SHAPE])), speech[:, 0], variance)
    return np.hstack([cepstra[:, :1], np.where(speech, shape, cepstra[:, SHAPE])])


def synthesize(frames, cepstra, f0_hz, settings):
    """Return the signal of WORLD's synthesis."""
    rate, power = settings["sample_rate"], world.restore_energy(frames.spectrum, frames.energy)
    spectrum = mel_cepstrum.to_spectrum(cepstra, power.shape[1], mel_cepstrum.mel_alpha(rate))
    spectrum *= power.sum(axis=1, keepdims=True) / spectrum.sum(axis=1, keepdims=True)
    aperiodicity = world.interpolate_aperiodicity(frames.aperiodicity, frames.f0_hz, rate)
    return world.synthesize(f0_hz, spectrum, aperiodicity, rate, settings["frame_period_ms"])


def differential(frames, cepstra, y, settings):
    """Return the recording `y` filtered by the difference of the mel-cepstra."""
    rate, difference = settings["sample_rate"], cepstra - frames.mel_cepstrum[:, :25]
    difference[:, 0] = 0
    gain = np.sqrt(mel_cepstrum.to_spectrum(difference, frames.spectrum.shape[1], mel_cepstrum.mel_alpha(rate)))
    return filtering.filter_frames(y, gain, rate, settings["frame_period_ms"])


def convert_pair(store, names, output, mixtures, rounds):
    """Train on a pair of speakers, and write the conversions of the evaluation sentences."""
    source, target = (Speaker(store, name) for name in names)
    density, variance, settings = train(source, target, mixtures, rounds), target.global_variance(), store.settings
    log_f0 = source.log_f0(), target.log_f0()
    for name, (frames, wave) in source.evaluation.items():
        y = np.asarray(wave) / 32768
        cepstra = converted(density, frames, variance)
        f0_hz = f0.convert_linear(frames.f0_hz, *log_f0)
        found = {
            "vocoder": synthesize(frames, cepstra, f0_hz, settings)[: len(y)],
            "filter": differential(frames, cepstra, y, settings),
        }
        for kind, signal in found.items():
            path = output / kind / "-".join(names) / f"{name}.wav"
            rate = settings["sample_rate"]
            wav.write(path, loudness.limit(loudness.match_level(signal, y, rate), rate), rate)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--pairs", default="SF1-TM3,SF1-TF2,SM1-TF1,SM1-TM1")
    parser.add_argument("--mixtures", type=int, default=32)
    parser.add_argument("--alignments", type=int, default=3, help="rounds of alignment and training")
    options = parser.parse_args()
    with FeatureStore(options.features) as store:
        for names in parse_pairs(options.pairs, store.speakers):
            print("-".join(names))
            convert_pair(store, names, options.output, options.mixtures, options.alignments)


if __name__ == "__main__":
    main()
