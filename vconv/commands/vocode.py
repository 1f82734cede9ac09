"""Synthesize sound from mel spectrograms: those of recordings (copy-synthesis), or arrays in files."""

from vconv.commands.options import RATE_HZ, add_output, add_shared, note, tell
from vconv.layers.tensorflow_start import load_tensorflow


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "inputs",
        nargs="+",
        metavar="FILE-OR-FOLDER",
        help="recordings, or mel spectrograms in dB (.npy, .npz), or folders of them",
    )
    sub.add_argument(
        "--vocoder",
        required=True,
        metavar="NAME",
        help="melgan:RUN, griffin-lim, or griffin-lim:RUN with the mel spectrogram of that run",
    )
    add_output(sub)
    add_shared(sub, "--failures")
    add_shared(sub, "--rate", help=f"sample rate of the written files in Hz, {RATE_HZ} (default: the vocoder's)")


def run(options):
    """Run the command."""
    from vconv.audio import mel_file, sample_rates
    from vconv.audio.folder import left_out
    from vconv.conversion.convert_files import vocode_all
    from vconv.conversion.tasks import suffix_of, tasks_of

    note(left_out(options.inputs))
    suffix = suffix_of(options.output, options.format)
    tasks = tasks_of(options.inputs, None, None, options.output, suffix, mel_file.SUFFIXES)
    if options.rate:
        sample_rates.check(suffix, options.rate)
    load_tensorflow()  # takes seconds, so after all checks
    from vconv.conversion import vocoders

    vocoder = vocoders.load(options.vocoder, options.rate)
    written, failures = vocode_all(vocoder, tasks, options.rate)
    print(f"{options.output}: {written} files written, {len(failures)} failed")
    return tell(failures, options.failures)
