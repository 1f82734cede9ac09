"""A long stream on one core: load, slowest push and memory of each minute.

    python benchmarks/streaming_load.py RUN TARGET RECORDING... [--source SPEAKER] [--minutes 10]

The recordings are joined and repeated. Blocks of 20 ms of the model's rate are pushed as fast as they are converted.
Load is CPU time / duration, a push is late if it takes more than 20 ms of CPU time, memory is the process's largest.
"""

import resource
import time

import numpy as np
from streaming import loaded, parser

from vconv.streaming.converter import StreamingConverter

BLOCK_S = 0.02


def main():
    arguments = parser(__doc__)
    arguments.add_argument("--minutes", type=int, default=10)
    options = arguments.parse_args()
    converter, y = loaded(options)
    stream, size = StreamingConverter(converter, options.target, options.source), round(BLOCK_S * converter.rate)
    blocks, per_minute = np.resize(y, (len(y) // size, size)), round(60 / BLOCK_S)
    print("minute  load  slowest push / ms  late pushes  memory / MB")
    for minute in range(options.minutes):
        seconds = []
        for number in range(minute * per_minute, (minute + 1) * per_minute):
            start = time.thread_time()
            stream.push(blocks[number % len(blocks)])
            seconds.append(time.thread_time() - start)
        late = np.count_nonzero(np.array(seconds) > BLOCK_S)
        memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{minute + 1:6} {sum(seconds) / 60:5.2f} {1000 * max(seconds):18.1f} {late:12} {memory_mb:12.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
