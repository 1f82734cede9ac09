"""Bytes of a WAV or raw PCM stream, in parts of any size → mono samples."""

import numpy as np

from vconv.common.errors import VconvError
from vconv.streaming import pcm, wav_header

COMPRESSED = {b"fLaC": "FLAC", b"OggS": "Ogg", b"RIFX": "big-endian WAV"}  # never the beginning of raw PCM
ENDLESS = 1 << 63  # bytes


class PcmReader:
    """Bytes of a WAV or raw PCM stream → mono samples, which do not depend on how the bytes are cut.

    Parameters
    ----------
    raw : pcm.PcmFormat
        The format of a stream that does not begin with the header of a WAV file.
    report : callable
        Gets a sentence about each oddity of the stream.

    Attributes
    ----------
    form : pcm.PcmFormat or None
        The format of the stream; None until enough bytes have come to know it.
    is_wav : bool
        Whether the stream has the header of a WAV file.
    """

    def __init__(self, raw, report):
        self.form, self.is_wav = None, False
        self._raw, self._report = raw, report
        self._head = b""  # what came before the format was known
        self._frame = b""  # the beginning of a frame whose end has not come
        self._position = 0  # bytes that came after the header
        self._size, self._end = ENDLESS, ENDLESS  # of the samples, and with the chunks after them, as the header says
        self._told = False  # that more came

    def push(self, data):
        """Return the samples, float64 [n], that the next bytes complete; the mean of the channels.

        Raises
        ------
        VconvError
            The stream is in a format that is not supported.
        """
        if self.form is None:
            self._head += data
            data = self._after_header()
        return self._samples(data) if self.form else np.zeros(0)

    def finish(self):
        """Return the last samples, as of `push`, after all bytes have come, and report how the stream ended."""
        y = np.zeros(0)
        if self.form is None:
            if self._head[:4] in wav_header.MAGIC:
                raise VconvError("the WAV input ends within its header; record or export it again")
            self.form = self._raw
            y = self._samples(self._head)
        if not self._position:
            self._report("the input holds no samples")
        elif self._position < self._size < ENDLESS:
            self._report(
                f"the header of the input says {self._size:,} bytes of samples, but it ended after {self._position:,}"
            )
        if self._frame:
            self._report("the input ends within a sample, which is left out")
        return y

    def _after_header(self):
        """Find the format, if enough bytes have come, and return the bytes after the header."""
        begin = bytes(self._head[:4])
        signatures = (*wav_header.MAGIC, *COMPRESSED)
        if len(begin) < 4 and any(signature.startswith(begin) for signature in signatures):
            return b""
        if begin in COMPRESSED:
            raise VconvError(
                f"the input is {COMPRESSED[begin]}, but only WAV and raw PCM are converted as streams; decode it "
                "first, for example by: ffmpeg -i FILE -f wav -"
            )
        if begin not in wav_header.MAGIC:
            self.form = self._raw
            return self._head
        if header := wav_header.parse(self._head):
            self.form, self.is_wav = header.form, True
            if header.size is not None:
                self._size, self._end = header.size, header.size + header.after
            return self._head[header.begin :]
        return b""

    def _samples(self, data):
        """Return the samples that bytes after the header complete."""
        begin, self._position = self._position, self._position + len(data)
        if self._position > self._end and not self._told:
            self._told = True
            self._report(
                f"the header of the input says {self._size:,} bytes of samples, but more come; they are converted, too"
            )
        # The bytes from _size to _end are chunks after the samples, such as tags.
        data = self._frame + data[: max(self._size - begin, 0)] + data[max(self._end - begin, 0) :]
        whole = len(data) - len(data) % self.form.frame_bytes
        self._frame = data[whole:]
        return pcm.mono(data[:whole], self.form)
