"""List the ready voices: speakers, corpus, license, consent and scores; rename or remove a speaker."""

import json


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "voices", nargs="*", metavar="VOICE", help="names of ready voices, or .vconv files (default: all ready voices)"
    )
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON (default: text)")
    form.add_argument("--markdown", action="store_true", help="print a Markdown table (default: text)")
    form.add_argument(
        "--rename",
        nargs=2,
        metavar=("OLD", "NEW"),
        help="write VOICE to --output with another name of a speaker (default: list)",
    )
    form.add_argument(
        "--remove",
        metavar="NAME",
        help="write VOICE to --output without a speaker that `vconv adapt` added (default: list)",
    )
    sub.add_argument("--output", metavar="NEW.vconv", help="the file for --rename or --remove (default: none)")


def run(options):
    """Run the command."""
    from vconv.common.errors import VconvError
    from vconv.voices import edit, listing, ready
    from vconv.voices.voice_file import VoiceFile

    voices = [ready.open_run(name) for name in options.voices or ready.names()]
    for voice in voices:
        if not isinstance(voice, VoiceFile):
            raise VconvError(f"{voice.path}: is a run folder, no voice; name a ready voice or a .vconv file")
    changed = bool(options.rename or options.remove)
    if changed != bool(options.output) or (changed and len(options.voices) != 1):
        raise VconvError("--rename and --remove change one VOICE, and need --output for the new file; give all three")
    if options.rename:
        digest = edit.rename(*voices, options.output, *options.rename)
    elif options.remove:
        digest = edit.remove(*voices, options.output, options.remove)
    if changed:
        print(f"{options.output}: written, digest {digest}")
    elif options.json:
        print(json.dumps({voice.name: {"digest": voice.digest, **voice.facts} for voice in voices}, indent=2))
    elif options.markdown:
        print(listing.as_markdown(voices))
    else:
        print("\n\n".join(map(listing.as_text, voices)) or "no ready voice is installed")
