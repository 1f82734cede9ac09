"""A training step of each model, against plain Keras layers and the peak of matrix products.

Multiply-adds are counted by hand: those of a layer once for the forward pass and once for each of the gradients that
the step needs. The decoder's last layer, which is computed by FFT, is left out.
"""

from functools import partial

import numpy as np
import probes
from row import Limit, Row, Work

BINS, SPEAKERS = 513, 10  # those of benchmarks/train_convvae.py
SMALL_FRAMES = {"encoder_channels": [2] * 5, "decoder_start_channels": 2, "decoder_channels": [2] * 3, "latent": 4}
SMALL = {
    "convvae": {"network": SMALL_FRAMES, "training": {"batch_size": 2}},
    "vawgan": {
        "network": SMALL_FRAMES | {"critic_channels": [2] * 3},
        "adversarial": {"critic_steps": 1},
        "training": {"batch_size": 2},
    },
    "matched": {"network": {"channels": 4}, "training": {"batch_size": 2, "segment_frames": 8}},
    "dcgan": {"training": {"batch_size": 2}},
    "melgan_light": {
        "network": {
            "start_channels": 4,
            "upsampling_channels": [4, 4],
            "scales": 2,
            "discriminator_channels": [4] * 6,
        },
        "training": {"batch_size": 1, "segment_samples": 2048},
    },
}
FULL = {"convvae": {"training": {"batch_size": 16}}, "vawgan": {"training": {"batch_size": 16}}}  # as published


def start(inputs, name):
    """Import TensorFlow as `vconv train` does; return changes of a model's settings, and the settings."""
    from vconv import models
    from vconv.layers.tensorflow_start import load_tensorflow

    load_tensorflow()
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    tf.config.run_functions_eagerly(inputs.quick)  # building a graph takes longer than one step
    changes = SMALL[name] if inputs.quick else FULL.get(name)
    return changes, models.settings(name, changes)


def step_of(model, batch):
    """Return a function that takes one training step on a batch."""
    import tensorflow as tf

    step = tf.function(lambda: model.train_step(batch), autograph=False)
    return lambda: float(step()["loss"])


def peak(inputs, multiply_adds):
    """Return the limit of a step that needs so many multiply-adds."""
    return Limit(probes.matrix_product(inputs.quick), 2 * multiply_adds / 1e9)


def of_frames(inputs, name):
    """Return the work of a step of `convvae` or `vawgan`."""
    changes, settings = start(inputs, name)
    import tensorflow as tf
    from train_convvae import plain_model

    from vconv import models
    from vconv.training import info

    model = models.build(name, settings, bins=BINS, speakers=SPEAKERS)
    count, random = model.examples_per_step, np.random.default_rng(0)
    frame = tf.constant(random.uniform(-1, 1, (count, BINS)), tf.float32)
    batch = frame, tf.constant(random.integers(0, SPEAKERS, count), tf.int32)
    costs = info.multiply_adds(model)
    encoder, decoder = costs["encoder"], costs["decoder"]
    decoder -= info._multiply_adds(model.decoder.get_layer("decoder_last"))
    needed = count * 3 * (encoder + decoder)
    if name == "vawgan":
        critic, steps = costs["critic"], model.critic_steps
        # Critic: two fakes decoded, three scored with gradients, and the penalty. Generator: the VAE's step, two fakes
        # decoded with gradients, and scored with gradients of the frames.
        needed = encoder + 2 * decoder + 15 * critic + (3 * encoder + 9 * decoder + 4 * critic) / steps
        needed *= count
    return Work(count, step_of(model, batch), step_of(plain_model(name, changes), batch), peak(inputs, needed))


def of_matched(inputs):
    """Return the work of a step of `matched`."""
    _, settings = start(inputs, "matched")
    import tensorflow as tf

    from vconv import data, models
    from vconv.features import content
    from vconv.training import info

    statistics = inputs.statistics
    sizes = data.kind("frame_pairs").sizes(**statistics.dimensions)
    model = models.build("matched", settings, **sizes)
    model.set_content_rule(content.encoder_of(statistics.settings).from_acoustic(statistics))
    shape = settings["training"]["batch_size"], settings["training"]["segment_frames"]
    random = np.random.default_rng(0)
    encoded, matched = (
        tf.constant(random.normal(size=(*shape, sizes[key])), tf.float32) for key in ("content_size", "acoustic_size")
    )
    target = tf.constant(random.integers(0, sizes["speakers"], shape[0]), tf.int32)
    batch = (encoded, target), matched, tf.ones(shape)
    frames = shape[0] * shape[1]
    # Prediction with gradients, direct conversion, and the second pass with the gradient of its input.
    needed = frames * 6 * info.multiply_adds(model)["converter"]
    return Work(frames, step_of(model, batch), limit=peak(inputs, needed))


def of_dcgan(inputs):
    """Return the work of a step of `dcgan`."""
    _, settings = start(inputs, "dcgan")
    import tensorflow as tf
    import wgan_gp_step

    from vconv import models

    model, count = models.build("dcgan", settings), settings["training"]["batch_size"]
    patches = tf.constant(np.random.default_rng(0).uniform(-1, 1, (count, 28, 28, 1)), tf.float32)
    tutorial = wgan_gp_step.Tutorial(model, count)
    step = tf.function(tutorial.step, autograph=False)
    needed = wgan_gp_step.multiply_adds(model, count)
    ours = step_of(model, (patches, tf.zeros(count, tf.int32)))
    return Work(28 * count, ours, lambda: float(step(patches)[1]), peak(inputs, needed))


def of_melgan(inputs):
    """Return the work of a step of `melgan_light`; plain layers take the same step with the same losses."""
    _, settings = start(inputs, "melgan_light")
    import tensorflow as tf
    from melgan import plain

    from vconv import models
    from vconv.models.optimizers import adam
    from vconv.training import info

    model, tutorial = (models.build("melgan_light", settings) for _ in range(2))
    tutorial.generator, tutorial.discriminator = plain(model.generator), plain(model.discriminator)
    tutorial.compile(*(adam(settings["training"], 1e-4) for _ in range(2)))
    training, hop = settings["training"], settings["mel"]["hop"]
    random, rows = np.random.default_rng(0), training["batch_size"]
    frames = training["segment_samples"] // hop
    mel = tf.constant(random.normal(size=(rows, frames, settings["mel"]["mels"])), tf.float32)
    wave = tf.constant(0.1 * random.normal(size=(rows, frames * hop, 1)), tf.float32)
    costs = info.multiply_adds(model)
    # The generator with gradients; discriminators of real and fake with gradients, and both again for the generator,
    # with the gradient of the fake.
    needed = rows * frames * (3 * costs["generator"] + 9 * costs["discriminator"])
    batch = mel, wave
    return Work(rows * frames, step_of(model, batch), step_of(tutorial, batch), peak(inputs, needed))


PLAIN = "plain Keras layers"
ROWS = [
    Row("train-convvae", "training step of `convvae`, batch 16", "frames", partial(of_frames, name="convvae"), PLAIN),
    Row("train-vawgan", "training step of `vawgan`, batch 16", "frames", partial(of_frames, name="vawgan"), PLAIN),
    Row("train-matched", "training step of `matched`", "frames", of_matched),
    Row("train-dcgan", "training step of `dcgan`", "frames", of_dcgan, "usual tutorial code under `tf.function`"),
    Row("train-melgan-light", "training step of `melgan_light`", "frames", of_melgan, PLAIN),
]
