"""ONNX models give what Keras gives, for each model that converts and each kind of layer; what is not known is told."""

import keras
import numpy as np
import onnxruntime
import pytest
from small import changes_for

from vconv import data, models
from vconv.common.errors import VconvError
from vconv.layers.convolution import FourierConv1D, LayerNorm
from vconv.layers.speaker import MergeSpeaker, SpeakerScaleShift
from vconv.onnx_graph.network import to_onnx
from vconv.spectral_conversion.network import Network
from vconv.training import conversion_network

SPEAKERS, TOLERANCE = ("Ann", "Bo", "Çem"), 1e-5
CONTENT = 27
CONVERTING = [name for name in models.names() if data.kind(models.training_data(name)).uses_statistics]


def randomized(model, seed=0):
    """Give all weights of a Keras model, scales and offsets too, random values that keep the size of its signals."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        if len(weight.shape) > 1:
            value = random.normal(size=weight.shape) / np.sqrt(np.prod(weight.shape[:-1]))
        else:
            value = random.normal(1.0 if weight.name in ("gamma", "scale") else 0.0, 0.5, weight.shape)
        weight.assign(value)
    return model


def outputs(network, *arrays, **metadata):
    """Return the results of a Keras network, and of its ONNX model, for float32 inputs."""
    session = onnxruntime.InferenceSession(to_onnx(network, metadata).SerializeToString())
    names = [tensor.name for tensor in session.get_inputs()]
    arrays = [np.asarray(array, np.float32) for array in arrays]
    return np.array(network(list(arrays))), session.run(None, dict(zip(names, arrays, strict=True)))[0]


def difference(network, *arrays):
    expected, found = outputs(network, *arrays)
    assert found.shape == expected.shape and np.abs(expected).max() > 0.1
    return np.abs(found - expected).max()


def built(name, bins, changes=None):
    sizes = data.kind(models.training_data(name)).sizes(bins=bins, speakers=len(SPEAKERS), content_size=CONTENT)
    return randomized(models.build(name, models.settings(name, changes), **sizes))


def x_for(name, batch, length, bins):
    random = np.random.default_rng(batch + length)
    if models.training_data(name) == "frames":
        return random.uniform(-1, 1, (batch, bins)).astype(np.float32)
    return random.normal(size=(batch, length, CONTENT)).astype(np.float32)


@pytest.mark.parametrize(
    ("name", "bins"), [("convvae", 1025), ("vawgan", 513), ("matched", 513), ("matched_live", 513)]
)
def test_each_model_that_converts_gives_what_keras_gives(name, bins):
    """With the default sizes, on random weights; 1025 bins are not divided by the strides, 513 are."""
    model = built(name, bins)
    network = Network(conversion_network.to_onnx(model, name, SPEAKERS, 3))
    for batch, length in (1, 1), (1, 2), (1, 301), (2, 17), (5, 64):
        for target in range(len(SPEAKERS)):
            x = x_for(name, batch, length, bins)
            expected = np.array(model((x, np.full(batch, target, np.int32))))
            found = network(x, network.embeddings[target])
            assert found.shape == expected.shape and found.dtype == np.float32
            assert np.abs(found - expected).max() <= TOLERANCE < np.abs(expected).max()


@pytest.mark.parametrize("name", CONVERTING)
def test_every_model_that_converts_has_a_conversion_network(name):
    """Also a model that is added later; its `call` is the conversion network of the speaker's embedding."""
    model = built(name, 65, changes_for(name))
    network = Network(conversion_network.to_onnx(model, name, SPEAKERS, 3))
    x = x_for(name, 4, 9, 65)
    expected = np.array(model((x, np.full(4, 2, np.int32))))
    np.testing.assert_allclose(network(x, network.embeddings[2]), expected, atol=TOLERANCE)


def test_a_mixture_of_embeddings_is_a_speaker():
    model = built("matched", 65, changes_for("matched"))
    network = Network(conversion_network.to_onnx(model, "matched", SPEAKERS, 3))
    x, mixed = x_for("matched", 1, 9, 65), np.float32([0.6, 0.0, 0.4]) @ network.embeddings
    expected = np.array(model.conversion_network()([x, mixed[None]]))
    np.testing.assert_allclose(network(x, mixed), expected, atol=TOLERANCE)


def test_the_embeddings_and_the_metadata_are_exactly_those_of_the_model():
    model = built("convvae", 65, changes_for("convvae"))
    network = Network(conversion_network.to_onnx(model, "convvae", SPEAKERS, 3))
    np.testing.assert_array_equal(network.embeddings, np.array(model.speaker_embedding(np.arange(3))))
    found = [network.metadata[key] for key in ("format", "version", "model", "epochs", "speakers")]
    assert found == ["vconv network", "1", "convvae", "3", '["Ann", "Bo", "Çem"]']


def functional(layer_of, *shapes):
    inputs = [keras.Input(shape, name=f"x{number}") for number, shape in enumerate(shapes)]
    return randomized(keras.Model(inputs, layer_of(*inputs), name="net"), seed=1)


CONVOLUTIONS = [
    dict(kernel_size=kernel, strides=stride, dilation_rate=dilation, padding=padding)
    for kernel in (1, 2, 5, 6)
    for stride, dilation in ((1, 1), (1, 3), (2, 1), (3, 1))
    for padding in ("same", "valid")
]


@pytest.mark.parametrize("options", CONVOLUTIONS, ids=lambda options: "-".join(map(str, options.values())))
def test_convolutions_of_any_length_are_aligned_as_in_keras(options):
    net = functional(keras.layers.Conv1D(3, **options), (None, 2))
    for length in 16, 17, 18, 25:
        assert difference(net, np.random.default_rng(0).normal(size=(2, length, 2))) < TOLERANCE


@pytest.mark.parametrize("kernel, stride", [(3, 3), (4, 3), (5, 3), (7, 3), (9, 3), (2, 1), (4, 2), (5, 2)])
def test_transposed_convolutions_are_aligned_as_in_keras(kernel, stride):
    net = functional(keras.layers.Conv1DTranspose(3, kernel, strides=stride, padding="same"), (None, 2))
    for length in 1, 2, 7:
        assert difference(net, np.random.default_rng(0).normal(size=(2, length, 2))) < TOLERANCE


LAYERS = {
    "wide convolution": (FourierConv1D(2, 13), (7, 3)),
    "wider convolution": (FourierConv1D(1, 16), (7, 2)),
    "normalization of frames": (LayerNorm(), (7, 3)),
    "normalization of channels": (keras.layers.LayerNormalization(), (None, 5)),
    "dense over time": (keras.layers.Dense(4), (None, 5)),
    "relu": (keras.layers.Dense(4, activation="relu"), (5,)),
    "sigmoid": (keras.layers.Dense(4, activation="sigmoid"), (5,)),
    "tanh": (keras.layers.Conv1D(4, 3, activation="tanh"), (None, 5)),
    "leaky relu": (keras.layers.LeakyReLU(negative_slope=0.3), (None, 5)),
    "zero padding": (keras.layers.ZeroPadding1D((3, 1)), (None, 5)),
    "zero padding after": (keras.layers.ZeroPadding1D((0, 2)), (None, 5)),
    "flatten": (keras.layers.Flatten(), (4, 5)),
    "reshape": (keras.layers.Reshape((10, 2)), (4, 5)),
    "slice": (lambda x: x[:, 1:4], (7, 3)),
    "slice to the end": (lambda x: x[:, :, 2:], (7, 3)),
}


@pytest.mark.parametrize("case", LAYERS)
def test_each_layer_gives_what_keras_gives(case):
    layer, shape = LAYERS[case]
    # The mean is far from 0, so that a variance of squares would lose digits.
    x = np.random.default_rng(0).normal(5, 1, (3, *(size or 6 for size in shape)))
    assert difference(functional(layer, shape), x) < TOLERANCE


@pytest.mark.parametrize(
    "layer, shapes",
    [
        (lambda x, e: SpeakerScaleShift()([x, e]), ((None, 3), (4,))),
        (lambda x, e: MergeSpeaker(6, 0.0)([x, e]), ((5,), (4,))),
        (lambda x, y: keras.layers.Add()([x, y, x]), ((None, 3), (None, 3))),
        (lambda x, y: keras.layers.Concatenate()([x, y]), ((None, 3), (None, 2))),
        (lambda x, y: keras.layers.Concatenate(axis=1)([x, y]), ((2, 3), (4, 3))),
    ],
)
def test_layers_of_two_inputs_give_what_keras_gives(layer, shapes):
    random = np.random.default_rng(0)
    arrays = [random.normal(size=(2, *(size or 6 for size in shape))) for shape in shapes]
    assert difference(functional(layer, *shapes), *arrays) < TOLERANCE


def test_only_the_output_that_is_used_of_a_nested_network_is_in_the_graph():
    x = keras.Input((3,), name="x")
    nested = keras.Model(x, [keras.layers.Dense(2)(x), keras.layers.Softmax()(x)])
    y = keras.Input((3,), name="y")
    net = randomized(keras.Model(y, nested(y)[0], name="net"))
    assert difference(net, np.ones((2, 3))) < TOLERANCE, "the Softmax has no operator"


@pytest.mark.parametrize(
    "layer, what",
    [
        (keras.layers.Softmax(name="odd"), "Softmax has no operator"),
        (keras.layers.Conv1D(3, 3, padding="causal", name="odd"), "padding 'causal'"),
        (keras.layers.Conv1D(4, 3, groups=2, name="odd"), "2 groups"),
        (keras.layers.Conv1DTranspose(3, 2, strides=3, padding="same", name="odd"), "kernel of 2"),
        (keras.layers.Dense(3, activation="gelu", name="odd"), "activation gelu"),
        (keras.layers.Dense(3, use_bias=False, name="odd"), "no bias"),
        (keras.layers.LayerNormalization(axis=1, name="odd"), "axis"),
        (keras.layers.LayerNormalization(center=False, name="odd"), "no scale or no offset"),
    ],
)
def test_what_has_no_operator_is_told_with_layer_and_network(layer, what):
    with pytest.raises(VconvError, match=f"net: the layer 'odd' cannot be written as ONNX .*{what}"):
        to_onnx(functional(layer, (6, 4)), {})


def test_an_index_that_is_no_slice_is_told():
    with pytest.raises(VconvError, match="net: the layer 'get_item.*the index 3"):
        to_onnx(functional(lambda x: x[:, 3], (6, 4)), {})


@pytest.mark.parametrize("content", [b"", b"no network", b"\x00" * 100])
def test_what_is_no_network_is_told(content):
    with pytest.raises(VconvError, match="holds no network for conversion, or a damaged one"):
        Network(content)
