"""Time the generator and one training step of MelGAN against plain Keras layers and PyTorch, in turn.

    python benchmarks/melgan.py                  # generator, batch 1 and 32 of [50, 80]; PyTorch where it is installed
    python benchmarks/melgan.py --training       # one step on segments of 8192 samples, 16 a batch or `--batch` of them

All alternatives have the same weights; their outputs are compared before they are timed. The plain layers are those of
the Keras tutorial: `Conv1D` and `Conv1DTranspose`, with a weight norm that is computed at every call.
"""

import argparse

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops
from side_by_side import compare

from vconv import models
from vconv.layers.frozen import freeze
from vconv.models import losses, melgan_networks

FRAMES = 50


class WeightNorm(layers.Wrapper):
    """The published formulation: each call computes the kernel of the wrapped layer from direction and gain."""

    def build(self, input_shape):
        self.layer.build(input_shape)
        self.direction = self.layer.kernel
        self.gain = self.add_weight(shape=(self.direction.shape[-1],), name="gain")

    def call(self, x):
        norm = ops.sqrt(ops.sum(ops.square(self.direction), axis=(0, 1)))
        kernel = self.direction * (self.gain / norm)
        layer, size = self.layer, self.layer.strides[0]
        if isinstance(layer, layers.Conv1DTranspose):
            y = ops.conv_transpose(x, kernel, size, "same")
        else:
            y = ops.conv(x, kernel, size, "same", dilation_rate=layer.dilation_rate[0])
        return y + layer.bias

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)


def plain(network):
    """Return a copy of `network` in which a Keras layer with the same weights replaces each layer of vconv."""

    def counterpart(layer):
        if not hasattr(layer, "direction"):
            return layer.__class__.from_config(layer.get_config())
        if "Transpose" in type(layer).__name__:
            own = layers.Conv1DTranspose(layer.filters, layer.kernel_size, layer.strides, "same")
        else:
            own = layers.Conv1D(
                layer.filters,
                layer.kernel_size,
                layer.strides,
                "same",
                groups=layer.groups,
                dilation_rate=layer.dilation,
            )
        return (
            WeightNorm(own, name=layer.name)
            if layer.weight_norm
            else own.__class__(**own.get_config() | {"name": layer.name})
        )

    copy = keras.models.clone_model(network, clone_function=counterpart)
    for own, theirs in zip(network.layers, copy.layers, strict=True):
        if hasattr(own, "direction"):
            values = {"kernel": own.direction, "bias": own.bias} | ({"gain": own.gain} if own.weight_norm else {})
            for weight in theirs.weights:
                weight.assign(values[weight.name])
    return copy


def in_pytorch(generator, network):
    """Return a function that runs the frozen generator in PyTorch, or None if PyTorch is not installed."""
    try:
        import torch
    except ImportError:
        return None
    from torch.nn import functional

    kernels = {
        layer.name: [torch.tensor(np.array(weight)) for weight in (layer.kernel, layer.bias)]
        for layer in generator.layers
        if hasattr(layer, "direction")
    }
    for name, (
        kernel,
        bias,
    ) in kernels.items():  # [taps, in, out] or [taps, out, in] → [out, in, taps] or [in, out, taps]
        kernels[name] = kernel.permute(2, 1, 0).contiguous(), bias

    def conv(x, name, dilation=1):
        kernel, bias = kernels[name]
        return functional.conv1d(x, kernel, bias, padding="same", dilation=dilation)

    def run(mel):
        with torch.inference_mode():
            leaky = lambda x: functional.leaky_relu(x, network["slope"])  # noqa: E731
            x = leaky(conv(torch.from_numpy(mel).transpose(1, 2) * network["level_scale"], "start"))
            for block, stride in enumerate(network["upsampling_strides"], 1):
                kernel, bias = kernels[f"upsampling_{block}_conv"]
                cut = (kernel.shape[-1] - stride) // 2
                x = leaky(functional.conv_transpose1d(x, kernel, bias, stride, padding=cut))
                for step, dilation in enumerate(network["residual_dilations"], 1):
                    y = leaky(x) if step > 1 else x
                    y = leaky(conv(y, f"residual_{block}_{step}_dilated", dilation))
                    x = x + conv(y, f"residual_{block}_{step}_conv")
                x = leaky(x)
            return torch.tanh(conv(x, "last")).transpose(1, 2).numpy()

    return run


def inference(rounds):
    """Time the generators."""
    settings = models.settings("melgan")
    network = settings["network"]
    trained = melgan_networks.generator(80, network)
    folded = freeze(trained)
    tutorial = plain(trained)
    ours, theirs = (tf.function(lambda x, net=net: net(x), autograph=False) for net in (folded, tutorial))
    torch = in_pytorch(trained, network)
    for batch in (1, 32):
        mel = np.random.default_rng(0).normal(size=(batch, FRAMES, 80)).astype(np.float32)
        alternatives = {
            "plain Keras layers": lambda mel=mel: theirs(mel).numpy(),
            "vconv": lambda mel=mel: ours(mel).numpy(),
        }
        if torch:
            alternatives["PyTorch"] = lambda mel=mel: torch(mel)
        outputs = {name: run() for name, run in alternatives.items()}
        for name, y in outputs.items():
            assert np.allclose(y, outputs["vconv"], atol=1e-4), f"{name} gives another output"
        print(f"generator, batch {batch} of [{FRAMES}, 80]")
        compare(alternatives, rounds if batch > 1 else 4 * rounds, "spectrograms", batch)


def training(rounds, rows):
    """Time one step of generator and discriminators on `rows` segments (None: the batch size of the settings)."""
    settings = models.settings("melgan")
    model = models.build("melgan", settings)
    rows = rows or settings["training"]["batch_size"]
    length, hop = settings["training"]["segment_samples"], settings["mel"]["hop"]
    random = np.random.default_rng(0)
    mel = tf.constant(random.normal(size=(rows, length // hop, 80)), tf.float32)
    wave = tf.constant(0.1 * random.normal(size=(rows, length, 1)), tf.float32)
    generator, discriminator = plain(model.generator), plain(model.discriminator)
    optimizers = [keras.optimizers.Adam(1e-4, 0.5, 0.9, clipnorm=1.0) for _ in range(2)]
    for optimizer, net in zip(optimizers, (generator, discriminator), strict=True):
        optimizer.build(net.trainable_variables)

    @tf.function(autograph=False)
    def tutorial():
        """Run one step with both tapes around both networks, as the tutorial does."""
        with tf.GradientTape() as of_generator, tf.GradientTape() as of_discriminator:
            fake = generator(mel)
            real_maps, fake_maps = discriminator(wave), discriminator(fake)
            scores = [scale[-1] for scale in fake_maps]
            matching = losses.feature_matching(
                *([m for scale in maps for m in scale[:-1]] for maps in (real_maps, fake_maps))
            )
            loss = losses.least_squares(scores, 1.0) + 10 * matching
            critic = losses.least_squares([scale[-1] for scale in real_maps], 1.0) + losses.least_squares(scores, 0.0)
        for tape, value, net, optimizer in zip(
            (of_generator, of_discriminator), (loss, critic), (generator, discriminator), optimizers, strict=True
        ):
            optimizer.apply(tape.gradient(value, net.trainable_variables), net.trainable_variables)
        return loss

    ours = tf.function(lambda: model.train_step((mel, wave)), autograph=False)
    alternatives = {"plain Keras layers": lambda: tutorial().numpy(), "vconv": lambda: ours()["loss"].numpy()}
    for run in alternatives.values():  # tracing is not timed
        run()
    compare(alternatives, rounds, "steps", 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--training", action="store_true")
    parser.add_argument("--batch", type=int, help="segments of a training step (default: the published 16)")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    if options.training:
        training(options.rounds, options.batch)
    else:
        inference(options.rounds)


if __name__ == "__main__":
    main()
