"""Voices that the base never heard, adapted with 5 to 60 s of speech: how close conversions come to them.

    python benchmarks/adaptation.py --base vcc2016 --target slt=FOLDER --source SF1=FOLDER --work DIR

The first recordings of a target, `--held-out` of them, are the reference; the following ones, cut after so many
seconds, are what the voice is adapted with. A source that the base knows is a known source. Variants:

- full: as `vconv adapt`
- fine_tuned: as `vconv adapt --fine-tune`
- network: the network's predictions, without the correction by examples
- unmixed: as full, with `conversion.source_mix` 0
- mean: the embedding is the mean of the base's speakers
- transform: affine transforms map the source's features, without the network
- unadapted: the base's speaker with the closest embedding, without any adaptation
- copy: no conversion; the reference itself through WORLD

The normalized similarity is 0 for the source's and 1 for the target's own recordings (Resemblyzer), the F0 difference
that of the mean log-F0 of converted and reference. MCD needs sentences that both speakers read, DistillMOS
`--naturalness`, and WER `--whisper MODEL`: it counts words that differ from what the recognizer hears in the source's
recording. A target that the base knows is converted to as trained, for comparison. Voices and conversions stay in
`--work`, and what is there is not made again.
"""

import argparse
from pathlib import Path
from unittest import mock

import numpy as np

from vconv.adaptation import adapt, new_speaker
from vconv.audio import f0_estimation, wav
from vconv.audio.folder import by_name
from vconv.conversion.converter import VoiceConverter
from vconv.evaluation import intelligibility, measures, metrics, naturalness, similarity
from vconv.evaluation.neural_packages import package
from vconv.evaluation.recordings import copy_synthesis
from vconv.evaluation.speaker_encoder import SpeakerEncoder
from vconv.voices import ready

SETTINGS = {"frame_period_ms": 5.0, "f0_method": f0_estimation.DEFAULT_METHOD}  # of copies
VARIANTS = ("full", "fine_tuned", "unmixed", "network", "mean", "transform", "unadapted", "copy")
SOURCE_MIX = {"unmixed": 0.0, "transform": 1.0}
TITLES = ("variant", "seconds", "target", "source", "similarity", "MCD / dB", "F0 / cents", "DistillMOS", "WER / %")


def folder_of(text):
    """Return the name and the recordings, name → path, of a NAME=FOLDER."""
    name, _, folder = text.partition("=")
    return name, by_name(folder)


def adapted(base, name, recordings, seconds, work, fine_tune):
    """Return the voice file, made unless it is there, from the first `seconds` of recordings."""
    output, speech, left = work / f"{seconds:g}{'-fine-tuned' * fine_tune}.vconv", work / f"{seconds:g}s", seconds
    for sentence, path in recordings.items():
        y, rate = wav.read(path)
        if left > 0:
            wav.write(speech / f"{sentence}.wav", y[: int(left * rate)], rate)
        left -= len(y) / rate
    if not output.exists():
        with mock.patch.object(new_speaker, "LEAST_S", 0.0):
            adapt.adapt(base, name, speech, output, print, fine_tune)
    return output


def conversions(voice, target, variant, source, recordings, folder):
    """Return {sentence: path} of the conversions to a speaker of a voice, made unless they are there."""
    converter = VoiceConverter.load(voice)
    embeddings = converter.spectral._network.embeddings
    if variant not in ("full", "fine_tuned", "unmixed"):
        converter.spectral._correction = None
    if variant == "mean":
        embeddings[-1] = embeddings[:-1].mean(axis=0)
    if variant in SOURCE_MIX:
        converter.spectral.source_mix = SOURCE_MIX[variant]
    if variant == "unadapted":
        target = converter.speakers[int(np.square(embeddings[:-1] - embeddings[-1]).sum(axis=1).argmin())]
    outputs = {sentence: folder / f"{sentence}.wav" for sentence in recordings}
    for sentence, path in recordings.items():
        if not outputs[sentence].exists():
            y, rate = converter.convert(path, target, source if source in converter.speakers else None)
            wav.write(outputs[sentence], y, rate)
    return outputs


def copies(reference, folder):
    """Return {sentence: path} of the analysis and synthesis of recordings by WORLD, made unless they are there."""
    outputs = {sentence: folder / f"{sentence}.wav" for sentence in reference}
    for sentence, path in reference.items():
        if not outputs[sentence].exists():
            y, rate = wav.read(path)
            wav.write(outputs[sentence], copy_synthesis(y, SETTINGS | {"sample_rate": rate}), rate)
    return outputs


class Judge:
    """Measures of recordings; the embeddings and words of natural ones are kept."""

    def __init__(self, opinions, recognizer):
        package("torch").set_num_threads(1)
        self._encoder, self._opinions, self._embeddings = SpeakerEncoder(), opinions, {}
        self._recognizer, self._words = recognizer and intelligibility.Recognizer(recognizer, "en"), {}

    def embeddings(self, recordings):
        """Return {sentence: speaker embedding}."""
        for path in recordings.values():
            if path not in self._embeddings:
                self._embeddings[path] = self._encoder.embed(*wav.read(path))
        return {sentence: self._embeddings[path] for sentence, path in recordings.items()}

    def word_errors(self, converted, source):
        """Return the word errors in percent of the sentences in both {sentence: path}; none without a recognizer."""
        shared = [sentence for sentence in converted if self._recognizer and sentence in source]
        for path in (source[sentence] for sentence in shared):
            if path not in self._words:
                self._words[path] = self._recognizer.transcribe(*wav.read(path))
        heard = {sentence: self._recognizer.transcribe(*wav.read(converted[sentence])) for sentence in shared}
        return [
            100 * intelligibility.error_rates(heard[sentence], self._words[source[sentence]])[0] for sentence in shared
        ]

    def measure(self, converted, source, reference):
        """Return the measures of {sentence: path}, in the order of `TITLES`; NaN for what is not measured."""
        natural = {"source": self.embeddings(source), "target": self.embeddings(reference)}
        groups = [(self.embeddings(converted), "target"), (natural["source"], "target"), (natural["target"], "target")]
        means = [
            np.mean([similarity.cosines(vector, sentence, natural)[speaker] for sentence, vector in group.items()])
            for group, speaker in groups
        ]
        system, of_source, of_target = means
        pairs = [(converted[sentence], reference[sentence]) for sentence in converted if sentence in reference]
        distances = [metrics.score(*wav.read(one), *wav.read(other)).mcd_db for one, other in pairs]
        f0_cents = 1200 / np.log(2) * (mean_log_f0(converted) - mean_log_f0(reference))
        opinions = [naturalness.distillmos(*wav.read(path)) for path in converted.values()] if self._opinions else []
        normalized = measures.normalized_similarity(system, of_target, of_source)
        errors = self.word_errors(converted, source)
        return normalized, *(np.mean(values or np.nan) for values in (distances, f0_cents, opinions, errors))


def mean_log_f0(recordings):
    """Return the mean log-F0 over the voiced frames of {sentence: path}."""
    found = []
    for path in recordings.values():
        y, rate = wav.read(path)
        f0_hz = f0_estimation.estimate_f0(y, rate, *f0_estimation.range_of_speaker(y, rate))
        found.append(np.log(f0_hz[f0_hz > 0]))
    return np.concatenate(found).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--base", default="vcc2016")
    parser.add_argument("--target", type=folder_of, action="append", required=True)
    parser.add_argument("--source", type=folder_of, action="append", required=True)
    parser.add_argument("--seconds", type=float, nargs="+", default=[5, 10, 30, 60])
    parser.add_argument("--variant", choices=VARIANTS, nargs="+", default=["full"])
    parser.add_argument("--held-out", type=int, default=2)
    parser.add_argument("--sentences", type=int, default=5)
    parser.add_argument("--first", type=int, default=0, help="sentences of each source that are left out before")
    parser.add_argument("--naturalness", action="store_true")
    parser.add_argument("--whisper", metavar="MODEL", default="")
    parser.add_argument("--work", type=Path, required=True)
    options = parser.parse_args()
    base, judge = ready.open_run(options.base), Judge(options.naturalness, options.whisper)
    print("|", " | ".join(TITLES), "|")
    for seconds in options.seconds:
        for name, recordings in options.target:
            work, names = options.work / name, list(recordings)
            reference = {sentence: recordings[sentence] for sentence in names[: options.held_out]}
            rest = {sentence: recordings[sentence] for sentence in names[options.held_out :]}
            known = name in base.statistics().speakers
            for variant in options.variant:
                voice = base if known else adapted(base, name, rest, seconds, work, variant == "fine_tuned")
                for source, spoken in options.source:
                    chosen = dict(list(spoken.items())[options.first : options.first + options.sentences])
                    folder = work / f"{variant}-{seconds:g}"
                    if variant == "copy":
                        made = copies(reference, folder)
                    else:
                        made = conversions(voice, name, variant, source, chosen, folder / source)
                    values = " | ".join(f"{value:.2f}" for value in judge.measure(made, chosen, reference))
                    print(f"| {variant} | {seconds:g} | {name} | {source} | {values} |", flush=True)


if __name__ == "__main__":
    main()
