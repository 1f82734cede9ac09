"""Devices, by a module in place of `sounddevice`: choosing them, blocks in and out, devices that are not there."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from delay import Delay
from sounddevice_double import DEVICES, Double, PortAudioError, Stream

from vconv.common.errors import VconvError
from vconv.streaming import devices
from vconv.streaming.devices import LiveStream, Ports
from vconv.streaming.live_session import LiveSession

LIST = "`vconv live --list-devices` lists the devices"
PORTS = Ports((None, None), ("Microphone", "Loudspeaker"), (2, 2), 16000)
RATES = 16000, 48000, 44100


def test_the_list_has_a_line_for_each_device():
    assert devices.listing(Double()) == [
        "0  USB microphone (ALSA): 1 in, 0 out, 48000 Hz",
        "1  Built-in microphone (ALSA): 2 in, 0 out, 48000 Hz",
        "2  Loudspeaker (ALSA): 0 in, 2 out, 48000 Hz",
    ]


@pytest.mark.parametrize(
    "accepted, expected",
    [
        ({"input": {(16000, 1), (48000, 1)}, "output": {(16000, 2), (48000, 1)}}, (16000, (1, 2))),
        ({"input": {(16000, 1), (48000, 2)}, "output": {(48000, 1), (48000, 2)}}, (48000, (2, 1))),
        ({"input": {(44100, 1)}, "output": {(16000, 1), (48000, 1), (44100, 1)}}, (44100, (1, 1))),
    ],
)
def test_the_first_rate_that_both_accept_is_taken(accepted, expected):
    ports = devices.choose(Double(accepted=accepted), ("USB", "2"), RATES)
    assert (ports.rate, ports.channels) == expected
    assert ports.devices == ("USB", 2) and ports.names == ("USB microphone", "Loudspeaker")


@pytest.mark.parametrize(
    "found, chosen, sentence",
    [
        ([], (None, None), f"there is no input device; connect one, or choose it by --input; {LIST}"),
        (DEVICES[:2], ("0", None), f"there is no output device; connect one, or choose it by --output; {LIST}"),
        (DEVICES, ("piano", None), "--input: 'piano' is no input device (No input devices found for 'piano')"),
        (DEVICES, ("microphone", None), "--input: 'microphone' is no input device (Multiple input devices found"),
        (DEVICES, (None, "9"), "--output: 9 is no output device (Error querying device 9)"),
    ],
)
def test_a_device_that_is_not_there_is_one_sentence(found, chosen, sentence):
    with pytest.raises(VconvError) as error:
        devices.choose(Double(found), chosen, RATES)
    assert str(error.value).startswith(sentence) and str(error.value).endswith(LIST)


def test_no_device_and_no_common_rate_are_one_sentence():
    with pytest.raises(VconvError, match="^there is no sound device; connect a microphone"):
        devices.listing(Double([]))
    package = Double(accepted={"input": {(8000, 1)}, "output": {(44100, 2)}})
    with pytest.raises(VconvError, match="USB microphone and Loudspeaker accept no common rate among 16000, 48000"):
        devices.choose(package, ("0", None), RATES)


def test_a_missing_library_is_one_sentence(monkeypatch):
    def no_library(name):
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(devices.importlib, "import_module", no_library)
    with pytest.raises(VconvError, match="PortAudio library not found.*sudo apt-get install libportaudio2$"):
        devices.sounddevice()


def test_a_missing_package_is_not_hidden(monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    with pytest.raises(ModuleNotFoundError):
        devices.sounddevice()


@pytest.fixture
def session():
    with LiveSession(Delay(), 160) as session:
        yield session


def test_blocks_go_through_the_session_in_all_channels(session):
    package, sound = Double(), np.linspace(-0.5, 0.5, 1600)
    with LiveStream(package, PORTS, 160, session) as stream:
        (opened,) = package.streams
        assert (opened.rate, opened.block, opened.channels, opened.device) == (16000, 160, (2, 2), (None, None))
        for begin in range(0, 1600, 160):
            while len(session._ready) < 160:
                session.check()
            opened.exchange(sound[begin : begin + 160])
        stream.check()
    expected = np.append(np.zeros(session.delay), sound)[:1600]
    for channel in np.concatenate(opened.played).T:
        np.testing.assert_allclose(channel, expected, atol=1e-7)


def test_the_latency_is_that_of_devices_and_session(session):
    assert LiveStream(Double(), PORTS, 160, session).latency_ms == pytest.approx(10 + 15 + 1000 * 640 / 16000)


def test_under_runs_of_the_device_are_counted_too(session):
    package = Double()
    LiveStream(package, PORTS, 160, session)
    package.streams[0].exchange(np.zeros(160), SimpleNamespace(output_underflow=True))
    assert session.underruns == 1


def test_a_device_that_is_gone_is_one_sentence(session, monkeypatch):
    package = Double()
    with LiveStream(package, PORTS, 160, session) as stream:
        stream.check()
        package.streams[0].active = False
        with pytest.raises(VconvError, match=r"^the sound device Microphone or Loudspeaker cannot be used \(it gives"):
            stream.check()
        package.streams[0].active = True
        stream.check()
        monkeypatch.setattr(devices, "GONE_S", -1)
        with pytest.raises(VconvError, match="it gives no more sound"):
            stream.check()


def test_errors_of_portaudio_are_one_sentence(session, monkeypatch):
    package = Double()

    def fail(self):
        raise PortAudioError("Device unavailable\n[PaErrorCode -9985]")

    class Gone(Stream):
        active, stop = property(fail, lambda self, value: None), fail

    with LiveStream(package, PORTS, 160, session) as stream:
        package.streams[0].__class__ = Gone
        with pytest.raises(VconvError, match=r"\(Device unavailable \[PaErrorCode -9985\]\); connect it"):
            stream.check()
    monkeypatch.setattr(package, "Stream", lambda **options: fail(None))
    with pytest.raises(VconvError, match="Device unavailable"):
        LiveStream(package, PORTS, 160, session)
