"""Count VAWGAN steps that differ in any bit when repeated, with and without TensorFlow's graph optimizer.

    python benchmarks/bit_exactness.py FEATURES.h5 [--steps 500] [--batch-size 16] [--busy 2]

A step trains critic and generator with the default settings except for the batch size. `--busy` processes load the
machine, because the differences depend on the order in which threads finish.
"""

import argparse
import multiprocessing
import os
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def spin():
    """Keep one core busy."""
    while True:
        pass


def differing_steps(store, statistics, steps, batch_size, graph_optimizer):
    """Return how many of `steps` steps give other weights when they are repeated from the same state."""
    import keras
    import tensorflow as tf

    from vconv import models
    from vconv.data.frames import ShuffledFrames

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": not graph_optimizer})
    keras.utils.set_random_seed(0)
    settings = models.settings("vawgan", {"training": {"batch_size": batch_size}})
    model = models.build("vawgan", settings, bins=len(statistics.spectrum_low), speakers=len(store.speakers))
    variables = model.weights + model.optimizer.variables + model.critic_optimizer.variables
    take = tf.function(lambda frame, speaker: model.train_step((frame, speaker)))

    def after(batch):
        take(*map(tf.convert_to_tensor, batch))
        return [variable.numpy() for variable in variables]

    before, differing = [variable.numpy() for variable in variables], 0
    for batch in ShuffledFrames(store, statistics, "training", 0).epoch(0, steps, model.examples_per_step):
        once = after(batch)
        for variable, value in zip(variables, before, strict=True):
            variable.assign(value)
        before = after(batch)
        differing += not all(a.tobytes() == b.tobytes() for a, b in zip(once, before, strict=True))
    return differing


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("features")
    parser.add_argument("--steps", type=int, default=500)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--busy", type=int, default=2, help="processes that load the machine (default 2)")
    args = parser.parse_args()
    from vconv.features.statistics import compute
    from vconv.features.store import FeatureStore

    context = multiprocessing.get_context("spawn")
    for _ in range(args.busy):
        context.Process(target=spin, daemon=True).start()
    with FeatureStore(args.features) as store:
        statistics = compute(store)
        for graph_optimizer in (True, False):
            begin = time.perf_counter()
            differing = differing_steps(store, statistics, args.steps, args.batch_size, graph_optimizer)
            seconds = (time.perf_counter() - begin) / (2 * args.steps)
            print(
                f"graph optimizer {'on' if graph_optimizer else 'off'}: {differing} of {args.steps} steps differ; "
                f"{seconds:.3f} s a step",
                flush=True,
            )


if __name__ == "__main__":
    main()
