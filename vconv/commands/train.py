"""Train a model, or resume an interrupted training."""

import os
from functools import partial

from vconv.commands.options import add_shared, features_path, tell
from vconv.common import environment
from vconv.common.errors import VconvError
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
    sub.add_argument(
        "--strategy",
        choices=("mirrored", "multi-worker"),
        help="train on several devices, each with a part of every batch: mirrored, all GPUs of this machine; "
        "multi-worker, all machines that the variable TF_CONFIG names, each of which runs this command "
        "(default: one device)",
    )


def run(options):
    """Run the command."""
    from vconv import data, models
    from vconv.common import config
    from vconv.corpus.settings import read_settings
    from vconv.features.extract import refuse_other_features
    from vconv.features.statistics import load_or_compute
    from vconv.features.store import FeatureStore
    from vconv.training import cluster
    from vconv.training.run_folder import RunFolder
    from vconv.voices import starting_point

    condition = [f"training.condition={options.condition}"] if options.condition else []
    changes = config.parse_assignments([*options.set, *condition])
    settings = models.settings(options.model, changes)  # reports a mistake before TensorFlow takes seconds to load
    corpus = read_settings(options.corpus, corpus_dir=options.corpus_dir)
    kind = data.kind(models.training_data(options.model))
    workers = cluster.from_environment() if options.strategy == "multi-worker" else None
    with FeatureStore(features_path(options)) as store:
        refuse_other_features(store, corpus, kind.contents)
        inputs = kind.open_inputs(store, options.frame_pairs)
        found = load_or_compute(store) if kind.uses_statistics else None
        start, changes, sentence = starting_point.find(settings, changes, found)
        is_chief = not workers or workers.is_chief
        if sentence and is_chief and not RunFolder(options.run).exists():
            print(f"{options.run}: {sentence}")
        if workers:  # TensorFlow tells the end of another worker in many lines, and vconv in one sentence
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        if workers and is_chief:
            print(f"{options.run}: waits until all {len(workers.addresses)} workers have begun", flush=True)
        devices = load_tensorflow(lambda: _devices(options.strategy, workers))
        from vconv.training.train import train

        arguments = options.model, store, found, corpus, options.run, changes
        work = partial(train, *arguments, inputs=inputs, start=start, devices=devices)
        _end_after(work) if workers else work()


def _devices(strategy, workers):
    """Return the devices that --strategy names, for `vconv.training.train.train`."""
    from vconv.training import distribution

    if strategy == "multi-worker":
        return distribution.multi_worker(workers)
    return distribution.mirrored() if strategy == "mirrored" else distribution.ONE_DEVICE


def _end_after(work):
    """Do the work and end this process at once, because workers that end together can hang in TensorFlow's shutdown."""
    status = 0
    try:
        work()
    except VconvError as error:
        status = tell([error])
    environment.flush_streams()
    os._exit(status)
