"""Export a trained model: as a voice in one file, or for other programs as ONNX, SavedModel or TensorFlow Lite."""

from vconv.commands.options import add_shared
from vconv.common.errors import VconvError
from vconv.layers.tensorflow_start import load_tensorflow

FORMATS = ("onnx", "saved-model", "tflite", "voice")


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", required=True, help="run folder of the trained model")
    sub.add_argument(
        "--format",
        required=True,
        choices=FORMATS,
        help="voice: a model that converts recordings, as a .vconv file; onnx: its network with its statistics, as a "
        "file; saved-model (a folder) and tflite (a file): the generator of a vocoder",
    )
    sub.add_argument("--output", required=True, metavar="PATH", help="the new folder, or the file, to write")
    sub.add_argument(
        "--card",
        metavar="voice.yaml",
        help="with voice: corpus, license, attribution, consent and sexes of the speakers (default: not stated)",
    )
    sub.add_argument(
        "--scores", metavar="FILE", help="with voice: scores of the run (default: RUN/scores.json, if any)"
    )
    add_shared(sub, "--features", help="with voice: the feature file, for a codebook of frames (default: no codebook)")


def run(options):
    """Run the command."""
    from vconv.training.run_folder import RunFolder

    RunFolder(options.run).settings()
    if options.format == "voice":
        return _pack(options)
    of_voice = [name for name in ("card", "scores", "features") if getattr(options, name)]
    if of_voice:
        raise VconvError(f"--{of_voice[0]} belongs to --format voice; leave it out")
    if options.format == "onnx":
        from vconv.conversion.export_network import export_network

        export_network(options.run, options.output)
        print(f"{options.output}: written; docs/onnx.md describes its inputs and metadata")
        return
    load_tensorflow()
    from vconv.conversion.export import export

    export(options.run, options.format, options.output)
    print(f"{options.output}: mel spectrogram in dB float32 [1, frames, mels] → signal float32 [frames · hop]")


def _pack(options):
    """Write a voice file."""
    from vconv.voices.pack import pack

    digest = pack(options.run, options.output, options.card, options.scores, _codebook(options))
    print(f"{options.output}: written, digest {digest}; `vconv convert --run {options.output}` converts with it")


def _codebook(options):
    """Return the codebook of --features; None without this option."""
    if not options.features:
        return None
    from vconv.features.store import FeatureStore
    from vconv.training.run_folder import RunFolder
    from vconv.voices import codebook

    with FeatureStore(options.features) as store:
        return codebook.sample(store, RunFolder(options.run).statistics())
