"""A terminal during a live conversion: keys without Enter, and one line that is written again and again."""

import os
import shutil
import sys
import time

try:
    import select
    import termios
    import tty
except ImportError:  # Windows
    termios = None
try:
    import msvcrt
except ImportError:
    msvcrt = None

METER, STEP_DB = 8, 6.0  # characters of the meter, and decibels of one
POLL_S = 0.02  # between two looks for a key on Windows


class Keys:
    """Keys as they are pressed; a context manager, after which the terminal is as it was before.

    Without a terminal there are no keys.
    """

    def __init__(self, stream=None):
        self._stream = stream or sys.stdin
        self._terminal = self._stream.isatty()

    def __enter__(self):
        if termios and self._terminal:
            self._before = termios.tcgetattr(self._stream)
            tty.setcbreak(self._stream)
        return self

    def __exit__(self, *_):
        if termios and self._terminal:
            termios.tcsetattr(self._stream, termios.TCSADRAIN, self._before)

    def wait(self, seconds):
        """Return the next key, or "" if none is pressed for so many seconds."""
        if termios and self._terminal:
            pressed = select.select([self._stream], [], [], seconds)[0]
            return os.read(self._stream.fileno(), 1).decode(errors="replace") if pressed else ""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if msvcrt and self._terminal and msvcrt.kbhit():
                return msvcrt.getwch()
            time.sleep(min(POLL_S, left))
        return ""


def status(session, latency_ms):
    """Return the line about a `LiveSession`, with the latency in ms."""
    full = min(max(round(METER + session.level_db / STEP_DB), 0), METER)
    source_hz, converted_hz = session.converter.f0_hz
    voice = "own voice" if session.converter.bypass else "converted"
    return (
        f"{voice} [{'#' * full:.<{METER}}] F0 {source_hz:.0f} > {converted_hz:.0f} Hz, "
        f"load {100 * session.load:.0f} %, latency {latency_ms:.0f} ms, under-runs {session.underruns}"
    )


def show(line):
    """Write `line` over the last one on the standard error stream, if that is a terminal."""
    if sys.stderr.isatty():
        columns = shutil.get_terminal_size().columns - 1
        print(f"\r{line[:columns]:<{columns}}", end="", file=sys.stderr, flush=True)
