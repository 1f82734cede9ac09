"""A stream beside the conversion of the whole recording: delay, load, and how far the two agree after ten seconds.

    python benchmarks/streaming.py RUN TARGET RECORDING... [--source SPEAKER]

The recordings, of one speaker, are joined. F0 and spectra are those that are given to the synthesis, because two
syntheses of the same features already differ by WORLD's noise. The whole recording is analyzed with F0 by
autocorrelation, as the stream. Blocks of 20 ms of the model's rate are pushed; load is CPU time / duration.
"""

import argparse
import time

import numpy as np

from vconv.audio import loudness, mel_cepstrum, wav, world
from vconv.conversion import targets
from vconv.conversion.controls import UNCHANGED
from vconv.conversion.converter import VoiceConverter
from vconv.streaming import block_conversion
from vconv.streaming.converter import StreamingConverter

SETTLED_S = 10.0
MCD_FACTOR = 10 * np.sqrt(2) / np.log(10)


class Recorder(block_conversion.PulseSynthesizer):
    """The synthesis, which keeps F0 and spectra."""

    f0_hz, spectra = [], []

    def push(self, f0_hz, spectrum, aperiodicity):
        self.f0_hz.append(f0_hz)
        self.spectra.append(spectrum)
        return super().push(f0_hz, spectrum, aperiodicity)


def streamed(converter, target, source, y):
    """Return the streamed signal, F0 [T] and spectra [T, K] of its synthesis, and CPU seconds of each push."""
    block_conversion.PulseSynthesizer = Recorder
    stream = StreamingConverter(converter, target, source=source)
    print(stream.latency)
    parts, seconds = [], []
    for part in np.array_split(y, len(y) // (stream.rate // 50)):
        start = time.thread_time()
        parts.append(stream.push(part))
        seconds.append(time.thread_time() - start)
    parts.append(stream.flush())
    return np.concatenate(parts), np.concatenate(Recorder.f0_hz), np.concatenate(Recorder.spectra), np.array(seconds)


def whole(converter, target, source, y):
    """Return the signal of the conversion of a whole recording, and F0 [T] and spectra [T, K] of its synthesis."""
    converter.f0_method_for = lambda number: "autocorrelation"
    utterance, blend = converter.analyze(y, source), targets.parse(target, converter.speakers)
    f0_hz = converter.converted_f0(utterance.analysis.f0_hz, utterance.log_f0, blend, UNCHANGED)
    spectra = world.restore_energy(*converter.spectral.predict(utterance.encoded, blend)) * utterance.gain**2
    return converter.synthesize(utterance, target), f0_hz, spectra


def parser(description):
    """Return the parser of the arguments RUN TARGET RECORDING... [--source SPEAKER]."""
    found = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("run")
    found.add_argument("target")
    found.add_argument("recordings", nargs="+")
    found.add_argument("--source")
    return found


def loaded(options):
    """Return the converter and the joined recordings, at its rate, of the arguments."""
    converter = VoiceConverter.load(options.run)
    return converter, np.concatenate([wav.read(path, converter.rate)[0] for path in options.recordings])


def main():
    options = parser(__doc__).parse_args()
    converter, y = loaded(options)
    rate, period_ms = converter.rate, converter.frame_period_ms
    live, f0_hz, spectra, seconds = streamed(converter, options.target, options.source, y)
    offline, whole_hz, whole_spectra = whole(converter, options.target, options.source, y)
    settled = slice(int(1000 * SETTLED_S / period_ms), min(len(f0_hz), len(whole_hz)))
    f0_hz, whole_hz, spectra, whole_spectra = (part[settled] for part in (f0_hz, whole_hz, spectra, whole_spectra))
    both, energy = (f0_hz > 0) & (whole_hz > 0), whole_spectra.sum(axis=1)
    cents = 1200 * np.abs(np.log2(f0_hz[both] / whole_hz[both]))
    cepstra = (mel_cepstrum.from_spectrum(part, 24, mel_cepstrum.mel_alpha(rate)) for part in (spectra, whole_spectra))
    distance = MCD_FACTOR * np.sqrt(np.square(np.subtract(*cepstra)[energy > energy.mean() * 10**-2.5, 1:]).sum(axis=1))
    live_level, level = (loudness.speech_level(part[int(SETTLED_S * rate) :], rate) for part in (live, offline))
    print(f"F0 within 5 cents {100 * (cents <= 5).mean():.1f} %, median {np.median(cents):.1f} cents")
    print(f"voicing differs in {100 * ((f0_hz > 0) != (whole_hz > 0)).mean():.1f} % of the frames")
    print(f"MCD {distance.mean():.2f} dB, level {20 * np.log10(live_level / level):+.2f} dB")
    load, settled_ms = seconds.sum() / (len(y) / rate), 1000 * seconds[50:]
    print(f"load {load:.2f}, slowest push {settled_ms.max():.1f} ms, 99 % under {np.quantile(settled_ms, 0.99):.1f} ms")


if __name__ == "__main__":
    main()
