"""Ogg files: the serial number is set in all pages, and the CRC stays right."""

import io

import numpy as np
import pytest
import soundfile
from mutagen.ogg import OggPage

from vconv.audio import ogg


@pytest.mark.parametrize("serial", [0, 7, 2**32 - 1])
def test_all_pages_get_the_serial_number_and_stay_valid(serial):
    """Mutagen computes the CRC of a page by its own code."""
    file, noise = io.BytesIO(), 0.1 * np.random.default_rng(0).standard_normal(100_000)
    soundfile.write(file, noise, 16000, format="OGG")
    before, _ = soundfile.read(io.BytesIO(file.getvalue()))
    ogg.set_serial(file, serial)
    found, pages = io.BytesIO(file.getvalue()), []
    while found.tell() < len(file.getvalue()):
        pages.append(OggPage(found))
    assert len(pages) > 3 and {page.serial for page in pages} == {serial}
    assert b"".join(page.write() for page in pages) == file.getvalue()
    np.testing.assert_array_equal(soundfile.read(file)[0], before)
