"""A stream of bytes, WAV or raw PCM → the same stream in another voice, without waiting for its end."""

from vconv.streaming import pcm, wav_header
from vconv.streaming.pcm_reader import PcmReader

BUFFER_BYTES = 8192
PIECE_BYTES = 6144  # written at once: whole samples of every encoding, fewer than the buffer holds


def convert(read, output, raw, tags, start, report):
    """Convert a stream; the output has as many samples as the input, its rate and encoding, and one channel.

    Parameters
    ----------
    read : callable
        Returns the bytes that are there, waiting until there are some; b"" at the end.
    output : io.BufferedWriter
        As of `opened`; gets the stream, WAV if the input is WAV. It is flushed whenever samples are ready.
    raw : pcm.PcmFormat
        The format of an input that is not WAV.
    tags : dict
        Texts for the header of a WAV output, as of `wav_header.header`.
    start : callable
        Gets the `PcmFormat` of the input and whether it is WAV, and returns the converter, with `push` and `flush`.
    report : callable
        Gets a sentence about each oddity of the input.

    Raises
    ------
    VconvError
        The input is in a format that is not supported.
    """
    reader, converter = PcmReader(raw, report), None

    def convert_samples(y):
        """Write what the samples `y` complete; begin the output when its format is known."""
        nonlocal converter
        if reader.form and not converter:
            converter = start(reader.form, reader.is_wav)
            if reader.is_wav:
                _write(output, wav_header.header(reader.form._replace(channels=1), tags))
        if converter:
            _write(output, pcm.encode(converter.push(y), reader.form.encoding))

    while data := read():
        convert_samples(reader.push(data))
    convert_samples(reader.finish())
    _write(output, pcm.encode(converter.flush(), reader.form.encoding))


def opened(descriptor):
    """Return a file for `convert` that writes to a descriptor, which stays open when the file is closed."""
    return open(descriptor, "wb", buffering=BUFFER_BYTES, closefd=False)


def _write(output, data):
    """Write and flush bytes so that Ctrl-C leaves whole samples.

    What was not written stays in the buffer of `output`, which is flushed when it is closed. A write of more than the
    buffer holds would lose its rest.
    """
    for begin in range(0, len(data), PIECE_BYTES):
        output.write(data[begin : begin + PIECE_BYTES])
    output.flush()
