"""Sound devices by PortAudio: which there are, which rate and channels they accept, and a stream through a session.

`sounddevice` is a package of the extra `live`, so it is imported when it is needed.
"""

import contextlib
import importlib
import time
from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError

LIST = "`vconv live --list-devices` lists the devices"
GONE_S = 2.0  # a device that gives no block for so long is gone


class Ports(NamedTuple):
    """A microphone and a loudspeaker that work together.

    Attributes
    ----------
    devices : tuple of (int or str or None)
        Input and output; None for the default device.
    names : tuple of str
    channels : tuple of int
        Of input and output, 1 or 2.
    rate : int
        Of both, in Hz.
    """

    devices: tuple
    names: tuple
    channels: tuple
    rate: int


def sounddevice():
    """Import and return the package; a VconvError says what to install if PortAudio is missing."""
    try:
        return importlib.import_module("sounddevice")
    except OSError as error:
        raise VconvError(
            f"vconv live needs the library PortAudio, which cannot be loaded ({error}); install it, on Debian or "
            "Ubuntu by: sudo apt-get install libportaudio2"
        ) from error


def listing(package):
    """Return a line for each device of the `package` sounddevice: number, name, system, channels, rate.

    Raises
    ------
    VconvError
        There is no device.
    """
    systems = [system["name"] for system in package.query_hostapis()]
    lines = [
        f"{number}  {device['name']} ({systems[device['hostapi']]}): {device['max_input_channels']} in, "
        f"{device['max_output_channels']} out, {device['default_samplerate']:g} Hz"
        for number, device in enumerate(package.query_devices())
    ]
    if not lines:
        raise VconvError("there is no sound device; connect a microphone and a loudspeaker, and start again")
    return lines


def choose(package, devices, rates):
    """Return the `Ports` of the first rate that input and output accept, with one channel if possible.

    Parameters
    ----------
    package : module
        sounddevice.
    devices : tuple of (str or None)
        Input and output: a number or a part of a name; None for the default device.
    rates : iterable of int
        In Hz.

    Raises
    ------
    VconvError
        There is no such device, a name means several, or no rate is accepted by both.
    """
    devices = tuple(int(name) if (name or "").isdecimal() else name for name in devices)
    names = tuple(_name(package, *port) for port in zip(devices, ("input", "output"), strict=True))
    checks = package.check_input_settings, package.check_output_settings
    for rate in rates:
        channels = tuple(_channels(package, *port, rate) for port in zip(checks, devices, strict=True))
        if all(channels):
            return Ports(devices, names, channels, rate)
    tried = ", ".join(map(str, rates))
    raise VconvError(
        f"{names[0]} and {names[1]} accept no common rate among {tried} Hz; give another --rate, --input or --output"
    )


def _name(package, device, kind):
    """Return the name of an input or output device; VconvError unless there is exactly one."""
    try:
        return package.query_devices(device, kind)["name"]
    except (ValueError, package.PortAudioError) as error:
        if device is None:
            raise VconvError(f"there is no {kind} device; connect one, or choose it by --{kind}; {LIST}") from error
        reason = " ".join(str(error).split()).rstrip(".")
        raise VconvError(f"--{kind}: {device!r} is no {kind} device ({reason}); {LIST}") from error


def _channels(package, check, device, rate):
    """Return with how many channels, 1 or 2, a device accepts a rate; 0 if with neither."""
    for channels in 1, 2:
        with contextlib.suppress(ValueError, package.PortAudioError):
            check(device=device, channels=channels, dtype="float32", samplerate=rate)
            return channels
    return 0


class LiveStream:
    """A stream from a microphone through a `LiveSession` to a loudspeaker; a context manager, within which it runs.

    Parameters
    ----------
    package : module
        sounddevice.
    ports : Ports
    block : int
        Samples at once.
    session : vconv.streaming.live_session.LiveSession

    Attributes
    ----------
    latency_ms : float
        From microphone to loudspeaker, as the devices report theirs, with the delay of the session.
    """

    def __init__(self, package, ports, block, session):
        self._package, self._ports, self._session = package, ports, session
        with self._told():
            self._stream = package.Stream(
                samplerate=ports.rate,
                blocksize=block,
                device=ports.devices,
                channels=ports.channels,
                dtype="float32",
                latency="low",
                callback=self._exchange,
            )
        self._last_s = time.monotonic()  # when the device gave a block
        self.latency_ms = 1000 * (sum(self._stream.latency) + session.delay / ports.rate)

    def __enter__(self):
        with self._told():
            self._stream.start()
        self._last_s = time.monotonic()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(self._package.PortAudioError):  # a device that is gone cannot be stopped
            self._stream.stop()
        with contextlib.suppress(self._package.PortAudioError):
            self._stream.close()

    def check(self):
        """Raise a VconvError if a device is gone."""
        with self._told():
            active = self._stream.active
        if not active or time.monotonic() - self._last_s > GONE_S:
            raise VconvError(self._gone("it gives no more sound"))

    def _exchange(self, indata, outdata, frames, times, status):
        """Pass a block [frames, channels] to the session and one back; PortAudio calls it in a thread of its own."""
        self._last_s = time.monotonic()
        outdata[:] = self._session.exchange(indata.mean(axis=1, dtype=np.float64))[:, None]
        self._session.underruns += bool(status.output_underflow)

    @contextlib.contextmanager
    def _told(self):
        """Turn an error of PortAudio into a VconvError."""
        try:
            yield
        except self._package.PortAudioError as error:
            raise VconvError(self._gone(" ".join(str(error).split()).rstrip("."))) from error

    def _gone(self, reason):
        names = " or ".join(dict.fromkeys(self._ports.names))
        return f"the sound device {names} cannot be used ({reason}); connect it and start again; {LIST}"
