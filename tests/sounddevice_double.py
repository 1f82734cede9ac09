"""A module in place of `sounddevice`: two microphones, a loudspeaker, and a stream that a test drives."""

import threading
import time
from types import SimpleNamespace

import numpy as np

DEVICES = [
    {"name": "USB microphone", "hostapi": 0, "max_input_channels": 1, "max_output_channels": 0},
    {"name": "Built-in microphone", "hostapi": 0, "max_input_channels": 2, "max_output_channels": 0},
    {"name": "Loudspeaker", "hostapi": 0, "max_input_channels": 0, "max_output_channels": 2},
]
SMOOTH = SimpleNamespace(output_underflow=False)


class PortAudioError(Exception):
    pass


class Double:
    """What `vconv` uses of `sounddevice`.

    Parameters
    ----------
    devices : list of dict
    accepted : dict
        Of each kind of device, the (rate, channels) that it accepts.
    sound : ndarray [samples]
        What the microphone gives in real time; then its stream is inactive.
    """

    PortAudioError = PortAudioError

    def __init__(self, devices=DEVICES, accepted=None, sound=()):
        self.devices = [device | {"default_samplerate": 48000.0} for device in devices]
        self.accepted = accepted or {kind: {(16000, 1)} for kind in ("input", "output")}
        self.sound, self.streams = np.asarray(sound, np.float32), []

    def query_hostapis(self):
        return ({"name": "ALSA"},)

    def query_devices(self, device=None, kind=None):
        if kind is None:
            return self.devices
        found = [one for one in self.devices if one[f"max_{kind}_channels"]]
        if device is None and not found:
            raise PortAudioError("Error querying device -1")
        if isinstance(device, int):
            if device >= len(self.devices):
                raise PortAudioError(f"Error querying device {device}")
            return self.devices[device]
        found = [one for one in found if (device or "").lower() in one["name"].lower()]
        if len(found) != 1 and device is not None:
            raise ValueError(f"{'Multiple' if found else 'No'} {kind} devices found for {device!r}")
        return found[0]

    def check_input_settings(self, device, channels, dtype, samplerate):
        self._check("input", samplerate, channels)

    def check_output_settings(self, device, channels, dtype, samplerate):
        self._check("output", samplerate, channels)

    def _check(self, kind, rate, channels):
        if (rate, channels) not in self.accepted[kind]:
            raise PortAudioError("Invalid sample rate")

    def Stream(self, **options):  # noqa: N802
        self.streams.append(Stream(self.sound, **options))
        return self.streams[-1]


class Stream:
    """A stream that gives the sound in blocks, in a thread, and keeps what is played."""

    latency = 0.010, 0.015

    def __init__(self, sound, samplerate, blocksize, device, channels, dtype, latency, callback):
        self.rate, self.block, self.device, self.channels = samplerate, blocksize, device, channels
        self.sound, self.callback, self.active, self.played = sound, callback, True, []
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        if len(self.sound):
            self._thread.start()

    def _run(self):
        for begin in range(0, len(self.sound), self.block):
            if not self.active:
                return
            self.exchange(self.sound[begin : begin + self.block])
            time.sleep(self.block / self.rate)
        self.active = False

    def exchange(self, y, status=SMOOTH):
        """Give a block to the callback, in each channel, and keep what comes back [n, channels]."""
        out = np.full((len(y), self.channels[1]), np.nan, np.float32)
        indata = np.repeat(np.asarray(y, np.float32)[:, None], self.channels[0], axis=1)
        self.callback(indata, out, len(y), None, status)
        self.played.append(out)

    def stop(self):
        self.active = False

    def close(self):
        raise PortAudioError("a device that is gone cannot be closed")
