"""VAWGAN: the published critic, critic and generator steps, objectives, noise, settings."""

import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from vconv import models
from vconv.common.errors import VconvError
from vconv.training import info


def build(settings, speakers=3, bins=27, **adversarial):
    keras.utils.set_random_seed(1)
    changes = settings | {"adversarial": {"critic_steps": 2, "fakes_of": "sample", **adversarial}}
    changes["network"] |= {"critic_channels": [2, 3], "critic_kernels": [7, 9]}
    return models.build("vawgan", models.settings("vawgan", changes), bins=bins, speakers=speakers)


def batch(rows=16, bins=27, speakers=3):
    random = np.random.default_rng(0)
    return (
        tf.constant(random.uniform(-1, 1, (rows, bins)).astype("float32")),
        tf.constant(random.integers(0, speakers, rows).astype("int32")),
    )


def values(variables):
    return [np.array(variable) for variable in variables]


def changed(before, variables):
    return [not np.array_equal(old, variable) for old, variable in zip(before, variables, strict=True)]


def test_the_critic_has_the_published_parameters_and_shapes():
    plain = info.describe("vawgan", 513, 10, {"network": {"critic_conditioned": False}})
    assert plain["networks"]["critic"]["trainable"] == 240_769
    assert info.describe("vawgan", 513, 10)["networks"]["critic"]["parameters"] == 240_769 + 10 * 1216
    model = models.build("vawgan", models.settings("vawgan"), bins=513, speakers=10)
    shapes = [layer.output.shape[1:] for layer in model.critic.layers if layer.name.endswith("_relu")]
    assert shapes == [(171, 16), (57, 32), (19, 64)]


def test_encoder_decoder_and_embedding_are_those_of_the_convvae():
    networks = info.describe("vawgan", 513, 10)["networks"]
    assert {name: networks[name] for name in networks if name != "critic"} == info.describe("convvae", 513, 10)[
        "networks"
    ]


def test_only_the_conditioned_critic_depends_on_the_speaker(small_settings):
    x, speaker = batch()
    for conditioned in (True, False):
        small_settings["network"]["critic_conditioned"] = conditioned
        model = build(small_settings)
        for variable in model.critic_variables:
            variable.assign(np.random.default_rng(0).normal(size=variable.shape))
        same = np.allclose(model.critic([x, speaker]), model.critic([x, (speaker + 1) % 3]))
        assert same != conditioned


def test_the_projection_adds_the_inner_product_of_features_and_speaker(small_settings):
    critic = build(small_settings).critic
    x, _ = batch()
    scores = [critic([x, tf.fill([16], speaker)]).numpy() for speaker in range(3)]
    assert np.array_equal(scores[0], scores[1]), "the projection of a new critic is 0"
    table = critic.get_layer("projection").embeddings
    table.assign(np.arange(3)[:, None] * np.linspace(-1, 1, table.shape[-1]))
    features = keras.Model(
        critic.inputs, next(layer.output for layer in critic.layers if isinstance(layer, keras.layers.Flatten))
    )([x, tf.fill([16], 0)])
    expected = scores[0] + 2 * features.numpy() @ np.linspace(-1, 1, table.shape[-1])
    assert np.allclose(critic([x, tf.fill([16], 2)]), expected, atol=1e-4)


def test_the_critic_step_trains_the_critic_alone_and_the_generator_step_the_rest(small_settings):
    model = build(small_settings, critic_steps=1)
    model.critic.get_layer("score").kernel.assign(tf.ones_like(model.critic.get_layer("score").kernel))
    critic, generator = values(model.critic_variables), values(model.generator_variables)
    model.optimizer.learning_rate = 0.0
    model.train_step(batch())
    assert any(changed(critic, model.critic_variables)) and not any(changed(generator, model.generator_variables))
    model.optimizer.learning_rate = 1e-3
    model.critic_optimizer.learning_rate = 0.0
    critic = values(model.critic_variables)
    model.train_step(batch())
    assert not any(changed(critic, model.critic_variables)) and all(changed(generator, model.generator_variables))


def test_the_critic_is_trained_critic_steps_times_for_each_generator_step(small_settings):
    model = build(small_settings, critic_steps=3)
    model.train_step(batch(24))
    assert int(model.critic_optimizer.iterations.numpy()) == 3 and int(model.optimizer.iterations.numpy()) == 1


def test_the_warm_up_trains_the_vae_alone_until_its_epoch(small_settings):
    model = build(small_settings, warm_up_epochs=2)
    for epoch, adversarial in (0, False), (1, False), (2, True), (7, True):
        model.begin_epoch(epoch)
        assert model.adversarial == adversarial
    model.begin_epoch(0)
    critic = values(model.critic_variables)
    model.train_step(batch())
    assert int(model.optimizer.iterations.numpy()) == 2 and not any(changed(critic, model.critic_variables))


def test_the_encoder_gets_no_adversarial_gradient(small_settings):
    gradients = []
    for alpha in (0.0, 1000.0):
        model = build(small_settings, alpha=alpha)
        model.critic.get_layer("score").kernel.assign(tf.ones_like(model.critic.get_layer("score").kernel))
        with tf.GradientTape() as tape:
            loss, _ = model.generator_loss(batch())
        parts = [net.trainable_variables for net in (model.encoder, model.decoder, model.speaker_embedding)]
        gradients.append([[np.array(tf.convert_to_tensor(g)) for g in part] for part in tape.gradient(loss, parts)])
    (encoder, *others), (encoder_adversarial, *others_adversarial) = gradients
    for one, other in zip(encoder, encoder_adversarial, strict=True):
        assert np.allclose(one, other, rtol=1e-4, atol=1e-6)
    for part, part_adversarial in zip(others, others_adversarial, strict=True):
        assert any(not np.allclose(a, b, rtol=1e-2, atol=1e-4) for a, b in zip(part, part_adversarial, strict=True))


def linear_critic(model, direction):
    """Make the critic's score the inner product with `direction`."""
    model.critic = lambda inputs: tf.linalg.matvec(inputs[0], tf.constant(direction, tf.float32))


@pytest.mark.parametrize("fakes_of", ["mean", "sample"])
def test_objectives_by_hand_with_a_linear_critic(small_settings, fakes_of):
    model = build(small_settings, fakes=["conversion"], alpha=7.0, fakes_of=fakes_of)
    x, speaker = batch()
    direction = np.zeros(27)
    direction[0], direction[1] = 1.8, 2.4  # of length 3: penalty (3 − 1)² = 4
    linear_critic(model, direction)
    _, _, sample, mean = model.vae_loss((x, speaker), model.optimizer.iterations)
    z = {"mean": mean, "sample": sample}[fakes_of]
    assert not np.allclose(mean, sample, atol=0.1)
    converted = model.decode(tf.roll(z, -1, 0), speaker).numpy()
    real_score, fake_score = float(np.mean(x.numpy() @ direction)), float(np.mean(converted @ direction))
    loss, terms = model.critic_loss((x, speaker))
    assert float(terms["distance"]) == pytest.approx(real_score - fake_score, abs=1e-4)
    assert float(terms["penalty"]) == pytest.approx(4.0, abs=1e-4)
    assert float(loss) == pytest.approx(fake_score - real_score + 10 * 4.0, abs=1e-3)
    vae = float(model.vae_loss((x, speaker), model.optimizer.iterations)[0])
    loss, terms = model.generator_loss((x, speaker))
    assert float(loss) == pytest.approx(vae - 7 * fake_score, abs=1e-3)


def test_least_squares_by_hand_with_a_linear_critic(small_settings):
    model = build(small_settings, fakes=["reconstruction"], objective="least_squares", alpha=7.0)
    batch_ = x, speaker = batch()
    direction = np.full(27, 0.2)
    linear_critic(model, direction)
    fake_scores = model.decode(model.vae_loss(batch_, 0)[2], speaker).numpy() @ direction
    real_scores = x.numpy() @ direction
    loss, terms = model.critic_loss(batch_)
    expected = np.mean((real_scores - 1) ** 2) + np.mean(fake_scores**2)
    assert float(loss) == pytest.approx(expected + 10 * float(terms["penalty"]), abs=1e-3)
    assert float(terms["distance"]) == pytest.approx(real_scores.mean() - fake_scores.mean(), abs=1e-4)
    assert float(terms["slope"]) == pytest.approx(0.2 * math.sqrt(27), abs=1e-5)
    adversarial = model.generator_loss(batch_)[1]["adversarial"]
    assert float(adversarial) == pytest.approx(np.mean((fake_scores - 1) ** 2), abs=1e-3)


def test_the_penalty_is_taken_between_real_frames_and_fakes(small_settings):
    model = build(small_settings)
    model.critic = lambda inputs: 0.5 * tf.reduce_sum(inputs[0] ** 2, axis=-1)  # its gradient is the frame itself
    x, speaker = batch()
    model.critic_optimizer.iterations.assign(4)
    _, _, fakes = model.compared(x, model.vae_loss((x, speaker), 4)[2], speaker)
    expected = np.mean((np.linalg.norm(model.interpolate(x, fakes, 4), axis=1) - 1) ** 2)
    assert float(model.critic_loss((x, speaker))[1]["penalty"]) == pytest.approx(expected, rel=1e-4)


def test_the_critic_gets_each_frame_with_its_speaker(small_settings):
    model = build(small_settings, alpha=7.0, constraint="weight_clipping")
    model.critic = lambda inputs: tf.cast(inputs[1] + 1, "float32") * inputs[0][:, 0]
    x, speaker = batch()
    z = model.vae_loss((x, speaker), 0)[2]
    real_score = np.mean(x[:, 0] * (speaker.numpy() + 1))
    fake_score = np.mean([fake.numpy()[:, 0] * (speaker.numpy() + 1) for fake in model.compared(x, z, speaker)[2]])
    assert float(model.critic_loss((x, speaker))[0]) == pytest.approx(fake_score - real_score, abs=1e-5)
    assert float(model.generator_loss((x, speaker))[1]["adversarial"]) == pytest.approx(-fake_score, abs=1e-5)


def test_each_loss_draws_the_noise_of_its_optimizers_step(small_settings):
    model = build(small_settings, alpha=0.0)
    first = [float(loss(batch())[0]) for loss in (model.warm_up_loss, model.generator_loss, model.critic_loss)]
    model.optimizer.iterations.assign(5)
    model.critic_optimizer.iterations.assign(5)
    vae = float(model.vae_loss(batch(), 5)[0])
    later = [float(loss(batch())[0]) for loss in (model.warm_up_loss, model.generator_loss, model.critic_loss)]
    assert later[:2] == pytest.approx([vae, vae], rel=1e-6) and all(a != b for a, b in zip(first, later, strict=True))


def test_critic_and_generator_have_learning_rates_and_each_critic_step_its_examples(small_settings):
    small_settings["training"] |= {"learning_rate": 0.125, "batch_size": 8}
    model = build(small_settings, critic_learning_rate=0.25, critic_steps=3)
    assert float(model.optimizer.learning_rate.numpy()) == 0.125 and model.examples_per_step == 24
    assert float(model.critic_optimizer.learning_rate.numpy()) == 0.25
    assert {(optimizer.beta_1, optimizer.beta_2) for optimizer in (model.optimizer, model.critic_optimizer)} == {
        (0.5, 0.999)
    }


def test_fakes_are_reconstructions_and_conversions_as_set(small_settings):
    model = build(small_settings)
    x, speaker = batch()
    z = model.vae_loss((x, speaker), 0)[2]
    both = model.compared(x, z, speaker)[2]
    for fakes, code in zip(both, (z, tf.roll(z, -1, 0)), strict=True):
        assert np.allclose(fakes, model.decode(code, speaker), atol=1e-5)
    (only,) = build(small_settings, fakes=["reconstruction"]).compared(x, z, speaker)[2]
    assert np.allclose(only, both[0], atol=1e-5)


def test_interpolates_lie_between_a_real_frame_and_one_of_its_fakes(small_settings):
    model = build(small_settings)
    real = tf.zeros((400, 27))
    fakes = [tf.ones((400, 27)), -tf.ones((400, 27))]
    between = model.interpolate(real, fakes, 3).numpy()
    assert np.all(between == between[:, :1]) and np.abs(between).max() <= 1
    share = (between[:, 0] > 0).mean()
    assert 0.4 < share < 0.6 and len(np.unique(between)) > 300
    for side in (between[between > 0], between[between < 0]):
        assert 0.4 < np.abs(side).mean() < 0.6, "the distance does not depend on the fake"
    assert not np.array_equal(between, model.interpolate(real, fakes, 4)), "another step draws other shares"
    assert np.allclose(model.interpolate(real + 5, [fake + 5 for fake in fakes], 3), between + 5, atol=1e-5)


def test_weight_clipping_bounds_kernels_and_leaves_no_penalty(small_settings):
    model = build(small_settings, constraint="weight_clipping", clip_limit=0.01)
    _, terms = model.critic_loss(batch())
    assert "penalty" not in terms
    model.train_step(batch())
    for variable in model.critic_variables:
        limit = 2.0 if variable.path.endswith("scale") or variable.path.endswith("offset") else 0.01 + 1e-7
        assert np.abs(variable).max() <= limit, variable.path
        assert not variable.path.endswith("scale") or np.abs(variable).min() > 0.9, "a clipped norm mutes the score"
    free = build(small_settings)
    free.train_step(batch())
    assert max(np.abs(variable).max() for variable in free.critic_variables if "kernel" in variable.path) > 0.01


@pytest.mark.parametrize("change", [{"constraint": "none"}, {"fakes": ["noise"]}, {"fakes": []}, {"critic_steps": 0}])
def test_impossible_settings_are_refused_with_what_is_allowed(small_settings, change):
    with pytest.raises(VconvError, match="gradient_penalty, weight_clipping|reconstruction, conversion|from 1 to 1000"):
        build(small_settings, **change)


def test_of_a_pair_the_critic_compares_the_target_with_conversions_of_the_source(small_settings):
    small_settings["network"]["critic_conditioned"] = False
    x, speaker = batch(speakers=2)
    for fakes, of in (["conversion"], 0), (["reconstruction"], 1):
        model = build(small_settings, speakers=2, pair=True, fakes=fakes)
        z = model.vae_loss((x, speaker), 0)[2]
        real, target, (fake,) = model.compared(x, z, speaker)
        count = min((speaker.numpy() == number).sum() for number in (0, 1))
        assert len(real) == len(fake) == count > 3 and (target.numpy() == 1).all()
        rows = [np.flatnonzero((x.numpy() == frame).all(axis=1))[0] for frame in real.numpy()]
        assert len(set(rows)) == count and (speaker.numpy()[rows] == 1).all()
        decoded = model.decode(z, tf.ones(16, "int32")).numpy()
        nearest = [np.abs(decoded - frame).max(axis=1).argmin() for frame in fake.numpy()]
        assert len(set(nearest)) == count and (speaker.numpy()[nearest] == of).all()
    model.train_step((x, speaker))
    assert all(np.isfinite(variable).all() for variable in values(model.critic_variables))


def test_a_batch_without_the_source_trains_a_pair(small_settings):
    small_settings["network"]["critic_conditioned"] = False
    model = build(small_settings, speakers=2, pair=True, critic_steps=1)
    logs = model.train_step((batch()[0], tf.ones(16, "int32")))
    assert all(np.isfinite(float(value)) for value in logs.values())


def test_two_speaker_settings_refuse_others_and_a_conditioned_critic():
    settings = models.settings("vawgan_pair")
    models.check("vawgan_pair", settings, bins=513, speakers=2)
    with pytest.raises(VconvError, match="adversarial.pair is for two speakers, and the features have 10; name two"):
        models.check("vawgan_pair", settings, bins=513, speakers=10)
    with pytest.raises(VconvError, match="adversarial.pair .* set network.critic_conditioned to false"):
        models.check("vawgan", models.settings("vawgan", {"adversarial": {"pair": True}}), bins=513, speakers=2)


def test_the_pair_has_the_updates_of_the_paper():
    settings = models.settings("vawgan_pair")
    adversarial, training = settings["adversarial"], settings["training"]
    steps = training["frames_per_epoch"] // (training["batch_size"] * adversarial["critic_steps"])
    assert steps == 781
    assert adversarial["warm_up_epochs"] * steps * adversarial["critic_steps"] == 15 * 781
    assert training["epochs"] - adversarial["warm_up_epochs"] == 45


def test_intense_steps_are_those_of_the_first_25_generator_steps_and_of_every_100th(small_settings):
    model = build(small_settings, critic_steps=1, intense_steps=3)
    step = tf.function(model.train_step)
    counts = []
    for generator_steps, critic_steps in (30, 0), (54, 24 * 3), (55, 25 * 3), (200, 25 * 3), (201, 25 * 3):
        model.optimizer.iterations.assign(generator_steps)
        model.critic_optimizer.iterations.assign(critic_steps)
        before = values(model.critic_variables)
        step(batch(4))
        assert any(changed(before, model.critic_variables))
        counts.append(int(model.critic_optimizer.iterations.numpy()) - critic_steps)
    assert counts == [3, 3, 1, 3, 1]


def test_the_optimizer_is_the_one_that_is_named(small_settings):
    assert isinstance(build(small_settings).optimizer, keras.optimizers.Adam)
    small_settings["training"] |= {"optimizer": "rmsprop", "beta_2": 0.75, "learning_rate": 0.5}
    model = build(small_settings)
    for optimizer in model.optimizer, model.critic_optimizer:
        assert isinstance(optimizer, keras.optimizers.RMSprop) and optimizer.rho == 0.75
    variable = keras.Variable([2.0])
    optimizer = type(model.optimizer).from_config(model.optimizer.get_config())
    optimizer.apply([tf.constant([4.0])], [variable])  # g / sqrt((1 − ρ) g²) = 2 at the first step
    assert float(variable.numpy()[0]) == pytest.approx(2.0 - 0.5 * 2, abs=1e-5)
