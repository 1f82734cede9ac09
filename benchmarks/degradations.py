"""Degradations of a clean recording, as users' recordings have them: hum, noise, rooms, telephones, clipping, mp3.

    python benchmarks/degradations.py IN.wav OUT-FOLDER        # one file for each degradation

Levels are relative to the power of the recording's speech (`speech_level`). The random numbers depend only on `seed`,
so the same recording is degraded in the same way each time.
"""

import argparse
import io
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from scipy import signal

from vconv.audio import wav

PAUSE_SECONDS = 0.25  # of quiet before and after each recording
FRAME_SECONDS = 0.02
SPEECH_BELOW_PEAK_DB = 30
HUM_HARMONICS_DB = (0, -6, -12, -12, -18)  # of 1, 2, 3 … times the mains frequency
TELEPHONE_HZ = (300, 3400)
CLIPPED_SHARE = 0.05  # of the samples of speech
BABBLE_VOICES = 6


def speech_level(y, rate):
    """Return the RMS of the frames of 20 ms that are at most 30 dB below the strongest."""
    size = max(1, int(FRAME_SECONDS * rate))
    power = np.mean(y[: len(y) // size * size].reshape(-1, size) ** 2, axis=1)
    return float(np.sqrt(power[power > power.max() * 10 ** (-SPEECH_BELOW_PEAK_DB / 10)].mean()))


def _at(noise, y, rate, level_db):
    """Return `y` with `noise` at `level_db` relative to the speech of `y`."""
    return y + noise / np.sqrt(np.mean(noise**2)) * speech_level(y, rate) * 10 ** (level_db / 20)


def hum(y, rate, rng, mains_hz, level_db):
    """Add mains hum: the mains frequency and four harmonics, in random phases."""
    seconds = np.arange(len(y)) / rate
    partials = [
        10 ** (db / 20) * np.sin(2 * np.pi * (mains_hz * number * seconds + rng.random()))
        for number, db in enumerate(HUM_HARMONICS_DB, 1)
    ]
    return _at(sum(partials), y, rate, level_db)


def white(y, rate, rng, level_db):
    """Add white Gaussian noise."""
    return _at(rng.standard_normal(len(y)), y, rate, level_db)


def babble(y, rate, rng, level_db, voices):
    """Add several other voices at once; `voices` is a list of signals at the same rate."""
    chosen = [voices[number] for number in rng.permutation(len(voices))[:BABBLE_VOICES]]
    parts = [np.roll(np.resize(voice / np.std(voice), len(y)), rng.integers(len(y))) for voice in chosen]
    return _at(sum(parts), y, rate, level_db)


def reverberation(y, rate, rng, rt60_s):
    """Convolve with a direct sound and, 3 ms later, noise that decays by 60 dB in `rt60_s`, as strong as the direct."""
    seconds = np.arange(int(rt60_s * rate)) / rate
    tail = rng.standard_normal(len(seconds)) * 10 ** (-3 * seconds / rt60_s) * (seconds > 0.003)
    response = tail / np.sqrt(np.sum(tail**2))
    response[0] = 1.0
    return signal.fftconvolve(y, response)[: len(y)]


def telephone(y, rate, rng):
    """Keep 300 to 3400 Hz."""
    return signal.sosfiltfilt(signal.butter(4, TELEPHONE_HZ, "bandpass", fs=rate, output="sos"), y)


def clipping(y, rate, rng):
    """Clip so that 5 % of the samples of speech are at the limit."""
    limit = np.quantile(np.abs(y[np.abs(y) > 0.1 * speech_level(y, rate)]), 1 - CLIPPED_SHARE)
    return np.clip(y, -limit, limit)


def mp3(y, rate, rng):
    """Code as mp3 at about 32 kbit/s and decode; the delay of the coder is removed."""
    file = io.BytesIO()
    scale = 0.5 / np.max(np.abs(y))
    soundfile.write(file, y * scale, rate, format="MP3", bitrate_mode="CONSTANT", compression_level=0.85)
    decoded = soundfile.read(io.BytesIO(file.getvalue()))[0] / scale
    delay = int(np.argmax(signal.correlate(decoded, y, method="fft"))) - len(y) + 1
    return np.resize(np.append(decoded[max(0, delay) :], np.zeros(len(y))), len(y))


def all_degradations(voices):
    """Return name → function (y, rate, rng) → degraded signal; `voices` are signals for the babble."""
    table = {"clean": lambda y, rate, rng: y}
    table |= {f"hum {mains} Hz": partial(hum, mains_hz=mains, level_db=-30) for mains in (50, 60)}
    table |= {f"white {snr} dB": partial(white, level_db=-snr) for snr in (30, 20, 10)}
    table |= {f"babble {snr} dB": partial(babble, level_db=-snr, voices=voices) for snr in (30, 20, 10)}
    table |= {f"RT60 {rt60} s": partial(reverberation, rt60_s=rt60) for rt60 in (0.3, 0.6)}
    return table | {"telephone": telephone, "clipping": clipping, "mp3 32 kbit/s": mp3}


def degrade(y, rate, degradation, seed):
    """Return a degraded recording with a quarter of a second of pause before and after it."""
    padding = np.zeros(int(PAUSE_SECONDS * rate))
    return degradation(np.concatenate([padding, y, padding]), rate, np.random.default_rng(seed))


def file_name(condition):
    """Return the name of a condition without blanks and slashes, for files and folders."""
    return condition.replace(" ", "_").replace("/", "_")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--babble", type=Path, nargs="*", default=[], help="recordings of other voices")
    options = parser.parse_args()
    y, rate = wav.read(options.recording)
    voices = [wav.read(path, rate)[0] for path in options.babble] or [y]
    options.output.mkdir(parents=True, exist_ok=True)
    for name, degradation in all_degradations(voices).items():
        made = degrade(y, rate, degradation, 0)
        wav.write(
            options.output / f"{file_name(name)}.wav",
            made * 0.9 / max(1, np.abs(made).max()),
            rate,
        )


if __name__ == "__main__":
    main()
