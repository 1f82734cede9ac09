"""Add a new speaker to a voice, from 10 to 120 seconds of speech."""

from vconv.commands.options import VOICE, add_shared, note, tell


def add(sub):
    """Declare the options."""
    sub.add_argument("folder", metavar="FOLDER", help="folder with recordings of the new speaker")
    add_shared(sub, "--run", required=True, metavar="VOICE", help=f"{VOICE}; it needs a codebook")
    sub.add_argument("--speaker", required=True, metavar="NAME", help="name of the new speaker")
    sub.add_argument(
        "--output", metavar="NEW.vconv", help="the new voice file (default: VOICE-NAME.vconv in this folder)"
    )
    sub.add_argument(
        "--fine-tune",
        action="store_true",
        help="train the network further for the new speaker, in a minute or a few; needs the extra `train`",
    )


def run(options):
    """Run the command."""
    from vconv.adaptation import adapt, fine_tuning
    from vconv.voices import edit, ready

    trained = ready.open_run(options.run)
    adapt.checked_voice(trained)
    name = edit.checked_name(options.speaker, trained)
    if options.fine_tune:
        fine_tuning.load_training()
    output = options.output or edit.usual_output(trained, name)
    added, digest, failures = adapt.adapt(
        trained, name, options.folder, output, lambda sentence: note([sentence]), options.fine_tune
    )
    print(f"{name}: {added.speech_s:.0f} s of speech, mean F0 {added.mean_f0_hz:.0f} Hz")
    print(f"{output}: written, digest {digest}; `vconv convert --run {output} --target {name}` converts to it")
    return tell(failures)
