"""`matched`: its size, receptive field, losses and learning rate."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from small import changes_for

from vconv import models
from vconv.common.errors import VconvError
from vconv.features.content.interface import ContentFromAcoustic
from vconv.models.matched import content_of
from vconv.training import info

SPEAKERS = 3


def sizes(speakers):
    return {"speakers": speakers, "content_size": 27, "acoustic_size": 40}


@pytest.fixture
def small():
    keras.utils.set_random_seed(1)
    return models.build("matched", models.settings("matched", changes_for("matched")), **sizes(SPEAKERS))


def batch(rows=4, length=8, seed=0):
    random = np.random.default_rng(seed)
    target = random.integers(0, SPEAKERS, rows).astype("int32")
    weight = (random.random((rows, length)) < 0.7).astype("float32")
    return (
        (random.normal(size=(rows, length, 27)).astype("float32"), target),
        random.normal(size=(rows, length, 40)).astype("float32"),
        weight,
    )


def test_parameters_and_multiply_adds_by_hand():
    described = info.describe("matched", 513, 10)
    scaled = 2 * 128 + 2 * (32 * 128 + 128)  # normalization, then scale and shift by the speaker
    convolution = 5 * 128 * 128 + 128
    total = (5 * 27 * 128 + 128) + 4 * (scaled + convolution) + scaled + (128 * 40 + 40)
    assert described["networks"]["converter"]["parameters"] == total
    assert described["networks"]["speaker_embedding"]["parameters"] == 10 * 32
    assert described["parameters"] == described["trainable"] == total + 320 == 394_600
    products = 5 * 27 * 128 + 4 * 5 * 128 * 128 + 128 * 40  # the speaker's dense layers count once an utterance
    assert described["networks"]["converter"]["multiply_adds"] == pytest.approx(products, rel=1e-3)


@pytest.mark.parametrize("length", [1, 2, 7, 50])
def test_utterances_of_any_length_are_converted(small, length):
    (content, target), _, _ = batch(2, length)
    assert small((content, target)).shape == (2, length, 40)


def test_the_receptive_field_of_a_frame_follows_from_kernel_and_dilations():
    model = models.build("matched", models.settings("matched", {"network": {"channels": 8}}), **sizes(2))
    content = np.random.default_rng(0).normal(size=(1, 60, 27)).astype("float32")
    changed = content.copy()
    changed[0, 30] += 1
    change = np.abs(model((content, np.zeros(1, "int32"))) - model((changed, np.zeros(1, "int32"))))[0].max(axis=1)
    reach = 2 * (1 + 1 + 2 + 4 + 1)  # a kernel of 5 has 2 frames on each side: 18 frames, 180 ms
    assert np.flatnonzero(change).tolist() == list(range(30 - reach, 30 + reach + 1))


def test_the_loss_by_hand_leaves_out_frames_of_weight_0(small):
    inputs, matched, weight = batch()
    small.consistency = 0
    loss, terms = small.loss_of((inputs, matched, weight))
    error = np.square(np.asarray(small(inputs)) - matched).mean(axis=-1)
    assert float(loss) == float(terms["matched"]) == pytest.approx(error[weight == 1].mean(), rel=1e-5)
    assert terms.keys() == {"loss", "matched"}
    other = np.where(weight[..., None] == 1, matched, 9).astype("float32")
    assert float(small.loss_of((inputs, other, weight))[0]) == pytest.approx(float(loss), rel=1e-6)
    assert float(small.loss_of((inputs, matched, np.zeros_like(weight)))[0]) == 0, "a batch of pauses only"


def scaled(small):
    """Give the model a rule from predictions to content with a scale for each speaker."""
    scale = np.random.default_rng(3).uniform(0.5, 2, (SPEAKERS, 25)).astype("float32")
    small.set_content_rule(ContentFromAcoustic((slice(1, 25), slice(0, 1)), scale, 24, -2.5))
    small.consistency = 3.0
    return scale


def test_the_consistency_loss_by_hand(small):
    (content, target), matched, mask = batch()
    weight = mask * np.arange(1, 9, dtype="float32")  # the number of matches counts in the other term alone
    scale = scaled(small)
    predicted, third = np.asarray(small((content, target))), target[[3, 0, 1, 2]]
    again = np.concatenate([predicted[..., 1:25], predicted[..., :1]], axis=-1) * scale[target][:, None]
    again = np.concatenate([again, content[..., 25:]], axis=-1)
    again = np.where(content[..., 24:25] > -2.5, again, content)
    error = np.square(np.asarray(small((again, third))) - np.asarray(small((content, third)))).mean(axis=-1)
    loss, terms = small.loss_of(((content, target), matched, weight))
    assert float(terms["consistency"]) == pytest.approx(error[mask == 1].mean(), rel=1e-4)
    assert float(loss) == pytest.approx(float(terms["matched"]) + 3 * float(terms["consistency"]), rel=1e-6)


def test_content_of_a_prediction_keeps_pauses_voicing_and_aperiodicity(small):
    (content, target), _, _ = batch()
    content[0, 2, 24], content[1, 3, 24] = -2.6, -2.4  # below and above the threshold of pauses
    scaled(small)
    found = np.asarray(content_of(small.content_rule, np.asarray(small((content, target))), content, target))
    assert np.array_equal(found[0, 2], content[0, 2]) and not np.isclose(found[1, 3, :25], content[1, 3, :25]).any()
    assert np.array_equal(found[..., 25:], content[..., 25:])


def test_the_second_pass_of_the_consistency_loss_has_no_gradient(small):
    """The gradient is that of the first conversion alone, in a direction taken at random, by differences."""
    inputs, _, weight = batch()
    scaled(small)
    data = inputs, np.asarray(small(inputs)), weight  # matched exactly: what is left is consistency
    variables, random = small.trainable_variables, np.random.default_rng(4)
    with tf.GradientTape() as tape:
        loss = small.loss_of(data)[0]
    gradients = tape.gradient(loss, variables)
    begin, way = [np.array(one) for one in variables], [random.normal(size=one.shape) for one in variables]
    third = inputs[1][[3, 0, 1, 2]]
    wanted = np.asarray(small((inputs[0], third)))

    def loss_at(step):
        for one, at, to in zip(variables, begin, way, strict=True):
            one.assign(at + step * to)
        predicted = np.asarray(small(inputs))
        for one, at in zip(variables, begin, strict=True):
            one.assign(at)
        again = np.asarray(small((np.asarray(content_of(small.content_rule, predicted, *inputs)), third)), np.float64)
        return 3 * np.square(again - wanted).mean(axis=-1)[weight == 1].mean()

    slope = sum(np.sum(tf.convert_to_tensor(one) * to) for one, to in zip(gradients, way, strict=True))
    assert slope == pytest.approx((loss_at(1e-5) - loss_at(-1e-5)) / 2e-5, rel=5e-3)


def test_the_consistency_loss_is_refused_without_a_content_rule(small):
    with pytest.raises(VconvError, match="give --set training.consistency=0"):
        small.set_content_rule(None)
    small.consistency = 0
    small.set_content_rule(None)


def test_a_step_trains_every_weight_and_the_embeddings_of_the_targets_in_the_batch(small):
    before = [np.array(variable) for variable in small.trainable_variables]
    table = np.array(small.speaker_embedding.weights[0])
    (content, _), matched, weight = batch()
    scaled(small)
    small.train_step(((content, np.array([0, 2, 0, 2], "int32")), matched, weight))
    for old, variable in zip(before, small.trainable_variables, strict=True):
        assert not np.array_equal(old, variable), f"{variable.path} was not trained"
    change = np.abs(np.array(small.speaker_embedding.weights[0]) - table).max(axis=1)
    assert change[0] > 0 and change[1] == 0 and change[2] > 0


def test_the_prediction_depends_on_the_target_but_not_on_the_rest_of_the_batch(small):
    (content, _), _, _ = batch()
    predicted = [np.asarray(small((content, np.full(4, target, "int32")))) for target in range(SPEAKERS)]
    assert np.abs(predicted[0] - predicted[1]).max() > 1e-4 and np.abs(predicted[1] - predicted[2]).max() > 1e-4
    mixed = np.asarray(small((content, np.array([0, 1, 2, 0], "int32"))))
    for row, target in enumerate([0, 1, 2, 0]):
        assert np.allclose(mixed[row], predicted[target][row], atol=1e-5)


def test_the_learning_rate_falls_along_half_a_cosine_to_the_end_of_the_last_epoch():
    changes = {"epochs": 4, "segments_per_epoch": 100, "batch_size": 32, "learning_rate": 0.5}
    model = models.build("matched", models.settings("matched", {"training": changes}), **sizes(2))
    rates = []
    for step in range(13):  # 4 epochs of 3 steps
        model.optimizer.iterations.assign(step)
        rates.append(float(model.optimizer.learning_rate))
    assert rates == pytest.approx(0.25 * (1 + np.cos(np.pi * np.arange(13) / 12)), abs=1e-6)


def test_training_lowers_the_loss(small):
    data = batch(8)
    scaled(small)
    first = float(small.loss_of(data)[0])
    small.optimizer = keras.optimizers.Adam(0.01)
    small.optimizer.build(small.trainable_variables)
    step = tf.function(small.train_step)
    for _ in range(60):
        step(data)
    assert float(small.loss_of(data)[0]) < 0.7 * first
