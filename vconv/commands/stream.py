"""Convert sound from the standard input to the standard output while it comes."""

import sys

from vconv.commands.options import (
    CONVERSION,
    INTERRUPTED,
    RATE_HZ,
    VOICE,
    Whole,
    add_shared,
    checked_target,
    conversion_of,
    note,
    print_voice,
)
from vconv.common.errors import VconvError

READ_BYTES = 1 << 16  # at once, at most
CHANNELS = Whole(1, 64)


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", required=True, metavar="VOICE-OR-DIR", help=VOICE)
    add_shared(sub, "--target", required=True)
    add_shared(sub, "--source", "--semitones", "--strength")
    add_shared(sub, "--set", help=CONVERSION)
    add_shared(sub, "--rate", help=f"sample rate of raw PCM in Hz, {RATE_HZ} (default: the model's)")
    sub.add_argument(
        "--encoding",
        choices=("s16le", "f32le"),
        default="s16le",
        help="encoding of raw PCM: integers of 16 bits or floating-point numbers of 32 bits, both little-endian "
        "(default: s16le)",
    )
    sub.add_argument(
        "--channels",
        type=CHANNELS,
        default=1,
        metavar="N",
        help=f"channels of raw PCM that comes in, {CHANNELS}; their mean is converted (default: 1)",
    )
    sub.epilog = (
        "The input is WAV, which its header tells, or raw PCM. The output has the form, rate and encoding of the input "
        "and one channel."
    )


def run(options):
    """Run the command."""
    from vconv.conversion import provenance
    from vconv.conversion.controls import Controls
    from vconv.streaming import pipe
    from vconv.streaming.converter import StreamingConverter, voice_of
    from vconv.streaming.pcm import PcmFormat
    from vconv.voices import ready

    _check_no_terminals(sys.stdin, sys.stdout)
    trained = ready.open_run(options.run)
    target = checked_target(options, trained.statistics().speakers)
    voice, controls = voice_of(trained, conversion_of(options)), Controls(options.semitones, options.strength)

    def report(sentence):
        note([sentence])

    StreamingConverter(voice, target, options.source, controls=controls)  # tells a mistake before sound comes

    def start(form, is_wav):
        converter = StreamingConverter(voice, target, options.source, form.rate, controls, report)
        print_voice(trained, target, converter.latency)
        kind, channels = "WAV" if is_wav else "raw PCM", f"{form.channels} channel{'s' * (form.channels > 1)}"
        print(f"input {kind}, {form.rate} Hz, {form.encoding}, {channels}", file=sys.stderr)
        return converter

    raw = PcmFormat(options.rate or voice.rate, options.encoding, options.channels)
    tags = provenance.tags(voice.name, options.source, target, controls)
    try:
        with pipe.opened(sys.stdout.fileno()) as output:
            pipe.convert(lambda: sys.stdin.buffer.read1(READ_BYTES), output, raw, tags, start, report)
    except KeyboardInterrupt:
        print("\nvconv: interrupted", file=sys.stderr)
        return INTERRUPTED


def _check_no_terminals(stdin, stdout):
    """Raise a VconvError if the standard input or output is a terminal."""
    for stream, name, example in (stdin, "input", "< in.wav"), (stdout, "output", "> out.wav"):
        if stream.isatty():
            raise VconvError(f"the standard {name} is a terminal; connect a file or program, for example: {example}")
