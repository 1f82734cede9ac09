"""A network that gets its frames a few at a time, beside the same network that gets all of them."""

import numpy as np
import onnx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from vconv.models.receptive_field import reach
from vconv.spectral_conversion import onnx_file
from vconv.spectral_conversion.network import Network
from vconv.spectral_conversion.network_stream import ContextStream, ResidualStream
from vconv.voices import ready

NAMES = ("vcc2016", "vcc2016-live")
FRAMES, STEP, PROVISIONAL = 160, 2, 12
CONTENT = np.random.default_rng(0).standard_normal((FRAMES, 27), np.float32)


def model_of(name):
    """Return the network of a ready voice as `onnx.ModelProto`, with random weights, and its reach."""
    run, random = ready.open_run(name), np.random.default_rng(1)
    model = onnx.load_from_string(run.members()["network.onnx"])
    for constant in model.graph.initializer:
        value = numpy_helper.to_array(constant)
        if value.dtype == np.float32 and value.size > 1:
            size = 1 if value.ndim == 1 else 0.7 / np.sqrt(value.size / len(value))
            value = (random.standard_normal(value.shape) * size).astype(np.float32)
            constant.CopyFrom(numpy_helper.from_array(value, constant.name))
    return model, reach(run.model_settings()["network"])


@pytest.fixture(scope="module", params=NAMES)
def network(request):
    """A network with random weights, and its reach."""
    model, frames = model_of(request.param)
    return Network(model.SerializeToString()), frames


def whole(network, content, embedding):
    """Return the outputs for even and odd frames, interleaved."""
    y = np.empty((len(content), 40), np.float32)
    for first in range(STEP):
        y[first::STEP] = network(content[None, first::STEP], embedding)[0]
    return y


def streamed(stream, content, embeddings, cuts):
    """Yield (first, outputs, final) of each push of parts of the content; each part has its embedding."""
    first = 0
    for part, embedding in zip(np.split(content, cuts), embeddings, strict=True):
        outputs, final = stream.push(part, embedding)
        yield first, outputs, final
        first += final


@pytest.mark.parametrize("kind", [ResidualStream, ContextStream])
@settings(max_examples=3, deadline=None)
@example(speaker=0, cuts={20})  # fewer frames than the network looks ahead, and more than are provisional
@given(speaker=st.integers(0, 9), cuts=st.sets(st.integers(1, FRAMES - 1), max_size=6))
def test_final_outputs_are_those_of_the_whole_and_provisional_ones_those_of_what_came(network, kind, speaker, cuts):
    network, (back, ahead) = network
    stream = network.stream((back, ahead), STEP, PROVISIONAL)
    assert type(stream) is ResidualStream
    stream = stream if kind is ResidualStream else ContextStream(network, (back, ahead), STEP, PROVISIONAL)
    embedding, cuts = network.embeddings[speaker], sorted(cuts)
    expected, known = whole(network, CONTENT, embedding), [*cuts, FRAMES]
    results = streamed(stream, CONTENT, [embedding] * len(known), cuts)
    for count, (first, outputs, final) in zip(known, results, strict=True):
        assert first + final == max(0, count - STEP * ahead)
        assert len(outputs) == final + min(PROVISIONAL, count - first - final)
        np.testing.assert_allclose(outputs[:final], expected[first : first + final], atol=1e-5)
        if count >= STEP:
            so_far = whole(network, CONTENT[:count], embedding)[first : first + len(outputs)]
            np.testing.assert_allclose(outputs, so_far, atol=1e-5)


def test_a_changed_target_holds_for_all_frames_after_the_receptive_field(network):
    network, (back, ahead) = network
    cuts, (one, other) = list(range(4, FRAMES, 4)), network.embeddings[:2]
    changed = 48
    embeddings = [one if cut <= changed else other for cut in (*cuts, FRAMES)]
    results = list(streamed(network.stream((back, ahead), STEP, 0), CONTENT, embeddings, cuts))
    found = np.concatenate([outputs for _, outputs, _ in results])
    before, after = changed - STEP * ahead, changed + STEP * back
    np.testing.assert_allclose(found[:before], whole(network, CONTENT, one)[:before], atol=1e-5)
    np.testing.assert_allclose(found[after:], whole(network, CONTENT, other)[after : len(found)], atol=1e-5)
    assert np.abs(found[before:after] - whole(network, CONTENT, one)[before:after]).max() > 0.1


def other_operator(graph):
    next(node for node in graph.node if node.op_type == "Div").op_type = "Mul"


def other_connection(graph):
    sums = [node for node in graph.node if node.op_type == "Sum"]
    sums[-1].input[0] = sums[0].output[0]


def other_constant(graph):
    of_pause = next(node for node in graph.node if node.op_type == "Unsqueeze").output[0]
    one = next(node for node in graph.node if node.op_type == "Add" and node.input[0] == of_pause).input[1]
    constant = next(constant for constant in graph.initializer if constant.name == one)
    constant.CopyFrom(numpy_helper.from_array(np.array(2, np.float32), one))


@pytest.mark.parametrize("change", [other_operator, other_connection, other_constant])
def test_a_graph_of_another_form_runs_over_the_whole_context(change):
    model, frames = model_of(NAMES[0])
    change(model.graph)
    network = Network(model.SerializeToString())
    stream = network.stream(frames, STEP, PROVISIONAL)
    assert type(stream) is ContextStream
    outputs, final = stream.push(CONTENT, network.embeddings[0])
    np.testing.assert_allclose(outputs[:final], whole(network, CONTENT, network.embeddings[0])[:final], atol=1e-5)


def test_the_reader_of_onnx_files_agrees_with_the_package_onnx():
    model, _ = model_of(NAMES[1])
    nodes, constants = onnx_file.read(model.SerializeToString())
    assert [node.operator for node in nodes] == [node.op_type for node in model.graph.node]
    assert [node.inputs for node in nodes] == [tuple(node.input) for node in model.graph.node]
    for found, expected in zip(nodes, model.graph.node, strict=True):
        for attribute in expected.attribute:
            value = onnx.helper.get_attribute_value(attribute)
            assert found.attributes[attribute.name] == (value if attribute.name != "axis" else [value])
    assert constants.keys() == {constant.name for constant in model.graph.initializer}
    for constant in model.graph.initializer:
        np.testing.assert_array_equal(constants[constant.name], numpy_helper.to_array(constant))
    with pytest.raises(ValueError, match="neither float32 nor int64"):
        onnx_file.read(with_half_precision(model).SerializeToString())


def with_half_precision(model):
    constant = model.graph.initializer[0]
    constant.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(constant).astype(np.float16), constant.name))
    return model
