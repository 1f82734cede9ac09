"""Streams of bytes: the same samples however they are cut, headers of all kinds, and headers that are wrong."""

import io
import struct

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from wav_bytes import chunk, fmt, wav

from vconv.common.errors import VconvError
from vconv.streaming import pcm
from vconv.streaming.pcm import PcmFormat
from vconv.streaming.pcm_reader import PcmReader

RAW = PcmFormat(16000, "s16le", 1)
SAMPLES = np.random.default_rng(0).uniform(-1, 1, 60)
DATA = pcm.encode(SAMPLES, "s16le")
Y = pcm.decode(DATA, "s16le")
LIST = chunk(b"LIST", b"INFOISFT\x03\0\0\0abc\0")
UNKNOWN = 0xFFFFFFFF
DS64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(DATA), len(Y), 0))
STREAMS = {
    "raw": DATA,
    "raw that begins like a header": b"RIF" + DATA + b"\0",
    "size known": wav(DATA),
    "size 0": wav(DATA, size=0, riff_size=0),
    "size of ffmpeg": wav(DATA, size=UNKNOWN, riff_size=UNKNOWN),
    "size of sox": wav(DATA, size=0x7FFFF000, riff_size=0x7FFFF024),
    "tags before": wav(DATA, fmt(), LIST, chunk(b"odd ", b"abc")),
    "tags after": wav(DATA, after=LIST),
    "RF64": wav(DATA, DS64, fmt(), size=UNKNOWN, riff_size=UNKNOWN, magic=b"RF64"),
    "RF64 of unknown length": wav(
        DATA, chunk(b"ds64", bytes(28)), fmt(), size=UNKNOWN, riff_size=UNKNOWN, magic=b"RF64"
    ),
    "more than said": wav(DATA, size=20, riff_size=56),
    "fewer than said": wav(DATA, size=2000, riff_size=2036),
    "ends within a sample": wav(DATA + b"\1", size=UNKNOWN)[:-1],
    "raw that ends within a sample": DATA + b"\1",
}


def read(stream, cuts=(), raw=RAW):
    """Return the samples of a stream that comes in parts, the reader, and what it reported."""
    notes = []
    reader = PcmReader(raw, notes.append)
    edges = [0, *sorted(cuts), len(stream)]
    parts = [reader.push(stream[begin:end]) for begin, end in zip(edges, edges[1:], strict=False)]
    return np.concatenate([*parts, reader.finish()]), reader, notes


@pytest.mark.parametrize("name", STREAMS)
@given(st.data())
def test_the_cutting_changes_neither_samples_nor_notes(name, data):
    stream = STREAMS[name]
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=12))
    (expected, whole, notes), (y, reader, found) = read(stream), read(stream, cuts)
    assert y.tobytes() == expected.tobytes() and reader.form == whole.form == RAW and found == notes


@pytest.mark.parametrize("name", [name for name in STREAMS if name != "raw that begins like a header"])
def test_all_samples_and_nothing_else_are_read(name):
    np.testing.assert_array_equal(read(STREAMS[name], range(len(STREAMS[name])))[0], Y)


@pytest.mark.parametrize(
    "name, note",
    [
        ("more than said", "the header of the input says 20 bytes of samples, but more come; they are converted, too"),
        ("fewer than said", "the header of the input says 2,000 bytes of samples, but it ended after 120"),
        ("ends within a sample", "the input ends within a sample, which is left out"),
        ("raw that ends within a sample", "the input ends within a sample, which is left out"),
        ("tags after", None),
        ("size of sox", None),
    ],
)
def test_each_oddity_is_told_once(name, note):
    notes = read(STREAMS[name], range(len(STREAMS[name])))[2]
    assert notes == ([note] if note else [])


def test_an_input_without_samples_is_told():
    for stream in b"", wav(b""), wav(b"", size=UNKNOWN):
        y, _, notes = read(stream)
        assert not len(y) and notes == ["the input holds no samples"]


FORMATS = [(1, 16, "s16le"), (1, 24, "s24le"), (1, 32, "s32le"), (3, 32, "f32le")]


@pytest.mark.parametrize("codec, bits, encoding", FORMATS)
@pytest.mark.parametrize("extensible", [False, True])
def test_the_header_chooses_rate_encoding_and_channels(codec, bits, encoding, extensible):
    stereo = np.stack([Y, -0.5 * Y], axis=1)
    stream = wav(pcm.encode(stereo.ravel(), encoding), fmt(44100, 2, bits, codec, extensible))
    y, reader, _ = read(stream, range(len(stream)))
    assert reader.form == PcmFormat(44100, encoding, 2) and reader.is_wav
    np.testing.assert_allclose(y, 0.25 * Y, atol=2e-5)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT"])
@pytest.mark.parametrize("container", ["WAV", "WAVEX", "RF64"])
def test_files_of_libsndfile_are_read(subtype, container):
    file = io.BytesIO()
    soundfile.write(file, np.stack([Y, Y], axis=1), 48000, subtype, format=container)
    y, reader, notes = read(file.getvalue())
    assert reader.form.rate == 48000 and notes == []
    np.testing.assert_array_equal(y, Y)


@pytest.mark.parametrize(
    "stream, sentence",
    [
        (b"RIFF\x10\0\0\0AVI " + DATA, "the input is RIFF of the kind b'AVI '; give WAVE or raw PCM"),
        (wav(DATA, fmt(bits=8)), "codec 0x0001 with 8 bits; give PCM of 16, 24 or 32 bits"),
        (wav(DATA, fmt(codec=7, bits=8, extensible=True)), "codec 0x0007 with 8 bits"),
        (wav(DATA, fmt(codec=3, bits=64)), "codec 0x0003 with 64 bits"),
        (wav(DATA, fmt(rate=1000)), "a rate of 1000 Hz; give one from 4000 to 192000 Hz"),
        (wav(DATA, fmt(channels=0)), "0 channels in 0 bytes at 16 bits"),
        (wav(DATA, LIST), "does not say its format before its samples"),
        (b"RIFF\0\0\0\0WAVEjunk\0\0\0\x40" + DATA, "has no samples within its first 16,777,216 bytes"),
        (wav(b"")[:-6], "ends within its header"),
        (b"fLaC" + DATA, "the input is FLAC, but only WAV and raw PCM are converted as streams"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(stream, sentence):
    with pytest.raises(VconvError, match=".") as error:
        read(stream, range(len(stream)))
    assert sentence in str(error.value) and "\n" not in str(error.value)
