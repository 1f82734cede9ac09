"""Train a model, or resume an interrupted training."""

from vconv.commands.options import add_shared, features_path
from vconv.layers.tensorflow_start import load_tensorflow


def add(sub):
    """Declare the options."""
    sub.add_argument("model", metavar="MODEL", help="name of the model; `vconv info` lists them")
    add_shared(sub, "--corpus", required=True)
    add_shared(sub, "--corpus-dir", "--set", "--features")
    add_shared(sub, "--run", required=True, help="run folder to write; a run that is there already is resumed")
    sub.add_argument(
        "--condition",
        choices=("natural", "world"),
        help="mel spectrograms that a vocoder trains on: of the recordings, or of their copy-synthesis by WORLD; "
        "short for --set training.condition=… (default: natural)",
    )
    sub.add_argument(
        "--frame-pairs",
        metavar="FRAME_PAIRS.h5",
        help="the frame-pair file that `vconv match` wrote, for models that train on it "
        "(default: frame_pairs.h5 beside the feature file)",
    )


def run(options):
    """Run the command."""
    from vconv import data, models
    from vconv.common import config
    from vconv.corpus.settings import read_settings
    from vconv.features.extract import refuse_other_features
    from vconv.features.statistics import load_or_compute
    from vconv.features.store import FeatureStore
    from vconv.training.run_folder import RunFolder
    from vconv.voices import starting_point

    condition = [f"training.condition={options.condition}"] if options.condition else []
    changes = config.parse_assignments([*options.set, *condition])
    settings = models.settings(options.model, changes)  # reports a mistake before TensorFlow takes seconds to load
    corpus = read_settings(options.corpus, corpus_dir=options.corpus_dir)
    kind = data.kind(models.training_data(options.model))
    with FeatureStore(features_path(options)) as store:
        refuse_other_features(store, corpus, kind.contents)
        inputs = kind.open_inputs(store, options.frame_pairs)
        found = load_or_compute(store) if kind.uses_statistics else None
        start, changes, sentence = starting_point.find(settings, changes, found)
        if sentence and not RunFolder(options.run).exists():
            print(f"{options.run}: {sentence}")
        load_tensorflow()
        from vconv.training.train import train

        train(options.model, store, found, corpus, options.run, changes, inputs=inputs, start=start)
