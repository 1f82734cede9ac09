"""First pass over a long recording: everything that is relative to the whole, and the features of all its frames.

In memory are 8 bytes each for F0, energy and relative power of a frame, about 20 MB an hour. Signal and features are in
temporary files, about 400 MB an hour at 16 kHz.
"""

from typing import NamedTuple

import numpy as np

from vconv.audio import f0, f0_background, loudness, world
from vconv.audio.f0_estimation import DEFAULT_METHOD, estimate_f0
from vconv.common.spool import Spool
from vconv.conversion.blocks import Grid
from vconv.features.analysis import to_frames
from vconv.features.schema import Frames
from vconv.spectral_conversion.speech_facts import SpeechFacts

POWER_BLOCKS = 500  # blocks of 20 ms that are read at once


class Signal:
    """A recording at the reference level, in a temporary file.

    Parameters
    ----------
    recording : vconv.audio.recording.Recording
    rate : int
        In Hz.
    open_spool : callable
        (columns, dtype) → `Spool`.

    Attributes
    ----------
    gain : float
        That takes the signal to the level of the recording.
    level : float
        Speech level of the signal.
    """

    def __init__(self, recording, rate, open_spool):
        self.rate, self.gain, self._spool = rate, 1.0, open_spool(None, np.float32)
        for y in recording.blocks(rate):
            self._spool.append(y)
        level = loudness.level_of(block_power(self._spool.blocks, rate))
        self.gain = level / loudness.REFERENCE_LEVEL or 1.0
        self.level = level / self.gain

    def __len__(self):
        return len(self._spool)

    def read(self, first, last):
        """Return the samples from `first` to before `last`, float64; those after the end are left out."""
        return self._spool.read(first, last) / self.gain

    def blocks(self, size):
        """Yield the signal, `size` samples at once."""
        return (y / self.gain for y in self._spool.blocks(size))

    def of(self, block):
        """Return the samples of a `Block`."""
        return self.read(block.first_sample, block.last_sample)


class LongUtterance(NamedTuple):
    """A long recording, analyzed once for all targets.

    Attributes
    ----------
    signal : Signal
    grid : Grid
    source : int or None
        Number of the speaker in the model; None if unseen.
    f0_hz, energy : ndarray [T]
    log_f0 : vconv.audio.f0.LogF0 or None
    facts : SpeechFacts
    aperiodicity, cepstra : Spool
        Rows of `Frames`.
    content : Spool or None
    """

    signal: Signal
    grid: Grid
    source: int | None
    f0_hz: np.ndarray
    energy: np.ndarray
    log_f0: f0.LogF0 | None
    facts: SpeechFacts
    aperiodicity: Spool
    cepstra: Spool
    content: Spool | None

    def frames(self, block, spectrum=None):
        """Return the `Frames` of a `Block`; `spectrum` as of `world.normalize_energy`."""
        first, last = block.frames.start, block.frames.stop
        stored = (spool and spool.read(first, last) for spool in (self.aperiodicity, self.cepstra, self.content))
        return Frames(spectrum, self.energy[block.frames], self.f0_hz[block.frames], *stored)


def block_power(blocks, rate):
    """Return the `loudness.block_power` of a signal; `blocks(size)` yields it, `size` samples at once."""
    size = POWER_BLOCKS * loudness.block_size(rate)
    return np.concatenate([loudness.block_power(y, rate) for y in blocks(size) if len(y) >= size // POWER_BLOCKS])


def analyze(converter, recording, source, open_spool, advance):
    """Return the `LongUtterance` of a recording.

    Parameters
    ----------
    converter : vconv.conversion.converter.VoiceConverter
    recording : vconv.audio.recording.Recording
    source : int or None
        Number of the speaker; None if unseen.
    open_spool : callable
        (columns, dtype) → `Spool`.
    advance : callable
        Gets the share of the work that was done since the last call.
    """
    signal = Signal(recording, converter.rate, open_spool)
    grid = Grid(len(signal), converter.rate, converter.frame_period_ms)
    passes = 3 if source is None else 2
    step = 1 / passes / len(grid.blocks)
    if source is None:
        wide_hz = _estimate_f0(signal, grid, f0.WIDE_RANGE_HZ, DEFAULT_METHOD, converter, step, advance)
        f0_range_hz = f0.find_range(wide_hz) if wide_hz.any() else f0.WIDE_RANGE_HZ
    else:
        f0_range_hz = converter.statistics.f0_range_hz[source]
    f0_hz = _estimate_f0(signal, grid, f0_range_hz, converter.f0_method_for(source), converter, step, advance)
    energy, spools = np.empty(grid.frames), None
    for block in grid.blocks:
        y, block_f0_hz = signal.of(block), f0_hz[block.frames]
        analysis = world.analyze_with_f0(y, block_f0_hz, converter.rate, converter.frame_period_ms)
        frames = to_frames(y, analysis, converter.rate, converter.content_encoder)
        energy[block.frames][block.core] = frames.energy[block.core]
        arrays = frames.aperiodicity, frames.mel_cepstrum, frames.content
        spools = spools or [array if array is None else open_spool(array.shape[1], np.float32) for array in arrays]
        for spool, array in zip(spools, arrays, strict=True):
            if spool is not None:
                spool.append(array[block.core])
        advance(step)
    facts = SpeechFacts.gather(energy, spools[1].blocks(grid.blocks[0].frames.stop))
    log_f0 = converter.source_log_f0(source, f0_hz)
    return LongUtterance(signal, grid, source, f0_hz, energy, log_f0, facts, *spools)


def _estimate_f0(signal, grid, f0_range_hz, method, converter, step, advance):
    """Return F0 [T] of a `Signal`, searched in a range (floor, ceiling); it is that of the whole recording."""
    rate, frame_period_ms = signal.rate, converter.frame_period_ms
    background = None
    if method == "autocorrelation":
        background = _background(signal, grid, f0_range_hz[0], frame_period_ms)
    f0_hz = np.zeros(grid.frames)
    for block in grid.blocks:
        found = estimate_f0(signal.of(block), rate, *f0_range_hz, method, frame_period_ms, background)[block.core]
        f0_hz[block.frames][block.core][: len(found)] = found
        advance(step)
    return f0_hz


def _background(signal, grid, floor_hz, frame_period_ms):
    """Return the `f0_background.Background` of a `Signal`, for a search from `floor_hz` on."""

    def spectra():
        for block in grid.blocks:
            yield block, f0_background.spectra_of(signal.of(block), signal.rate, floor_hz, frame_period_ms)

    power = np.zeros(grid.frames)
    for block, of_block in spectra():
        of_core = of_block.power()[block.core]
        power[block.frames][block.core][: len(of_core)] = of_core
    found = f0_background.telling_frames(power)
    rows = [{}, {}]
    for block, of_block in spectra():
        first, last = (block.frames.start + edge for edge in (block.core.start, block.core.stop))
        for numbers, chosen in zip(found, rows, strict=True):
            inside = numbers[(numbers >= first) & (numbers < last)]
            chosen.update(zip(inside.tolist(), of_block.of(inside - block.frames.start), strict=True))
    bins = of_block.size // 2 + 1
    quiet, loud = (
        np.array([chosen[number] for number in numbers.tolist()]).reshape(-1, bins)
        for numbers, chosen in zip(found, rows, strict=True)
    )
    return f0_background.background_of(power, quiet, loud)
