"""Audio files → their samples by the program ffmpeg, for formats that libsndfile cannot read: M4A, video sound …"""

import struct
import subprocess
import tempfile

import numpy as np

from vconv.common import formats
from vconv.common.errors import VconvError

HEADER = struct.Struct(">4s5I")  # of a Sun AU file: magic, offset of the samples, size, encoding, rate, channels
FLOAT_BYTES = 4  # of a sample in encoding 6, float32
# Names of ffmpeg's demuxers. Others, of playlists and manifests, would read any file that a recording names.
CONTAINERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,eac3,flac,flv,m4a,matroska,mov,mp3,mp4,mpc,mpc8,mpeg,mpegts,"
    "nistsphere,ogg,tta,w64,wav,webm,wv"
)


class FfmpegStream:
    """The first sound track of a file, decoded by ffmpeg while it is read; it is read like a `soundfile.SoundFile`.

    Parameters
    ----------
    path : str or Path

    Attributes
    ----------
    samplerate : int
        In Hz.
    channels : int

    Raises
    ------
    VconvError
        ffmpeg cannot read the file, or the file holds no sound.
    """

    def __init__(self, path):
        self._path, self._messages = path, tempfile.TemporaryFile()
        # "file:" keeps ffmpeg from taking a name such as "concat:a" for more than a file.
        allowed = ("-protocol_whitelist", "file", "-format_whitelist", CONTAINERS)
        read = ("-nostdin", "-v", "error", *allowed, "-i", f"file:{path}", "-map", "0:a:0")
        self._process = subprocess.Popen(
            [formats.ffmpeg(), *read, "-c:a", "pcm_f32be", "-f", "au", "pipe:"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._messages,
        )
        try:
            header = self._process.stdout.read(HEADER.size)
            if len(header) < HEADER.size:
                raise self._error()
            _, offset, _, _, self.samplerate, self.channels = HEADER.unpack(header)
            self._process.stdout.read(offset - HEADER.size)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def read(self, frames, dtype="float64", always_2d=True):
        """Return the next samples [n, channels], n <= `frames`, of type `dtype`; n is 0 at the end only.

        VconvError if ffmpeg ends with an error.
        """
        size = FLOAT_BYTES * self.channels
        content = self._process.stdout.read(size * frames)
        if len(content) < size * frames and self._process.wait():
            raise self._error()
        whole = content[: len(content) // size * size]
        return np.frombuffer(whole, ">f4").astype(dtype).reshape(-1, self.channels)

    def close(self):
        """End ffmpeg."""
        self._process.kill()
        self._process.stdout.close()
        self._process.wait()
        self._messages.close()

    def _error(self):
        """Return the VconvError that quotes the last line of ffmpeg's messages."""
        self._process.wait()
        self._messages.seek(0)
        lines = self._messages.read().decode(errors="replace").split("\n")
        reason = next((line.strip() for line in reversed(lines) if line.strip()), "it gives no sound")
        reason = reason.removeprefix(f"file:{self._path}: ").rstrip(".")
        return VconvError(f"{self._path}: is no readable audio file (ffmpeg: {reason}); use WAV, FLAC, Ogg or MP3")
