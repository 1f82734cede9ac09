"""The loop of a pipe, with a converter that only delays: form of the output, order of reads and writes, Ctrl-C."""

import fcntl
import io
import os
import signal
import struct
import termios
import threading
import time
from functools import partial

import numpy as np
import pytest
from delay import Delay
from wav_bytes import fmt, wav

from vconv.streaming import pcm, pipe, wav_header
from vconv.streaming.pcm import PcmFormat

RAW = PcmFormat(16000, "s16le", 1)
DATA = pcm.encode(np.random.default_rng(0).uniform(-1, 1, 5000), "s16le")
TAGS = {"title": "a converted voice"}


def parts(data, size):
    """Return a function that returns the next `size` bytes of `data`, or all."""
    return partial(io.BytesIO(data).read, size)


def converted(data, size=None, raw=RAW):
    """Return the bytes that come out, and the arguments with which the converter was made."""
    output, started = io.BytesIO(), []

    def start(form, is_wav):
        started.append((form, is_wav))
        return Delay(form.rate)

    pipe.convert(parts(data, size), output, raw, TAGS, start, pytest.fail)
    return output.getvalue(), started


@pytest.mark.parametrize("size", [None, 1, 7, 4096])
def test_raw_samples_keep_their_form_and_number(size):
    assert converted(DATA, size) == (DATA, [(RAW, False)])


@pytest.mark.parametrize("size", [None, 1, 4096])
def test_stereo_wav_becomes_mono_wav_of_the_same_rate_and_encoding(size):
    data, started = converted(wav(np.repeat(np.frombuffer(DATA, "<i2"), 2).tobytes(), fmt(44100, 2)), size)
    form = PcmFormat(44100, "s16le", 1)
    assert started == [(form._replace(channels=2), True)]
    assert data == wav_header.header(form, TAGS) + DATA


def test_samples_are_written_before_the_next_are_read():
    written, seen = io.BytesIO(), []
    output, file = io.BufferedWriter(written), io.BytesIO(DATA)

    def read():
        seen.append(len(written.getvalue()))
        return file.read(2000)

    pipe.convert(read, output, RAW, TAGS, lambda form, is_wav: Delay(form.rate, samples=300), pytest.fail)
    assert seen == [0, 1400, 3400, 5400, 7400, 9400]


def test_ctrl_c_during_a_write_leaves_whole_samples(request):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    reading, writing = os.pipe()
    sent, found = DATA * 30, []
    raw = RAW._replace(encoding="s24le")  # a pipe is full after a power of 2, which is within a sample

    def interrupt():
        before = -1
        while (now := waiting_bytes(reading)) > before:
            before = now
            time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.1)
        while data := os.read(reading, 1 << 16):
            found.append(data)

    thread = threading.Thread(target=interrupt, daemon=True)
    thread.start()
    with pytest.raises(KeyboardInterrupt), pipe.opened(writing) as output:
        pipe.convert(parts(sent, None), output, raw, TAGS, lambda form, is_wav: Delay(form.rate), pytest.fail)
    os.close(writing)
    thread.join()
    os.close(reading)
    data = b"".join(found)
    assert 0 < len(data) < len(sent) and len(data) % 3 == 0 and sent.startswith(data)


def waiting_bytes(descriptor):
    """Return how many bytes wait in a pipe."""
    return struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, bytes(4)))[0]
