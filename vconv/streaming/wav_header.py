"""The header of a WAV stream, read before the rest has come, and written before the length is known."""

import struct
from typing import NamedTuple

from vconv.common.errors import VconvError
from vconv.streaming.pcm import PcmFormat

MAGIC = b"RIFF", b"RF64"
LONGEST = 1 << 24  # bytes before the samples: room for pictures among the tags
UNKNOWN = 0, 0x7FFFF000, 0xFFFFFFFF, (1 << 64) - 1  # sizes that programs write when they do not know the length
PCM, FLOAT, EXTENSIBLE = 1, 3, 0xFFFE  # codecs
ENCODINGS = {(PCM, 16): "s16le", (PCM, 24): "s24le", (PCM, 32): "s32le", (FLOAT, 32): "f32le"}
RATES_HZ = 4000, 192_000
LARGEST = 0xFFFFFFFF
TAGS = {"title": b"INAM", "comment": b"ICMT", "software": b"ISFT"}


class WavHeader(NamedTuple):
    """What the header of a WAV stream says.

    Attributes
    ----------
    form : PcmFormat
    begin : int
        Bytes before the samples.
    size : int or None
        Bytes of the samples; None if the header does not know.
    after : int
        Bytes of other chunks that follow the samples.
    """

    form: PcmFormat
    begin: int
    size: int | None
    after: int


def parse(data):
    """Return the `WavHeader` at the beginning of bytes that start with one of `MAGIC`; None if more are needed.

    Raises
    ------
    VconvError
        The bytes are no WAVE, the codec, rate or number of channels is not supported, or no samples are found.
    """
    if len(data) < 12:
        return None
    if data[8:12] != b"WAVE":
        raise VconvError(f"the input is RIFF of the kind {bytes(data[8:12])!r}; give WAVE or raw PCM")
    riff_size, chunks, at = struct.unpack_from("<I", data, 4)[0], {}, 12
    while len(data) >= at + 8:
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"data":
            return _header(chunks, at + 8, size, riff_size)
        if name in (b"fmt ", b"ds64"):
            chunks[name] = bytes(data[at + 8 : at + 8 + size])
        at += 8 + size + size % 2
        if at > LONGEST:
            raise VconvError(f"the WAV input has no samples within its first {LONGEST:,} bytes; give WAV or raw PCM")
    return None


def _header(chunks, begin, size, riff_size):
    """Return the `WavHeader` of the chunks before the samples, with the sizes of samples and file in bytes."""
    if len(chunks.get(b"ds64", b"")) >= 16 and size == LARGEST:
        riff_size, size = struct.unpack_from("<QQ", chunks[b"ds64"])
    form = _format(chunks.get(b"fmt ", b""))
    if size in UNKNOWN:
        return WavHeader(form, begin, None, 0)
    end = 0 if riff_size in UNKNOWN else 8 + riff_size
    return WavHeader(form, begin, size, max(end - begin - size, 0))


def _format(chunk):
    """Return the `PcmFormat` of the chunk `fmt `; VconvError unless it is supported."""
    if len(chunk) < 16:
        raise VconvError("the WAV input does not say its format before its samples; export it again")
    codec, channels, rate, _, frame_bytes, bits = struct.unpack_from("<HHIIHH", chunk)
    if codec == EXTENSIBLE and len(chunk) >= 26:
        codec = struct.unpack_from("<H", chunk, 24)[0]  # the beginning of the subformat
    if (codec, bits) not in ENCODINGS:
        raise VconvError(
            f"the WAV input has codec {codec:#06x} with {bits} bits; give PCM of 16, 24 or 32 bits (codec 0x0001) or "
            "floating-point samples of 32 bits (0x0003), for example by: ffmpeg -i IN.wav -c:a pcm_s16le OUT.wav"
        )
    form = PcmFormat(rate, ENCODINGS[codec, bits], channels)
    if not channels or frame_bytes != form.frame_bytes:
        raise VconvError(
            f"the WAV input says {channels} channels in {frame_bytes} bytes at {bits} bits, which contradict each "
            "other; export it again"
        )
    if not RATES_HZ[0] <= rate <= RATES_HZ[1]:
        raise VconvError(f"the WAV input has a rate of {rate} Hz; give one from {RATES_HZ[0]} to {RATES_HZ[1]} Hz")
    return form


def header(form, tags):
    """Return the bytes that begin a WAV stream of unknown length.

    Parameters
    ----------
    form : PcmFormat
    tags : dict
        Texts by their names in `TAGS`, for the chunk LIST of the kind INFO.
    """
    codec, bits = next(key for key, encoding in ENCODINGS.items() if encoding == form.encoding)
    fmt = struct.pack("<HHIIHH", codec, form.channels, form.rate, form.rate * form.frame_bytes, form.frame_bytes, bits)
    texts = [_chunk(TAGS[name], text.encode(errors="replace") + b"\0") for name, text in tags.items()]
    info = _chunk(b"LIST", b"INFO" + b"".join(texts))
    unknown = struct.pack("<I", LARGEST)
    return b"RIFF" + unknown + b"WAVE" + _chunk(b"fmt ", fmt) + info + b"data" + unknown


def _chunk(name, content):
    """Return a chunk of RIFF: name, size, content, and a byte that makes the length even."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
