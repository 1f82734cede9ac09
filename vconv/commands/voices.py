"""List the ready voices: speakers, corpus, license, consent and scores."""

import json


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "voices", nargs="*", metavar="VOICE", help="names of ready voices, or .vconv files (default: all ready voices)"
    )
    form = sub.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON (default: text)")
    form.add_argument("--markdown", action="store_true", help="print a Markdown table (default: text)")


def run(options):
    """Run the command."""
    from vconv.common.errors import VconvError
    from vconv.voices import listing, ready
    from vconv.voices.voice_file import VoiceFile

    voices = [ready.open_run(name) for name in options.voices or ready.names()]
    for voice in voices:
        if not isinstance(voice, VoiceFile):
            raise VconvError(f"{voice.path}: is a run folder, no voice; name a ready voice or a .vconv file")
    if options.json:
        print(json.dumps({voice.name: {"digest": voice.digest, **voice.facts} for voice in voices}, indent=2))
    elif options.markdown:
        print(listing.as_markdown(voices))
    else:
        print("\n\n".join(map(listing.as_text, voices)) or "no ready voice is installed")
