"""Faults that `planted_faults.py` plants in recordings: functions (y, rate, rng) → signal [samples] or [samples, 2]."""

import itertools
from functools import partial

import numpy as np
from degradations import hum, reverberation, speech_level, telephone, white

from vconv.audio import wav, world

F0_RANGE_HZ = 60, 400


def clip(y, rate, rng, share):
    """Clip a share of the samples of speech at full scale."""
    limit = np.quantile(np.abs(y[np.abs(y) > 0.1 * speech_level(y, rate)]), 1 - share)
    return np.clip(y / limit, -1, 1) * 0.999


def offset(y, rate, rng):
    return 0.8 * y + rng.choice([-1, 1]) * rng.uniform(0.01, 0.05)


def quiet(y, rate, rng):
    return y * 10 ** (rng.uniform(-42, -30) / 20)


def short(y, rate, rng):
    size, first = int(rng.uniform(0.2, 0.6) * rate), int(0.3 * len(y))
    return y[first : first + size]


def silent(y, rate, rng):
    """Put the recording into four to six times as much background, as weak as its own quietest 20 ms."""
    size = int(0.02 * rate)
    power = np.square(y[: len(y) // size * size]).reshape(-1, size).mean(axis=1)
    level = np.sqrt(np.quantile(power, 0.02))
    before, after = (int(rng.uniform(2, 3) * len(y)) for _ in range(2))
    return np.concatenate([level * rng.standard_normal(before), y, level * rng.standard_normal(after)])


def holes(y, rate, rng):
    """Zero three stretches of 20 ms where the signal is strong, as a lost packet does."""
    y, size = y.copy(), int(0.02 * rate)
    power = np.square(y[: len(y) // size * size]).reshape(-1, size).mean(axis=1)
    for frame in rng.choice(np.flatnonzero(power > np.quantile(power, 0.6)), 3, replace=False):
        y[frame * size : (frame + 1) * size] = 0
    return y


def upsampled(y, rate, rng):
    return wav.resample(wav.resample(y, rate, 8000), 8000, rate)[: len(y)]


def low_pass(y, rate, rng):
    """Cut off at 4.5 to 6.5 kHz, as coders of mp3 at low rates do."""
    spectrum = np.fft.rfft(y)
    frequencies = np.fft.rfftfreq(len(y), 1 / rate)
    edge = rng.uniform(4500, 6500)
    return np.fft.irfft(spectrum * np.clip((edge + 200 - frequencies) / 200, 1e-4, 1), len(y))


def dead_channel(y, rate, rng):
    return np.column_stack([y, 1e-4 * rng.standard_normal(len(y))])


def inverted_channel(y, rate, rng):
    return np.column_stack([y, -y])


def pink(y, rate, rng, level_db):
    """Add noise that falls by 3 dB an octave."""
    frequencies = np.fft.rfftfreq(len(y), 1 / rate)
    shape = (frequencies > 20) / np.sqrt(np.maximum(frequencies, 20))
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal(len(y))) * shape, len(y))
    return y + noise / noise.std() * speech_level(y, rate) * 10 ** (level_db / 20)


def chords(count, rate, rng):
    """Return chords of four notes of six harmonics that die away, over a bass drum and a snare, [count]."""
    beat_s, root_hz, y = rng.uniform(0.3, 0.6), rng.uniform(110, 220), np.zeros(count)
    for number, first in enumerate(range(0, count, int(beat_s * rate))):
        seconds = np.arange(min(count - first, int(2 * beat_s * rate))) / rate
        y[first : first + len(seconds)] += 1.5 * np.sin(2 * np.pi * 60 * seconds) * np.exp(-25 * seconds)
        y[first : first + len(seconds)] += 0.5 * rng.standard_normal(len(seconds)) * np.exp(-80 * seconds)
        if number % 2:
            continue
        base_hz = root_hz * 2 ** (rng.choice([0, 2, 4, 5, 7, 9]) / 12)
        for semitones, harmonic in itertools.product((0, rng.choice([3, 4]), 7, 12), range(1, 7)):
            tone = np.sin(2 * np.pi * (base_hz * 2 ** (semitones / 12) * harmonic * seconds + rng.random())) / harmonic
            y[first : first + len(seconds)] += tone * np.exp(-1.5 * seconds) * np.minimum(1, seconds / 0.01)
    return y


def music(y, rate, rng, level_db):
    """Add chords and drums."""
    played = chords(len(y), rate, rng)
    return y + played / np.sqrt(np.mean(played**2)) * speech_level(y, rate) * 10 ** (level_db / 20)


def text_file(content):
    return b"These are the notes about the recording of today.\n" * 200


def cut_off(content):
    return content[: int(0.6 * len(content))]


def too_large_size(content):
    return content[:40] + (3 * (len(content) - 44)).to_bytes(4, "little") + content[44:]


def too_small_size(content):
    return content[:40] + (len(content) // 4 * 2).to_bytes(4, "little") + content[44:]


def one_vowel(frames, rate):
    """Return frames whose spectra are one of a loud vowel, with the power and the F0 of the speech."""
    return frames._replace(spectrum=_vowel(frames) * frames.spectrum.sum(axis=1, keepdims=True))


def hummed(frames, rate):
    """Return frames of a closed mouth: one spectrum, 15 dB weaker for each 400 Hz, at the median F0."""
    hz = np.linspace(0, rate / 2, frames.spectrum.shape[1])
    spectrum = np.repeat((_vowel(frames) * 10 ** (-1.5 * hz / 400))[None], len(frames.f0_hz), axis=0) + 1e-12
    f0_hz = np.full(len(frames.f0_hz), np.median(frames.f0_hz[frames.f0_hz > 0]))
    return frames._replace(f0_hz=f0_hz, spectrum=spectrum, aperiodicity=np.full_like(frames.aperiodicity, 1e-3))


def whispered(frames, rate):
    """Return frames without a voice."""
    return frames._replace(f0_hz=0 * frames.f0_hz, aperiodicity=np.ones_like(frames.aperiodicity))


def _vowel(frames):
    """Return the spectrum [K], of sum 1, of one of the loudest voiced frames."""
    voiced = np.flatnonzero(frames.f0_hz > 0)
    spectrum = frames.spectrum[voiced[frames.spectrum[voiced].sum(axis=1).argsort()[-20]]]
    return spectrum / spectrum.sum()


def synthesize(path, target, function):
    """Write a recording as a function of `FAULTS_OF_SPEAKERS` changes its analysis by WORLD."""
    y, rate = wav.read(path)
    frames = function(world.analyze(y, rate, *F0_RANGE_HZ), rate)
    y = world.synthesize(frames.f0_hz, frames.spectrum, frames.aperiodicity, rate)
    wav.write(target, 0.5 * y / np.abs(y).max() + 1e-4 * np.random.default_rng(0).standard_normal(len(y)), rate)


# Functions of the bytes of a WAV file with a header of 44 bytes.
FAULTS_OF_FILES = {"unreadable": (text_file,), "wrong header": (cut_off, too_large_size, too_small_size)}
FAULTS = {
    "clipping": (partial(clip, share=0.05), partial(clip, share=0.01)),
    "offset": (offset,),
    "too quiet": (quiet,),
    "too short": (short,),
    "mostly silent": (silent,),
    "holes": (holes,),
    "band-limited": (upsampled, low_pass, telephone),
    "hum": tuple(partial(hum, mains_hz=mains, level_db=level) for mains in (50, 60) for level in (-30, -20)),
    "noise": tuple(partial(noise, level_db=level) for noise in (white, pink) for level in (-20, -15, -10)),
    "reverberation": (partial(reverberation, rt60_s=0.6), partial(reverberation, rt60_s=1.0)),
    "music": tuple(partial(music, level_db=level) for level in (-20, -10, 0)),
    "dead channel": (dead_channel,),
    "inverted channel": (inverted_channel,),
}
# Functions of the analysis by WORLD.
FAULTS_OF_SPEAKERS = {"few common sounds": (one_vowel, hummed), "whisper": (whispered,)}
