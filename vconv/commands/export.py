"""Export the generator of a trained vocoder for other programs, as SavedModel or TensorFlow Lite."""

from vconv.commands.options import add_shared
from vconv.layers.tensorflow_start import load_tensorflow


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", required=True, help="run folder of a trained vocoder")
    sub.add_argument(
        "--format", required=True, choices=("saved-model", "tflite"), help="saved-model writes a folder, tflite a file"
    )
    sub.add_argument("--output", required=True, metavar="PATH", help="the new folder, or the file, to write")


def run(options):
    """Run the command."""
    from vconv.training.run_folder import RunFolder

    RunFolder(options.run).settings()
    load_tensorflow()
    from vconv.conversion.export import export

    export(options.run, options.format, options.output)
    print(f"{options.output}: mel spectrogram in dB float32 [1, frames, mels] → signal float32 [frames · hop]")
