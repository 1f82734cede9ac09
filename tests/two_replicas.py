"""Trains small models by one and by two replicas, in a process of its own because TensorFlow must get two devices.

`python tests/two_replicas.py FOLDER` writes FOLDER/results.npz: histories and weights of each training, and the noise
of each replica.
"""

import sys
from pathlib import Path

import numpy as np
import quick
import tensorflow as tf
from small import build, changes_for, write_pairs, write_store

from vconv import models
from vconv.features.statistics import compute
from vconv.features.store import FeatureStore
from vconv.training import distribution
from vconv.training.train import train

MODELS = ("convvae", "matched", "vawgan")
ADVERSARIAL = {"critic_steps": 2, "warm_up_epochs": 0, "ema_decay": 0.9}


def settings(name, **training):
    """Return changes for two steps an epoch; `training` are further changes of that section."""
    changes = changes_for(name)
    examples = "segments_per_epoch" if name == "matched" else "frames_per_epoch"
    changes["training"] |= {examples: 32 if name == "vawgan" else 16, "batch_size": 8, "epochs": 1} | training
    if name == "vawgan":
        changes |= {"adversarial": ADVERSARIAL}
        changes["network"] |= {"critic_channels": [2], "critic_kernels": [7]}
    return changes


def results(folder):
    """Return the histories as arrays and the weights with the optimizers' states of a run."""
    model = folder.build_model()
    folder.load_checkpoint(model, resume=True)
    optimizers = [model.optimizer, getattr(model, "critic_optimizer", model.optimizer)]
    states = [variable for holder in optimizers for variable in holder.variables]
    rows = [list(row.values()) for name in ("history", "health") for row in folder.history(name)]
    return [np.array(row) for row in rows] + [variable.numpy() for variable in [*model.weights, *states]]


def main(folder):
    """Train and write the results."""
    found = {}
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)
    devices = distribution.mirrored()
    with FeatureStore(write_store(folder / "features.h5", (30, 30))) as store, quick.eager(), quick.light_epochs():
        write_pairs(store)
        statistics = compute(store)

        def trained(name, run, devices, **training):
            changes = settings(name, **training)
            return train(name, store, statistics, {"root": "x"}, folder / run, changes, devices=devices)

        for name in MODELS:
            found[f"{name} one"] = results(trained(name, f"{name}-one", distribution.ONE_DEVICE))
            found[f"{name} two"] = results(trained(name, f"{name}-two", devices))
        found["whole"] = results(trained("convvae", "whole", devices, epochs=2))
        found["parts"] = results(trained("convvae", "convvae-two", devices, epochs=2))
    model = build("convvae", models.settings("convvae", settings("convvae")))
    found["noise one"] = [model.noise(3, 4).numpy()]
    found["noise two"] = [
        noise.numpy()
        for noise in devices.strategy.experimental_local_results(devices.strategy.run(model.noise, (3, 2)))
    ]
    np.savez(
        folder / "results.npz",
        **{f"{key} {n}": array for key, arrays in found.items() for n, array in enumerate(arrays)},
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
