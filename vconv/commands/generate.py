"""Generate patches of spectrograms from noise, and their sounds."""

from vconv.commands.options import COUNT, SEED, add_shared
from vconv.layers.tensorflow_start import load_tensorflow

LABELS = "real/training-speakers.npy"
TRAINING_PER_SAMPLE = 4  # real patches for each generated one: `evaluate-samples` compares with those it leaves


def add(sub):
    """Declare the options."""
    add_shared(sub, "--run", required=True)
    sub.add_argument("-n", type=COUNT, default=16, metavar="N", help=f"number of patches, {COUNT} (default: 16)")
    add_shared(sub, "--seed", help=f"seed of the noise, {SEED} (default: 0)")
    sub.add_argument(
        "--output",
        required=True,
        metavar="DIR",
        help="folder for patches.npy, samples.png, sounds/ and index.html, a page with players; made if missing",
    )
    sub.add_argument(
        "--vocoder",
        default="griffin-lim",
        metavar="NAME",
        help="synthesis of the sounds from mel spectrograms: griffin-lim or melgan:RUN (default: griffin-lim)",
    )
    sub.add_argument(
        "--sounds", type=COUNT, default=16, metavar="N", help=f"number of patches to synthesize, {COUNT} (default: 16)"
    )
    sub.add_argument(
        "--features",
        metavar="F.h5",
        help="a feature file, whose patches are written to DIR/real/ for `vconv evaluate-samples`: training.npy, "
        "training-speakers.npy and held-out.npy (default: none are written)",
    )


def run(options):
    """Run the command."""
    from pathlib import Path

    load_tensorflow()
    from vconv.generation.generator import SampleGenerator

    generator = SampleGenerator.load(options.run)
    vocoder = _vocoder(options.vocoder, generator)
    patches = generator.patches(options.n, options.seed)
    output = Path(options.output)
    written = {"patches.npy": patches}
    if options.features:
        written |= _real(generator, options.features, options.n)
    for name, array in written.items():
        _save(output / name, array)
    if options.features and LABELS not in written:
        (output / LABELS).unlink(missing_ok=True)  # of an earlier call
        print(
            f"{options.features}: all its recordings are of one speaker, so there are no labels for a classifier, "
            "and `vconv evaluate-samples` compares principal components, without an inception score"
        )
    _show(output, options, generator, patches, vocoder)
    print(f"wrote {len(patches)} patches to {output}; open {output / 'index.html'}")


def _vocoder(text, generator):
    """Return the vocoder that --vocoder names, or None where none is needed."""
    if text == "griffin-lim":
        return None
    from vconv.conversion import vocoders

    vocoder = vocoders.load(text, generator.image.rate)
    generator.check_vocoder(vocoder)
    return vocoder


def _real(generator, features, count):
    """Return {file name: array} of real patches."""
    from vconv.features.store import FeatureStore

    with FeatureStore(features) as store:
        found = generator.real(store, {"training": TRAINING_PER_SAMPLE * count, "held-out": count})
    labels = {LABELS: found["training"].speakers} if len(set(found["training"].speakers)) > 1 else {}
    return {"real/training.npy": found["training"].patches, "real/held-out.npy": found["held-out"].patches} | labels


def _save(path, array):
    """Write an array as .npy, whole or not at all."""
    import numpy as np

    from vconv.common import files

    files.write(path, lambda temporary: np.save(temporary, array))


def _show(output, options, generator, patches, vocoder):
    """Write the contact sheet, the sounds and the page."""
    from vconv.audio import wav
    from vconv.common import plots
    from vconv.report import samples

    heard = patches[: options.sounds]
    sounds = [generator.sound(patch, vocoder) for patch in heard]
    for number, y in enumerate(sounds):
        wav.write(output / "sounds" / f"{number:03d}.wav", y, generator.image.rate)
    plots.save_pixels(output / "samples.png", plots.mosaic(heard, 8))
    samples.write(
        output / "index.html",
        f"{len(heard)} samples of {options.run}, seed {options.seed}",
        heard,
        sounds,
        generator.image.rate,
    )
