"""A block of a stream, against its duration."""

import numpy as np
from row import Row, Work

BLOCK_S, BLOCKS, QUICK_BLOCKS = 0.02, 250, 5


def stream(inputs):
    """Return the work of pushing a stream's blocks of 20 ms."""
    from vconv.audio import wav
    from vconv.streaming.converter import StreamingConverter

    converter = inputs.converter
    y, _ = wav.read(inputs.recordings[0], converter.rate)
    count, size = QUICK_BLOCKS if inputs.quick else BLOCKS, round(BLOCK_S * converter.rate)
    blocks = np.resize(y, (count, size))
    streaming = StreamingConverter(converter, converter.speakers[0])
    return Work(count, lambda: [streaming.push(block) for block in blocks], count * BLOCK_S)


ROWS = [Row("stream-block", "a block of 20 ms of a stream", "blocks", stream, "its duration")]
