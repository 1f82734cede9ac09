"""Every model that the folder holds: it is built, saved and loaded exactly, described, and reads all its settings."""

import importlib.util
import json
from importlib.resources import files

import numpy as np
import pytest
import yaml
from small import build, changes_for

from vconv import models
from vconv.common.errors import VconvError
from vconv.training import info, train


@pytest.mark.parametrize("name", models.names())
def test_loading_gives_exactly_the_weights_that_were_saved(name, tmp_path):
    settings = models.settings(name, changes_for(name))
    trained, fresh = (build(name, settings) for _ in range(2))
    for variable in trained.trainable_variables:
        variable.assign(np.random.default_rng(0).normal(size=variable.shape))
    trained.save_weights(tmp_path / "x.weights.h5")
    fresh.load_weights(tmp_path / "x.weights.h5")
    for one, other in zip(trained.weights, fresh.weights, strict=True):
        assert np.array_equal(one, other)


@pytest.mark.parametrize("name", models.names())
def test_the_counts_of_info_are_the_sums_over_the_networks(name):
    described = json.loads(json.dumps(info.describe(name, 513, 10)))
    assert set(described) == {"model", "networks", "parameters", "trainable", "settings"}
    assert described["parameters"] == sum(network["parameters"] for network in described["networks"].values())
    assert described["trainable"] == sum(network["trainable"] for network in described["networks"].values())
    assert described["settings"] == models.settings(name)
    assert name in info.as_text(described) and f"{described['parameters']:,}" in info.as_text(described)


@pytest.mark.parametrize("name", models.names())
def test_every_yaml_file_begins_with_a_comment_and_has_a_module(name):
    text = (files(models) / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.startswith("#")
    assert importlib.util.find_spec(f"vconv.models.{name}")
    assert "extends" not in models.settings(name)


@pytest.mark.parametrize("name", models.names())
def test_what_may_change_when_a_run_goes_on_are_settings(name):
    assert train.MAY_CHANGE <= models.settings(name)["training"].keys()


def test_the_error_of_an_unknown_model_or_key_lists_those_that_exist():
    with pytest.raises(VconvError, match="convvae.*vawgan"):
        models.settings("convae")
    with pytest.raises(VconvError, match="convvae: network: there is no key latnt; the keys are: latent"):
        models.settings("convvae", {"network": {"latnt": 3}})


@pytest.mark.parametrize(
    "network, counts",
    [
        ({"encoder_kernels": [7]}, "encoder_channels has 5 entries and encoder_kernels has 1"),
        ({"decoder_channels": [4, 3]}, "decoder_channels has 2 entries and decoder_kernels has 3"),
    ],
)
def test_lists_of_other_lengths_are_refused(network, counts):
    with pytest.raises(VconvError, match=f"convvae: network: {counts}; give one of each for each layer"):
        models.settings("convvae", {"network": network})


def test_vawgan_settings_extend_those_of_convvae():
    base, extended = models.settings("convvae"), models.settings("vawgan")
    assert base["network"].items() <= extended["network"].items()
    own = yaml.safe_load((files(models) / "vawgan.yaml").read_text(encoding="utf-8"))
    assert extended["training"] == base["training"] | own["training"]
