"""Blocks of a microphone → converted blocks for a loudspeaker, with the conversion in a thread of its own."""

import threading
import time
from collections import deque

import numpy as np

PROCESSING_MS = 20.0  # the shortest time that the conversion of a block may take; converters work in blocks of 20 ms
LOAD_BLOCKS = 50  # over which the load is a mean
QUIETEST_DB = -90.0


class SampleQueue:
    """Samples, first in, first out."""

    def __init__(self):
        self._parts, self._count = deque(), 0

    def __len__(self):
        return self._count

    def append(self, y):
        """Append an array [n]."""
        self._parts.append(y)
        self._count += len(y)

    def take(self, count):
        """Remove and return the oldest samples, float64 [n], `count` or as many as there are."""
        taken, missing = [np.zeros(0)], count
        while missing and self._parts:
            part = self._parts.popleft()
            if len(part) > missing:
                self._parts.appendleft(part[missing:])
            taken.append(part[:missing])
            missing -= len(taken[-1])
        y = np.concatenate(taken)
        self._count -= len(y)
        return y


class LiveSession:
    """Converts what a device gives, in a thread; a context manager, within which the thread runs.

    What is given at a time comes back `delay` samples later. If it is not ready then, silence comes in its place, and
    as many samples of the input are left out later, so that the delay stays the same.

    Parameters
    ----------
    converter : vconv.streaming.converter.StreamingConverter
        Or another object with its `rate`, `latency`, `f0_hz` and `push`.
    block : int
        Samples that the device gives at once.

    Attributes
    ----------
    converter : object
    delay : int
        From input to output, in samples: the latency of the converter and the time for converting a block.
    underruns : int
        How often samples were not ready.
    level_db : float
        Peak of the last block of the input, in dB of full scale.
    """

    def __init__(self, converter, block):
        self.converter, self._block = converter, block
        self.delay = converter.latency.samples + max(block, round(PROCESSING_MS * converter.rate / 1000))
        self.underruns, self.level_db, self._lost = 0, QUIETEST_DB, 0
        self._waiting, self._ready = SampleQueue(), SampleQueue()
        self._changed = threading.Condition()  # guards what both threads change
        self._ended, self._error = False, None
        self._times = deque(maxlen=LOAD_BLOCKS)  # (seconds of work, seconds of sound)
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self):
        # The converter begins with silence. So its first push, which is slow, comes before the first block.
        self._ready.append(self.converter.push(np.zeros(self.delay)))
        self._thread.start()
        return self

    def __exit__(self, *_):
        with self._changed:
            self._ended = True
            self._changed.notify()
        self._thread.join()

    @property
    def load(self):
        """Time of conversion divided by the time of the sound, over the last blocks; 0.0 before the first."""
        with self._changed:
            work_s, sound_s = np.sum(self._times or [(0, 1)], axis=0)
        return float(work_s / sound_s)

    def exchange(self, y):
        """Give samples of the input, ndarray [n], and return as many of the output; never waits for the conversion."""
        with self._changed:
            self._waiting.append(y)
            converted = self._ready.take(len(y))
            missing = len(y) - len(converted)
            self.underruns += missing > 0
            self._lost += missing
            self._changed.notify()
        return np.pad(converted, (0, missing))

    def check(self):
        """Raise the error that ended the conversion, if there was one."""
        if self._error:
            raise self._error

    def _work(self):
        try:
            while len(block := self._next()):
                begin = time.perf_counter()
                y = self.converter.push(block)
                times = time.perf_counter() - begin, len(block) / self.converter.rate
                self.level_db = 20 * np.log10(max(np.abs(block).max(), 10 ** (QUIETEST_DB / 20)))
                with self._changed:
                    self._times.append(times)
                    self._ready.append(y)
        except Exception as error:  # raised by `check` in the thread that can tell it
            self._error = error

    def _next(self):
        """Wait for samples and return them, at most a block; none when the session has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self._waiting) > self._lost)
            if self._ended:
                return np.zeros(0)
            self._waiting.take(self._lost)
            self._lost = 0
            return self._waiting.take(self._block)
