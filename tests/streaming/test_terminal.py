"""Keys without Enter, the terminal as it was, and the line about a conversion."""

import io
import os
import pty
import termios
from types import SimpleNamespace

import pytest

from vconv.streaming import terminal


@pytest.fixture
def pseudo_terminal():
    """The two ends of a terminal: the descriptor of the keyboard, and the file of the program."""
    keyboard, side = pty.openpty()
    with open(side) as file:
        yield keyboard, file
    os.close(keyboard)


def test_keys_come_without_enter_and_the_terminal_is_as_before(pseudo_terminal):
    keyboard, file = pseudo_terminal
    before = termios.tcgetattr(file)
    with terminal.Keys(file) as keys:
        assert termios.tcgetattr(file) != before
        os.write(keyboard, b" q")
        assert [keys.wait(5), keys.wait(5), keys.wait(0.01)] == [" ", "q", ""]
    assert termios.tcgetattr(file) == before


def test_the_terminal_is_as_before_after_an_error(pseudo_terminal):
    _, file = pseudo_terminal
    before = termios.tcgetattr(file)
    with pytest.raises(KeyboardInterrupt), terminal.Keys(file):
        raise KeyboardInterrupt
    assert termios.tcgetattr(file) == before


def test_without_a_terminal_there_are_no_keys():
    with terminal.Keys(io.StringIO("q")) as keys:
        assert keys.wait(0.01) == ""


def session(level_db=-20.0, bypass=False, underruns=0):
    converter = SimpleNamespace(f0_hz=(118.4, 0.0), bypass=bypass)
    return SimpleNamespace(converter=converter, level_db=level_db, load=0.314, underruns=underruns)


def test_the_line_has_level_f0_load_latency_and_under_runs():
    expected = "converted [#####...] F0 118 > 0 Hz, load 31 %, latency 288 ms, under-runs 0"
    assert terminal.status(session(), 287.7) == expected
    assert terminal.status(session(0, True, 12), 287.7) == (
        "own voice [########] F0 118 > 0 Hz, load 31 %, latency 288 ms, under-runs 12"
    )
    assert "[........]" in terminal.status(session(-90), 0)


def test_the_line_is_written_over_the_last_one_and_on_terminals_alone(monkeypatch):
    class Screen(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "20")
    for stream, expected in (Screen(), "\rlong line of sound " + "\rshort" + " " * 14), (io.StringIO(), ""):
        monkeypatch.setattr("sys.stderr", stream)
        terminal.show("long line of sound and more")
        terminal.show("short")
        assert stream.getvalue() == expected
