"""Every adversarial model with every objective and constraint: it trains within its bound, or is refused."""

import numpy as np
import pytest
import tensorflow as tf
from small import build, changes_for

from vconv import models
from vconv.common.errors import VconvError
from vconv.models.adversarial_settings import CONSTRAINTS
from vconv.models.losses import OBJECTIVES

SAME_CODE = "melgan_light", "vawgan_pair"  # as melgan and vawgan
ADVERSARIAL = [name for name in models.names() if "adversarial" in models.settings(name) and name not in SAME_CODE]


def settings_of(name, objective, constraint):
    changes = changes_for(name) | {"adversarial": {"objective": objective, "constraint": constraint}}
    changes["adversarial"]["critic_steps"] = 1
    if constraint == "spectral_normalization" and name == "dcgan":
        changes["network"]["critic_norm"] = "none"
    return models.settings(name, changes)


def batch_of(name, model, settings):
    random = np.random.default_rng(0)
    if name == "dcgan":
        return tf.constant(random.uniform(-1, 1, (4, 12, 8, 1)), tf.float32), tf.zeros(4, tf.int32)
    if name == "vawgan":
        return tf.constant(random.normal(size=(4, 27)), tf.float32), tf.constant([0, 1, 2, 1])
    samples = settings["training"]["segment_samples"]
    mel = random.normal(-40, 10, (2, samples // settings["mel"]["hop"], settings["mel"]["mels"]))
    return tf.constant(mel, tf.float32), tf.constant(random.uniform(-1, 1, (2, samples, 1)), tf.float32)


def refused(name, objective, constraint):
    """Return the sentence with which a combination is refused, or None."""
    if name == "vawgan" and constraint == "spectral_normalization":
        return "adversarial.constraint: 'spectral_normalization'.*gradient_penalty, weight_clipping, none"
    if objective == "wasserstein" and constraint == "none":
        return "wasserstein needs a critic with a bounded slope.*set it to one of: gradient_penalty, weight_clipping"
    return None


@pytest.mark.parametrize("constraint", CONSTRAINTS)
@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("name", ADVERSARIAL)
def test_each_combination_trains_within_its_bound_or_is_refused(name, objective, constraint):
    if sentence := refused(name, objective, constraint):
        with pytest.raises(VconvError, match=f"^{name}: .*{sentence}"):
            build(name, settings_of(name, objective, constraint))
        return
    settings = settings_of(name, objective, constraint)
    model = build(name, settings)
    assert ("penalty" in model.trackers) or constraint != "gradient_penalty"
    if objective != ("least_squares" if constraint == "none" else "wasserstein"):
        return  # a step is slow, and the objectives are tested in test_losses.py
    batch = batch_of(name, model, settings)
    kernels = [np.array(kernel) for kernel in model.critic_kernels]
    assert kernels and len(kernels) * 2 <= len(model.critic_variables)
    logs = {term: float(value) for term, value in model.train_step(batch).items()}
    assert all(map(np.isfinite, logs.values()))
    assert (logs.get("penalty", 0) > 0) == (constraint == "gradient_penalty")
    now = [np.array(kernel) for kernel in model.critic_kernels]
    assert not any(np.array_equal(*pair) for pair in zip(kernels, now, strict=True))
    largest = max(np.abs(kernel).max() for kernel in now)
    assert (largest <= settings["adversarial"].get("clip_limit", 0) + 1e-7) == (constraint == "weight_clipping")
    if constraint == "spectral_normalization":
        normalize = tf.function(model.after_critic_step)
        for _ in range(100):
            normalize()
        for kernel in map(np.array, model.critic_kernels):
            assert np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2) == pytest.approx(1, abs=0.03)
        assert not any(variable.name == "gain" for variable in model.critic_variables)


@pytest.mark.parametrize("name", ADVERSARIAL)
@pytest.mark.parametrize(
    "key, other", [("penalty_weight", "weight_clipping"), ("clip_limit", "gradient_penalty"), ("clip_limit", "none")]
)
def test_weight_clipping_and_gradient_penalty_at_once_are_refused(name, key, other):
    settings = settings_of(name, "least_squares", other)
    settings["adversarial"][key] = 0.5
    sentence = (
        f"{name}: adversarial.{key} is 0.5, and adversarial.constraint {other} does not use it; leave it out, or "
    )
    with pytest.raises(VconvError, match=sentence):
        build(name, settings)


def test_a_critic_whose_norm_undoes_spectral_normalization_is_refused():
    for norm in "batch", "layer":
        settings = settings_of("dcgan", "wasserstein", "spectral_normalization")
        settings["network"]["critic_norm"] = norm
        with pytest.raises(VconvError, match=f"critic_norm is {norm}, which.*set network.critic_norm to none"):
            models.build("dcgan", settings)


def test_the_gradient_penalty_of_waves_is_of_the_mean_score_of_each_segment():
    """A discriminator of one scale scores w · wave at each sample; the gradient of the mean is w / samples."""
    settings = settings_of("melgan", "wasserstein", "gradient_penalty")
    model = models.build("melgan", settings)
    model.scales, model.discriminator = 1, lambda wave: [[wave, 3 * wave]]
    mel, wave = batch_of("melgan", model, settings)
    gradient = model.gradient_between(wave, 0 * wave)
    assert gradient.shape == wave.shape and np.allclose(gradient, 3 / 2048)
    loss, terms = model.critic_loss(model.shared((mel, wave)))
    assert float(terms["slope"]) == pytest.approx(3 / 2048**0.5, rel=1e-4)
    expected = 10 * (3 / 2048**0.5 - 1) ** 2 - float(terms["gap"])
    assert float(loss) == pytest.approx(expected, rel=1e-4)
