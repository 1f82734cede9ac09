"""Pictures in TensorBoard are made with the weights that conversion uses: the averaged ones, where there are some."""

import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from vconv.common import plots
from vconv.data.picture_callbacks import FramePictures, SegmentPictures
from vconv.features.schema import Frames
from vconv.models.adversarial import AdversarialModel


class Average(AdversarialModel):
    """Returns `of` its inputs times its one weight, which is 1, averaged 0.5."""

    ema_decay = 0.5

    def __init__(self, of):
        super().__init__()
        self.of = of
        self.w = self.add_weight(shape=(), initializer="ones")
        self.generator_variables = self.critic_variables = [self.w]

    speaker_embedding = None

    def call(self, inputs):
        return self.of(inputs) * self.w

    def conversion_network(self):
        return lambda inputs: self(inputs[0])


def drawn(monkeypatch, tmp_path, callback, **attributes):
    model, panels = Average(attributes.pop("of")), []
    model.compile(keras.optimizers.SGD(), keras.optimizers.SGD())
    model.average.weights[0].assign(0.5)
    monkeypatch.setattr(plots, "spectrograms", lambda shown, *_: panels.append(shown))
    monkeypatch.setattr(plots, "pixels", lambda _: np.zeros((2, 2, 3), np.uint8))
    callback = callback.__new__(callback)
    callback.__dict__ |= {"writer": tf.summary.create_file_writer(str(tmp_path)), **attributes}
    callback.set_model(model)
    callback.on_epoch_end(0)
    assert float(model.w.numpy()) == 1
    return panels[0]


def test_a_converted_utterance_is_drawn_with_averaged_weights(monkeypatch, tmp_path):
    spectral = types.SimpleNamespace(encode=lambda frames, source: frames.spectrum)
    frames = Frames(np.ones((3, 4), "float16"), *[None] * 4)

    def converter(network, *_):
        spectral.predict = lambda x, target: network(x, np.zeros(2, "float32"))
        return spectral

    panels = drawn(
        monkeypatch,
        tmp_path,
        FramePictures,
        of=lambda x: x,
        speakers=("a", "b"),
        source=0,
        frames=frames,
        settings={"sample_rate": 1, "frame_period_ms": 1},
        data=types.SimpleNamespace(converter=converter, statistics=None, settings=None, transforms=None),
    )
    assert [panel.mean() for panel in panels.values()] == pytest.approx([1, 0.5, 0.5])


def test_a_vocoded_utterance_is_drawn_with_averaged_weights(monkeypatch, tmp_path):
    wave = np.random.default_rng(0).uniform(-0.5, 0.5, 2048).astype("float32")
    panels = drawn(monkeypatch, tmp_path, SegmentPictures, of=lambda mel: mel, mel=wave[:, None], wave=wave, rate=16000)
    natural, vocoder = panels.values()
    loud = natural > -3
    assert loud.mean() > 0.5 and np.allclose((vocoder - natural)[loud], 2 * np.log10(0.5), atol=1e-4)
