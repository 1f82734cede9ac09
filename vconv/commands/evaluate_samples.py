"""Measure the quality and diversity of generated spectrogram patches."""

import shlex
import sys
from functools import partial
from pathlib import Path

from vconv.commands.options import SEED, add_shared
from vconv.common.errors import VconvError
from vconv.layers.tensorflow_start import load_tensorflow


def add(sub):
    """Declare the options."""
    sub.add_argument(
        "--generated",
        required=True,
        metavar="DIR|FILE.npy",
        help="generated patches, [n, height, width] or [n, height, width, channels], the height is the frequency "
        "axis; a file, or a folder of .npy files",
    )
    sub.add_argument(
        "--training", required=True, metavar="DIR|FILE.npy", help="patches that the generator was trained on"
    )
    sub.add_argument(
        "--held-out",
        metavar="DIR|FILE.npy",
        help="real patches outside the training set; their values are what a perfect generator reaches (default: none)",
    )
    sub.add_argument(
        "--labels",
        metavar="FILE.npy",
        help="class (speaker) of each training patch, an integer or string; trains the classifier whose features are "
        "compared (default: 64 principal components are the features)",
    )
    sub.add_argument(
        "--classifier",
        metavar="FILE.h5",
        help="file of the classifier; it is used if it exists, else written (default: not kept)",
    )
    add_shared(sub, "--seed", help=f"of classifier, random parts and bootstrap, {SEED} (default: 0)")
    sub.add_argument("--json", metavar="FILE", help="file for all numbers (default: none)")
    sub.add_argument(
        "--pictures", metavar="DIR", help="folder for histograms.png and nearest.png (default: no pictures)"
    )


def run(options):
    """Run the command."""
    from vconv.common import files
    from vconv.evaluation import output
    from vconv.generation import sample_output
    from vconv.generation.patch_files import read_labels
    from vconv.generation.sample_scores import evaluate_samples

    sets = _read(options)
    labels = read_labels(options.labels, sets["training"]) if options.labels else None
    described, about = _describe(sets, labels, options)
    content = sample_output.summary(
        evaluate_samples(**described, seed=options.seed), about, shlex.join(["vconv", *sys.argv[1:]])
    )
    print(sample_output.as_text(content))
    if options.json:
        files.write_text(options.json, output.as_json(content))
    if options.pictures:
        _draw(sets, Path(options.pictures))


def _read(options):
    """Return {set: patches}, all of one shape."""
    from vconv.generation.patch_files import check_shape, read_patches
    from vconv.generation.sample_scores import FEWEST

    paths = {"training": options.training, "generated": options.generated, "held_out": options.held_out}
    sets = {name: read_patches(path, FEWEST * (2 if name == "training" else 1)) for name, path in paths.items() if path}
    for name, patches in sets.items():
        check_shape(paths[name], patches, sets["training"])
    return sets


def _describe(sets, labels, options):
    """Return ({set: SampleSet}, description of the features)."""
    from vconv.generation.sample_scores import SampleSet, principal_components

    exists = options.classifier and Path(options.classifier).exists()
    if labels is None and not exists:
        if options.classifier:
            raise VconvError(
                f"{options.classifier}: there is no such file; give --labels to train a classifier and write it"
            )
        features = principal_components(sets, options.seed)
        number = features["training"].shape[1]
        return (
            {name: SampleSet(patches, features[name]) for name, patches in sets.items()},
            {"kind": "principal components", "number": number},
        )
    load_tensorflow()  # takes seconds, so only after the files were checked
    from vconv.generation.patch_classifier import PatchClassifier

    classifier = (
        PatchClassifier.load(options.classifier)
        if exists
        else PatchClassifier.fit(sets["training"], labels, options.seed)
    )
    if labels is not None and not {*labels.tolist()} <= {*classifier.classes}:
        raise VconvError(
            f"{options.classifier}: knows the classes {', '.join(map(str, classifier.classes))}, and "
            f"{options.labels} has others; write the classifier of this corpus to another file"
        )
    if options.classifier and not exists:
        classifier.save(options.classifier)
    described = {name: SampleSet(patches, *classifier.describe(patches)) for name, patches in sets.items()}
    return described, {
        "kind": "a classifier",
        "number": described["training"].features.shape[1],
        "classes": classifier.classes,
        "accuracy": classifier.accuracy,
    }


def _draw(sets, folder):
    """Write the pictures."""
    from vconv.common import files
    from vconv.sample_measures import memorization, pictures

    generated, training = sets["generated"], sets["training"]
    shown = {name.replace("_", "-"): patches for name, patches in sets.items() if name != "training"}
    drawn = {
        "histograms.png": pictures.histogram_overlay(shown, training),
        "nearest.png": pictures.nearest_pairs(generated, training, *memorization.nearest(generated, training)),
    }
    for name, figure in drawn.items():
        files.write(folder / name, partial(figure.savefig, dpi=120))
