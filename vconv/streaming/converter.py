"""Conversion of a signal that comes in parts, with a declared delay.

Blocks of 20 ms are analyzed as they come, converted when the frames that the network looks ahead are there, and
synthesized pulse by pulse. What a conversion of a whole recording measures over the whole, level, speech mask, mean and
variance of features, log-F0, is estimated from what came so far. There is no resynthesis.
"""

import numpy as np

from vconv.audio import samples
from vconv.audio.stream_resampling import StreamResampler
from vconv.common.errors import VconvError
from vconv.common.threads import one_blas_thread
from vconv.conversion import targets
from vconv.conversion.controls import UNCHANGED
from vconv.conversion.converter import VoiceConverter
from vconv.streaming.block_conversion import BlockConversion
from vconv.streaming.delay_line import DelayLine
from vconv.streaming.latency import Latency

NOT_FINITE = "the signal holds NaN or infinite samples, which are replaced by silence"


def voice_of(run, conversion=None):
    """Return the `VoiceConverter` for a stream; parameters and errors as of `VoiceConverter.load`.

    A change of `resynthesis_iterations` is refused. The model's own are left out.
    """
    if conversion and conversion.get("resynthesis_iterations"):
        raise VconvError(
            "conversion.resynthesis_iterations: a stream has no resynthesis, which needs whole recordings; leave it "
            "out, or use `vconv convert`"
        )
    return VoiceConverter.load(run, conversion)


class StreamingConverter:
    """Converts a signal that comes in parts; the n-th sample out belongs to the n-th sample in.

    How the signal is cut into parts does not change the result.

    Parameters
    ----------
    converter : VoiceConverter
    target : str or dict
        As of `VoiceConverter.convert`.
    source : str, optional
        The speaker, one of the model's; an unseen one when left out.
    rate : int, optional
        Of input and output, in Hz; that of the model when left out.
    controls : vconv.conversion.controls.Controls
    report : callable, optional
        Gets a sentence about each kind of oddity of the signal, once.

    Attributes
    ----------
    rate : int
    latency : Latency
        The largest delay.
    bypass : bool
        True: the source's own signal comes out, as late as a converted one.

    Raises
    ------
    VconvError
        A speaker is unknown, a control is beyond its limits, or the model cannot stream.

    Examples
    --------
    >>> stream = vconv.StreamingConverter.load("vcc2016", target="TM3", rate=48000)  # doctest: +SKIP
    >>> y = stream.push(block)  # doctest: +SKIP
    """

    def __init__(self, converter, target, source=None, rate=None, controls=UNCHANGED, report=None):
        self._speakers, self._report = converter.speakers, report
        number = None if source is None else converter.number_of(source)
        blend = targets.parse(target, converter.speakers)
        self._conversion = BlockConversion(converter, number, blend, controls.checked())
        self.rate, self.bypass = rate or converter.rate, False
        self._into = StreamResampler(self.rate, converter.rate)
        self._out_of = StreamResampler(converter.rate, self.rate)
        resampling_ms = 1000 * (self._into.delay / self.rate + self._out_of.delay / converter.rate)
        self.latency = Latency((*self._conversion.delays_ms, ("resampling", resampling_ms)), self.rate)
        self._source = DelayLine(self.rate)
        self._waiting = np.zeros(0)  # at the model's rate

    @classmethod
    def load(cls, run, target, conversion=None, **options):
        """Return the converter of a run, a voice file or a ready voice; parameters as of `voice_of` and the class."""
        return cls(voice_of(run, conversion), target, **options)

    @property
    def f0_hz(self):
        """F0 of the newest block, (source, converted), in Hz; 0 where unvoiced."""
        return self._conversion.f0_hz

    def change(self, target=None, controls=None):
        """Convert to another target, or with other `Controls`, from the next block on; errors as of the class."""
        if target is not None:
            self._conversion.blend = targets.parse(target, self._speakers)
        if controls is not None:
            self._conversion.controls = controls.checked()

    @one_blas_thread()
    def push(self, signal):
        """Return the next converted samples, float64, after the samples of `signal`.

        Parameters
        ----------
        signal : ndarray [n]
            Floating-point numbers in [-1, 1], or integers, scaled by their type. NaN and infinite samples become 0.

        Returns
        -------
        y : ndarray [m]
            After n samples in all, at least n − `latency.samples` came out in all.
        """
        y = self._finite(np.asarray(signal))
        self._source.push(y)
        return self._converted(self._into.push(y))

    @one_blas_thread()
    def flush(self):
        """Return the rest, so that as many samples came out as went in; it ends the stream."""
        parts = [np.zeros(0)]
        while self._source.waiting:
            parts.append(self._converted(self._into.push(np.zeros(self._into.delay + self.rate // 50))))
        return np.concatenate(parts)

    def _finite(self, y):
        """Return samples as finite floating-point numbers."""
        y = samples.of_array(y) if y.dtype.kind in "iu" else y.astype(np.float64)
        finite = np.isfinite(y)
        if finite.all():
            return y
        if self._report:
            self._report(NOT_FINITE)
            self._report = None
        return np.where(finite, y, 0.0)

    def _converted(self, y):
        """Return what comes out after the samples [n] at the model's rate."""
        self._waiting = np.concatenate([self._waiting, y])
        parts = [np.zeros(0)]
        while len(self._waiting) >= (count := self._conversion.next_samples):
            part, self._waiting = self._waiting[:count], self._waiting[count:]
            parts.append(self._out_of.push(self._conversion.push(part)))
        return self._source.pop(np.concatenate(parts), self.bypass)
