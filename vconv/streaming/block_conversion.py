"""Conversion of the blocks of a stream at the model's rate: analysis, prediction, synthesis, level."""

import numpy as np

from vconv.audio import loudness, silence, world
from vconv.audio.pulse_synthesis import PulseSynthesizer
from vconv.features.schema import Frames
from vconv.streaming.analysis import DECISION_BLOCKS, BlockGrid, StreamAnalysis
from vconv.streaming.output import LevelCorrection, Pauses, limit
from vconv.streaming.running_level import RunningLevel
from vconv.streaming.source_f0 import RunningF0

UNSEEN_RANGE_HZ = (60.0, 600.0)  # of speech


class BlockConversion:
    """Converts a signal of which `next_samples` come at once.

    Parameters
    ----------
    converter : vconv.conversion.converter.VoiceConverter
    source : int or None
        Number of the speaker; None if unseen.

    Attributes
    ----------
    blend : vconv.spectral_conversion.blend.Blend
        The target; may be changed at any time.
    controls : vconv.conversion.controls.Controls
        May be changed at any time.
    f0_hz : (float, float)
        Of the last frame that came out, source and converted; 0 where unvoiced.

    Raises
    ------
    VconvError
        The model cannot stream.
    """

    def __init__(self, converter, source, blend, controls):
        self._converter, self._source, self.blend, self.controls = converter, source, blend, controls
        self._running = converter.spectral.running(source)
        self.grid = grid = BlockGrid(converter.rate, converter.frame_period_ms)
        self._back, self._ahead = (grid.blocks_of(frames) for frames in (self._running.back, self._running.ahead))
        known, encoder, kept = converter.statistics, converter.content_encoder, DECISION_BLOCKS + self._ahead + 1
        f0_range_hz = UNSEEN_RANGE_HZ if source is None else known.f0_range_hz[source]
        self._running_f0 = RunningF0(f0_range_hz, known.usual_log_f0_std) if source is None else None
        self._analysis = StreamAnalysis(grid, converter.frame_period_ms, f0_range_hz, self._running_f0, encoder, kept)
        self._synthesis = PulseSynthesizer(converter.rate, converter.frame_period_ms)
        per_s = converter.rate / grid.samples
        self._level, self._correction = RunningLevel(per_s), LevelCorrection(per_s)
        self._pauses = Pauses(self._level, converter.rate) if converter.spectral.keep_source_silence else None
        self._blocks, self._next, self.f0_hz = [], 0, (0.0, 0.0)  # (Frames, speech mask); the next to be converted

    @property
    def next_samples(self):
        """Number of samples for the next `push`."""
        return self._analysis.next_samples

    @property
    def delays_ms(self):
        """(what takes time, milliseconds) for each part of the largest delay."""
        block_ms = self.grid.milliseconds(self.grid.samples)
        return (
            ("block", block_ms),
            ("F0 window", self.grid.milliseconds(self._analysis.reach)),
            ("F0 decision", DECISION_BLOCKS * block_ms),
            ("look-ahead of the network", self._ahead * block_ms),
        )

    def push(self, y):
        """Return the next samples of the result, after `next_samples` samples of the source."""
        self._level.add(y)
        frames = self._analysis.push(y, loudness.REFERENCE_LEVEL / self._level.level)
        if frames is None:
            return np.zeros(0)
        self._blocks.append((frames, self._running.add(frames)))
        del self._blocks[: -(self._back + 1 + self._ahead)]
        if self._next + self._ahead >= self._analysis.blocks - DECISION_BLOCKS:
            return np.zeros(0)
        number, self._next = self._next, self._next + 1
        return self._converted(number)

    def _converted(self, number):
        """Return the signal of a block: from the last frame of the block before to its own last frame."""
        n, size = len(self._blocks) - 1 - self._ahead, self.grid.frames
        core, own = slice(n * size, (n + 1) * size), self._blocks[n][0]
        frames = _joined([frames for frames, _ in self._blocks], self._converter.spectral.uses_spectrum)
        mask = np.concatenate([mask for _, mask in self._blocks])
        spectrum = self._running.convert(frames, mask, core, self.blend)
        if self.controls.strength != 1:
            spectrum = self.controls.spectrum(world.restore_energy(own.spectrum, own.energy), spectrum)
        f0_hz = self._analysis.f0_hz(number)
        coded = own.aperiodicity
        if ((f0_hz > 0) != (own.f0_hz > 0)).any():  # F0 was decided otherwise in the meantime
            coded = self._analysis.aperiodicity(number, f0_hz)
        aperiodicity = world.interpolate_aperiodicity(coded, f0_hz, self.grid.rate)
        new_f0_hz = self._new_f0_hz(f0_hz)
        self.f0_hz = float(f0_hz[-1]), float(new_f0_hz[-1])
        y = self._synthesis.push(new_f0_hz, spectrum, aperiodicity)
        return self._finished(y, number, mask, n)

    def _new_f0_hz(self, f0_hz):
        """Return the converted F0 [n] of a block."""
        if self._running_f0 is None:
            log_f0 = self._converter.source_log_f0(self._source, f0_hz)
        else:
            log_f0 = self._running_f0.log_f0
        return self._converter.converted_f0(f0_hz, log_f0, self.blend, self.controls)

    def _finished(self, y, number, mask, n):
        """Return a synthesized block with the level and the pauses of the source, and with limited peaks."""
        size, end = self.grid.frames, self.grid.sample((number + 1) * self.grid.frames - 1)
        source = self._analysis.signal(end - len(y), end)
        speech = bool(mask[n * size : (n + 1) * size].all())
        y = self._correction.apply(y, source, speech)
        if self._pauses:
            share = silence.smoothed(mask)
            first = end - len(y) - self.grid.sample((number - n) * size)
            period_ms = self._converter.frame_period_ms
            y = self._pauses.apply(y, source, silence.weights(share, first, len(y), self.grid.rate, period_ms))
        return limit(y)


def _joined(parts, uses_spectrum):
    """Return parts of `Frames` as one, without the spectra, most of the data, unless the conversion uses them."""
    if not uses_spectrum:
        parts = [part._replace(spectrum=None) for part in parts]
    columns = zip(*parts, strict=True)
    return Frames(*(None if column[0] is None else np.concatenate(column) for column in columns))
