"""Convert a microphone's sound to a loudspeaker while one speaks."""

import sys

from vconv.commands.options import (
    CONVERSION,
    INTERRUPTED,
    RATE_HZ,
    TARGET,
    VOICE,
    Whole,
    add_shared,
    checked_target,
    conversion_of,
    note,
    print_voice,
)
from vconv.common.errors import VconvError

BLOCK_MS = Whole(5, 200)
RATES = 48000, 44100  # that most devices have
REFRESH_S = 0.1
UNLESS = "; needed unless --list-devices is given"


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", metavar="VOICE-OR-DIR", help=f"{VOICE}{UNLESS}")
    add_shared(sub, "--target", help=f"{TARGET}{UNLESS}")
    add_shared(sub, "--source", "--semitones", "--strength")
    add_shared(sub, "--set", help=CONVERSION)
    for name, kind in ("--input", "microphone"), ("--output", "loudspeaker"):
        sub.add_argument(
            name, metavar="DEVICE", help=f"{kind}, by its number or a part of its name (default: the system's)"
        )
    add_shared(
        sub,
        "--rate",
        help=f"sample rate of both devices in Hz, {RATE_HZ} (default: the model's, 48000 or 44100, the first that both "
        "accept)",
    )
    sub.add_argument(
        "--block",
        type=BLOCK_MS,
        default=20,
        metavar="MS",
        help=f"milliseconds of sound that the devices exchange at once, a whole number {BLOCK_MS} (default: 20)",
    )
    sub.add_argument("--list-devices", action="store_true", help="print the devices, one a line, and end")
    sub.epilog = "Keys: space switches between the converted and your own voice, q ends."


def run(options):
    """Run the command."""
    from vconv.streaming import devices

    if options.list_devices:
        print("\n".join(devices.listing(devices.sounddevice())))
        return 0
    if not options.run:
        raise VconvError("--run is missing; give the voice that converts, for example: --run vcc2016")
    from vconv.conversion.controls import Controls
    from vconv.streaming.converter import StreamingConverter, voice_of
    from vconv.streaming.live_session import LiveSession
    from vconv.voices import ready

    trained = ready.open_run(options.run)
    target = checked_target(options, trained.statistics().speakers)
    package = devices.sounddevice()
    voice, controls = voice_of(trained, conversion_of(options)), Controls(options.semitones, options.strength)
    rates = [options.rate] if options.rate else dict.fromkeys((voice.rate, *RATES))
    ports = devices.choose(package, (options.input, options.output), rates)
    converter = StreamingConverter(
        voice, target, options.source, ports.rate, controls, lambda sentence: note([sentence])
    )
    print_voice(trained, target, converter.latency)
    print(f"from {ports.names[0]} to {ports.names[1]} at {ports.rate} Hz", file=sys.stderr)
    block = round(options.block * ports.rate / 1000)
    try:
        with LiveSession(converter, block) as session, devices.LiveStream(package, ports, block, session) as stream:
            _follow(session, stream)
    except KeyboardInterrupt:
        return INTERRUPTED


def _follow(session, stream):
    """Show how the conversion goes and obey the keys, until q is pressed; VconvError when a device is gone."""
    from vconv.streaming import terminal

    try:
        with terminal.Keys() as keys:
            while (key := keys.wait(REFRESH_S)) not in ("q", "Q"):
                if key == " ":
                    session.converter.bypass = not session.converter.bypass
                session.check()
                stream.check()
                terminal.show(terminal.status(session, stream.latency_ms))
    finally:
        print(f"\n{session.underruns} under-runs", file=sys.stderr)
