"""Pair frames of speakers who read different sentences, for models that train on frame pairs."""

from vconv.commands.options import add_shared, features_path


def add(sub):
    """Declare the options."""
    add_shared(sub, "--corpus", required=True)
    add_shared(sub, "--corpus-dir", "--features", "--jobs", "--engine", "--shard")
    add_shared(
        sub,
        "--set",
        help="change a setting of match.yaml, for example matching.keep=0.7; may be repeated (default: none)",
    )
    sub.add_argument(
        "--output",
        metavar="FRAME_PAIRS.h5",
        help="the frame-pair file to write (default: frame_pairs.h5 beside the feature file)",
    )


def run(options):
    """Run the command."""
    from vconv.alignment import match
    from vconv.common import config
    from vconv.corpus.settings import read_settings
    from vconv.engines import engine
    from vconv.engines.shards import Part
    from vconv.features.extract import refuse_other_features
    from vconv.features.statistics import load_or_compute
    from vconv.features.store import FeatureStore

    engine.check(options.engine, options.jobs)
    part, settings = Part.parse(options.shard), match.settings(config.parse_assignments(options.set))
    corpus = read_settings(options.corpus, corpus_dir=options.corpus_dir)
    with FeatureStore(features_path(options)) as store:
        refuse_other_features(store, corpus)
        output = options.output or store.path.with_name("frame_pairs.h5")
        match.match(store, load_or_compute(store), output, settings, print, options.engine, options.jobs, part)
        print(f"{output}: {f'part {part} is matched' if part else 'written'}")
