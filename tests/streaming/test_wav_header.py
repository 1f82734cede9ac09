"""Headers of streams that are written: other readers understand them, and this one."""

import io

import numpy as np
import pytest
import soundfile

from vconv.streaming import pcm, wav_header
from vconv.streaming.pcm import PcmFormat

Y = np.array([0.5, -0.25, 0.125])
TAGS = {"title": "Voice converted from é to TF1", "comment": "no recording", "software": "vconv"}


@pytest.mark.parametrize("encoding", pcm.BYTES)
def test_libsndfile_reads_samples_rate_and_tags(encoding):
    stream = wav_header.header(PcmFormat(44100, encoding, 1), TAGS) + pcm.encode(Y, encoding)
    with soundfile.SoundFile(io.BytesIO(stream)) as file:
        assert (file.samplerate, file.channels) == (44100, 1)
        assert {name: getattr(file, name) for name in TAGS} == TAGS
        np.testing.assert_array_equal(file.read(len(Y)), Y)


@pytest.mark.parametrize("encoding", pcm.BYTES)
def test_what_is_written_is_read(encoding):
    form = PcmFormat(8000, encoding, 2)
    begin = wav_header.header(form, TAGS)
    found = wav_header.parse(begin)
    assert found == (form, len(begin), None, 0) and begin.startswith(b"RIFF\xff\xff\xff\xffWAVE")
