"""WAV streams for tests, chunk by chunk."""

import struct

SUBFORMAT = bytes.fromhex("000000001000800000aa00389b71")  # of a GUID, after its two bytes for the codec


def chunk(name, content, size=None):
    """Return a chunk, padded to an even length; `size` is what it says of its length."""
    return name + struct.pack("<I", len(content) if size is None else size) + content + bytes(len(content) % 2)


def fmt(rate=16000, channels=1, bits=16, codec=1, extensible=False):
    """Return the chunk `fmt `."""
    frame = channels * bits // 8
    content = struct.pack("<HHIIHH", 0xFFFE if extensible else codec, channels, rate, rate * frame, frame, bits)
    if extensible:
        content += struct.pack("<HHIH", 22, bits, 0, codec) + SUBFORMAT
    return chunk(b"fmt ", content)


def wav(data, *before, size=None, riff_size=None, magic=b"RIFF", after=b""):
    """Return a stream with the samples `data`; `before` are its chunks, by default `fmt()`."""
    chunks = b"WAVE" + b"".join(before or (fmt(),)) + chunk(b"data", data, size) + after
    return magic + struct.pack("<I", len(chunks) if riff_size is None else riff_size) + chunks
