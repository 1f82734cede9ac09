"""A live conversion without a device: delay, under-runs, overload, errors; with a converter that only delays."""

import threading
import time

import numpy as np
import pytest
from delay import Delay
from hypothesis import given
from hypothesis import strategies as st

from vconv.streaming.live_session import LiveSession, SampleQueue

RATE, BLOCK = 16000, 320
SOUND = np.random.default_rng(0).uniform(-0.5, 0.5, 80 * BLOCK)


class Gated(Delay):
    """A delay that converts a block of the device only when it is allowed."""

    def __init__(self, samples=500):
        super().__init__(RATE, samples)
        self.gate, self.allowed, self.blocked = threading.Condition(), 0, False

    def push(self, y):
        with self.gate:
            self.blocked = True
            while y.any() and not self.allowed:  # the silence of the beginning passes
                assert self.gate.wait(10)
            self.allowed, self.blocked = self.allowed - 1, False
        return super().push(y)

    def allow(self, count):
        """Let so many blocks pass, no matter how many were allowed before."""
        with self.gate:
            self.allowed = count
            self.gate.notify()


class Watched(LiveSession):
    """A session that tells when its thread can do no more."""

    idle = False

    def _next(self):
        with self._changed:
            self.idle = True
            block = super()._next()
            self.idle = False
            return block

    def settled(self):
        """Return whether the thread waits for samples, or in the converter for leave."""
        with self.converter.gate, self._changed:
            waits_in_converter = self.converter.blocked and not self.converter.allowed
            return waits_in_converter or (self.idle and len(self._waiting) <= self._lost)


def wait_until(condition):
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.0005)


def played(allowed, block=BLOCK):
    """Return what comes out when up to `allowed[k]` blocks are converted after the exchange k, and the session."""
    converter, out = Gated(), []
    with Watched(converter, block) as session:
        for number, count in enumerate(allowed):
            converter.allow(0)
            out.append(session.exchange(SOUND[number * block : (number + 1) * block]))
            converter.allow(count)
            wait_until(session.settled)
        converter.allow(100)
    return np.concatenate(out), session


@pytest.mark.parametrize("block", [80, 160, 320, 1024])
def test_sound_comes_back_after_the_delay_that_is_told(block):
    y, session = played([1] * 20, block)
    assert session.underruns == 0 and session.delay == 500 + max(block, 320)
    np.testing.assert_array_equal(y, np.append(np.zeros(session.delay), SOUND)[: len(y)])


def test_what_is_not_ready_is_silent_and_counted_and_the_delay_does_not_grow():
    y, session = played([1] * 10 + [0] * 4 + [20] * 10)
    expected = np.append(np.zeros(session.delay), SOUND)[: len(y)]
    assert session.underruns == 4 and session.delay == 500 + BLOCK
    np.testing.assert_array_equal(y[: 11 * BLOCK], expected[: 11 * BLOCK])
    assert not y[11 * BLOCK : 14 * BLOCK].any() and y[14 * BLOCK : 16 * BLOCK].any()
    np.testing.assert_array_equal(y[-5 * BLOCK :], expected[-5 * BLOCK :])


def test_a_converter_that_is_half_as_fast_as_needed_is_still_heard_without_growing_delay():
    y, session = played([1, 0] * 40)
    assert session.underruns > 20 and len(session._waiting) <= 4 * BLOCK
    heard = y[-20 * BLOCK :].reshape(-1, BLOCK).any(axis=1)
    assert 8 <= heard.sum() <= 14


def test_an_error_of_the_conversion_is_told_to_whoever_asks():
    class Broken(Delay):
        def push(self, y):
            return np.zeros(9) if not y.any() else 1 / 0

    with LiveSession(Broken(), BLOCK) as session:
        session.check()
        session.exchange(SOUND[:BLOCK])
        wait_until(lambda: session._error)
        with pytest.raises(ZeroDivisionError):
            session.check()


def test_level_and_load_are_those_of_the_last_blocks():
    class Slow(Delay):
        def push(self, y):
            time.sleep(0.01 * y.any())
            return super().push(y)

    with LiveSession(Slow(), BLOCK) as session:
        assert session.load == 0
        session.exchange(np.full(BLOCK, -0.5))
        wait_until(lambda: session.load)
        assert session.level_db == pytest.approx(-6.02, abs=0.01) and 0.5 <= session.load < 50


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=20))
def test_a_queue_is_first_in_first_out(steps):
    queue, expected, number = SampleQueue(), [], 0
    for append, count in steps:
        if append:
            new = np.arange(number, number + count, dtype=float)
            number += count
            queue.append(new)
            expected.extend(new)
        else:
            assert queue.take(count).tolist() == expected[:count]
            del expected[:count]
        assert len(queue) == len(expected)
