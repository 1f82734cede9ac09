"""Several replicas: they compute what one device computes, and what cannot be divided among them is refused."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small import changes_for
from two_replicas import MODELS

from vconv import models
from vconv.common.errors import VconvError
from vconv.training import distribution
from vconv.training.run_folder import RunFolder

TOLERANCE = 1e-5  # of the largest value, as docs/scaling.md states


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """The arrays that `two_replicas` writes, {name: list of arrays}."""
    folder = tmp_path_factory.mktemp("two replicas")
    tests = Path(__file__).parents[1]
    command = [sys.executable, str(tests / "two_replicas.py"), str(folder)]
    run = subprocess.run(command, cwd=tests.parent, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    with np.load(folder / "results.npz") as arrays:
        found = {}
        for key in arrays.files:
            name, _, number = key.rpartition(" ")
            found.setdefault(name, {})[int(number)] = arrays[key]
    return {name: [numbered[n] for n in range(len(numbered))] for name, numbered in found.items()}


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_losses_weights_and_optimizers_of_two_replicas_are_those_of_one(results, model):
    one, two = results[f"{model} one"], results[f"{model} two"]
    assert len(one) > 20
    for expected, found in zip(one, two, strict=True):
        np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE * np.abs(expected).max(initial=1e-3))


@pytest.mark.slow
def test_the_noise_of_replicas_differs_and_is_together_that_of_one(results):
    first, second = results["noise two"]
    assert not np.isin(first, second).any()
    np.testing.assert_array_equal(np.concatenate([first, second]), results["noise one"][0])


@pytest.mark.slow
def test_a_resumed_training_of_two_replicas_equals_an_uninterrupted_one_bit_for_bit(results):
    for whole, parts in zip(results["whole"], results["parts"], strict=True):
        np.testing.assert_array_equal(whole, parts)


@pytest.mark.parametrize(
    ("model", "changes", "sentence"),
    [
        ("convvae", {}, "training.batch_size is 8, which 3 replicas cannot divide; .* training.batch_size=9"),
        ("dcgan", {}, "dcgan: trains on one device; leave out --strategy, which convvae, matched, .*vawgan can use"),
        ("vawgan_pair", {}, "vawgan_pair: trains on one device"),
        ("vawgan", {"pair": True}, "adversarial.pair is True, and several .* --set adversarial.pair=false"),
        ("vawgan", {"intense_steps": 9}, "intense_steps is 9, and several .* --set adversarial.intense_steps=0"),
    ],
)
def test_what_replicas_cannot_divide_is_refused(model, changes, sentence):
    settings = models.settings(model, changes_for(model) | ({"adversarial": changes} if changes else {}))
    with pytest.raises(VconvError, match=sentence):
        models.check_replicas(model, settings, 3)
    if model == "convvae":
        models.check_replicas(model, settings, 4)


def test_one_device_cannot_be_mirrored():
    with pytest.raises(VconvError, match="--strategy mirrored: TensorFlow finds 1 CPU, and two devices or more"):
        distribution.mirrored()


def test_a_worker_that_is_not_the_chief_writes_no_run_folder(tmp_path):
    chief, other = RunFolder(tmp_path), distribution.FollowedRunFolder(tmp_path)
    with chief.locked(), other.locked(), pytest.raises(VconvError, match="give a --run folder that all machines share"):
        other.create({})
    before = sorted(tmp_path.rglob("*"))
    other.update({})
    other.save_checkpoint(None, 1)
    other.write_history([{"epoch": 1}])
    assert sorted(tmp_path.rglob("*")) == before
