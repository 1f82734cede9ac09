"""Export a trained network for other programs: as ONNX if it converts, a vocoder as SavedModel or TensorFlow Lite."""

from vconv.commands.options import add_shared
from vconv.layers.tensorflow_start import load_tensorflow


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", required=True, help="run folder of the trained model")
    sub.add_argument(
        "--format",
        required=True,
        choices=("onnx", "saved-model", "tflite"),
        help="onnx: the network of a model that converts recordings, with its statistics, as a file; "
        "saved-model (a folder) and tflite (a file): the generator of a vocoder",
    )
    sub.add_argument("--output", required=True, metavar="PATH", help="the new folder, or the file, to write")


def run(options):
    """Run the command."""
    from vconv.training.run_folder import RunFolder

    RunFolder(options.run).settings()
    if options.format == "onnx":
        from vconv.conversion.export_network import export_network

        export_network(options.run, options.output)
        print(f"{options.output}: written; docs/onnx.md describes its inputs and metadata")
        return
    load_tensorflow()
    from vconv.conversion.export import export

    export(options.run, options.format, options.output)
    print(f"{options.output}: mel spectrogram in dB float32 [1, frames, mels] → signal float32 [frames · hop]")
