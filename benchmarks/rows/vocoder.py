"""The generator of `melgan`, against PyTorch where it is installed."""

from importlib.util import find_spec

import numpy as np
from row import LeftOut, Row, Work

SMALL = {"start_channels": 4, "upsampling_channels": [4, 4, 4, 4]}


def generator(inputs):
    """Return the work of making the wave of one mel spectrogram."""
    if not find_spec("torch"):
        raise LeftOut("PyTorch is not installed")
    import tensorflow as tf
    from melgan import FRAMES, in_pytorch

    from vconv import models
    from vconv.layers.frozen import freeze
    from vconv.models import melgan_networks

    network = models.settings("melgan", {"network": SMALL} if inputs.quick else None)["network"]
    trained = melgan_networks.generator(80, network)
    frozen = freeze(trained)
    ours, theirs = tf.function(lambda x: frozen(x), autograph=False), in_pytorch(trained, network)
    mel = np.random.default_rng(0).normal(size=(1, FRAMES, 80)).astype(np.float32)
    return Work(FRAMES, lambda: ours(mel).numpy(), lambda: theirs(mel))


ROWS = [Row("vocoder-melgan", "generator of `melgan`, 50 frames", "frames", generator, "PyTorch")]
