"""Ogg files with the same bytes for the same sound: libsndfile draws the serial number of the stream at random."""

import struct
import zlib

HEADER = struct.Struct(
    "<4sBBqIIIB"
)  # of a page (RFC 3533): OggS, version, type, position, serial, number, CRC, segments
SERIAL, CRC = slice(14, 18), slice(22, 26)
REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def set_serial(file, serial=0):
    """Write the serial number `serial` into all pages of an Ogg file, open for reading and writing in binary mode."""
    file.seek(0)
    while header := file.read(HEADER.size):
        segments = file.read(header[-1])
        page = bytearray(header + segments + file.read(sum(segments)))
        page[SERIAL], page[CRC] = struct.pack("<I", serial), bytes(4)
        page[CRC] = struct.pack("<I", crc(page))
        file.seek(-len(page), 1)
        file.write(page)
    file.seek(0)


def crc(page):
    """Return the CRC of a page: polynomial 0x04C11DB7, from 0, highest bit first; zlib's has the lowest bit first."""
    lowest_first = zlib.crc32(page.translate(REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{lowest_first:032b}"[::-1], 2)
