"""`vconv live` with a module in place of `sounddevice`: the voice comes out, keys, mistakes, a device that is gone."""

import sys
import time

import numpy as np
import pytest
from calls import vconv_command
from delay import Delay
from sounddevice_double import Double
from voice import voice

from vconv.streaming import converter as streaming
from vconv.streaming import terminal

RUN = "live", "--run=sample", "--target=slt"


class Keyboard:
    """In place of `terminal.Keys`: presses a key when it is asked; Ctrl-C for "^C"."""

    def __init__(self, *pressed):
        self.pressed, self.deadline = list(pressed), time.monotonic() + 30

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def wait(self, seconds):
        assert time.monotonic() < self.deadline, "nothing ends the conversion"
        time.sleep(0.01)
        key = self.pressed.pop(0) if self.pressed else ""
        if key == "^C":
            raise KeyboardInterrupt
        return key


@pytest.fixture
def live(monkeypatch):
    """A function that installs a `Double` and keys, and the converter if it is to be another than the real one."""

    def install(double, *keys, converter=None, keyboard=Keyboard):
        monkeypatch.setitem(sys.modules, "sounddevice", double)
        monkeypatch.setattr(terminal, "Keys", lambda: keyboard(*keys))
        if converter:
            monkeypatch.setattr(streaming, "StreamingConverter", lambda *_: converter)

    return install


def test_the_converted_voice_is_played_until_the_device_is_gone(live, capsys):
    double = Double(sound=voice(110.0, 3.0, 16000))  # 3 s, because a busy machine may begin late
    live(double)
    assert vconv_command(*RUN, "--input=usb", "--semitones=1") == 2
    out, err = capsys.readouterr()
    played = np.concatenate(double.streams[0].played)[:, 0]
    assert len(played) == 48000 and np.isfinite(played).all() and np.abs(played[8000:]).max() > 0.01
    assert out == "" and "latency " in err and "from USB microphone to Loudspeaker at 16000 Hz" in err
    assert "the sound device USB microphone or Loudspeaker cannot be used (it gives no more sound)" in err


def test_space_switches_to_the_own_voice_and_back_and_q_ends(live, capsys):
    converter, seen = Delay(), []

    class Noted(Keyboard):
        def wait(self, seconds):
            seen.append(converter.bypass)
            return super().wait(seconds)

    live(Double(), " ", "x", " ", "q", converter=converter, keyboard=Noted)
    assert vconv_command(*RUN, "--input=0") == 0
    assert seen == [False, True, True, False]
    assert capsys.readouterr().err.endswith("\n0 under-runs\n")


def test_ctrl_c_ends_with_130(live, capsys):
    live(Double(), "", "^C", converter=Delay())
    assert vconv_command(*RUN, "--input=0") == 130
    assert "under-runs" in capsys.readouterr().err


def test_rate_and_block_are_those_of_the_options(live):
    double = Double(accepted={kind: {(16000, 1), (22050, 1)} for kind in ("input", "output")})
    live(double, "q")
    assert vconv_command(*RUN, "--input=0", "--rate=22050", "--block=40") == 0
    assert (double.streams[0].rate, double.streams[0].block) == (22050, 882)


def test_the_devices_are_listed_without_a_voice(live, capsys):
    live(Double())
    assert vconv_command("live", "--list-devices") == 0
    assert [line.split(" (")[0] for line in capsys.readouterr().out.splitlines()] == [
        "0  USB microphone",
        "1  Built-in microphone",
        "2  Loudspeaker",
    ]


@pytest.mark.parametrize(
    "arguments, sentence",
    [
        (["--target=slt"], "--run is missing; give the voice that converts"),
        (["--run=sample"], "--target is missing; give the speaker to convert to"),
        (["--run=sample", "--target=nobody"], "--target: 'nobody' is not allowed"),
        (["--run=sample", "--target=slt", "--input=piano"], "--input: 'piano' is no input device"),
        (["--run=sample", "--target=slt", "--input=0", "--rate=8000"], "accept no common rate among 8000 Hz"),
    ],
)
def test_a_mistake_is_one_sentence(live, capsys, arguments, sentence):
    live(Double())
    assert vconv_command("live", *arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith("vconv: ") and err.count("\n") == 1 and sentence in err


def test_a_missing_package_is_one_sentence(live, capsys):
    live(None)
    assert vconv_command(*RUN) == 2
    assert capsys.readouterr().err == (
        "vconv: vconv live needs sounddevice, which is not installed; run: pip install 'vconv[live]'\n"
    )
