"""network.onnx is that of the newest checkpoint: when it is written, read and replaced; what is told if that fails."""

import shutil
import sys

import numpy as np
import pytest
import runs

from vconv.common import files
from vconv.common.errors import VconvError
from vconv.layers import tensorflow_start
from vconv.training import conversion_network
from vconv.training.conversion_network import NAME


@pytest.fixture
def trained(tmp_path, small_statistics):
    """A run folder with a checkpoint, and its model."""
    return runs.untrained(tmp_path / "a run", small_statistics)


@pytest.fixture
def no_tensorflow(monkeypatch):
    """A function after whose call a test fails if TensorFlow is loaded."""
    return lambda: monkeypatch.setattr(
        tensorflow_start, "load_tensorflow", lambda: pytest.fail("TensorFlow was loaded")
    )


def gives_what(network, model):
    """Whether a network gives what the model does, within float32 rounding of the largest value."""
    x = np.random.default_rng(0).uniform(-1, 1, (5, 513)).astype(np.float32)
    expected = np.array(model((x, np.full(5, 1, np.int32))))
    return np.abs(network(x, network.embeddings[1]) - expected).max() < 2e-6 * np.abs(expected).max()


def test_the_first_load_writes_the_network_and_later_ones_need_no_tensorflow(trained, no_tensorflow):
    folder, model = trained
    assert gives_what(conversion_network.load(folder), model)
    written = (folder.path / NAME).stat()
    no_tensorflow()
    assert gives_what(conversion_network.load(folder), model)
    assert (folder.path / NAME).stat().st_mtime_ns == written.st_mtime_ns


def test_a_newer_checkpoint_replaces_it(trained):
    folder, model = trained
    conversion_network.load(folder)
    runs.step(model, folder, 2)
    network = conversion_network.load(folder)
    assert network.metadata["epochs"] == "2" and gives_what(network, model)
    assert (folder.path / NAME).read_bytes() == conversion_network.content(folder)


@pytest.mark.parametrize("damage", [b"", b"text", None])
def test_a_damaged_file_is_replaced(trained, damage):
    folder, model = trained
    conversion_network.load(folder)
    whole = (folder.path / NAME).read_bytes()
    (folder.path / NAME).write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert gives_what(conversion_network.load(folder), model)
    assert (folder.path / NAME).read_bytes() == whole


def test_a_run_without_checkpoints_converts_by_its_network(trained, no_tensorflow):
    folder, model = trained
    conversion_network.load(folder)
    shutil.rmtree(folder.path / "checkpoints")
    no_tensorflow()
    assert gives_what(conversion_network.load(folder), model)


def test_a_folder_that_cannot_be_written_is_no_obstacle(trained, monkeypatch):
    folder, model = trained

    def refused(path, *_):
        raise VconvError(f"{path}: cannot be written")

    monkeypatch.setattr(files, "write", refused)
    assert gives_what(conversion_network.load(folder), model)
    assert not (folder.path / NAME).exists()


def test_without_a_checkpoint_the_sentence_comes_before_tensorflow(trained, no_tensorflow):
    folder, _ = trained
    shutil.rmtree(folder.path / "checkpoints")
    no_tensorflow()
    with pytest.raises(VconvError, match="holds no checkpoint yet; let `vconv train` finish at least one epoch"):
        conversion_network.load(folder)


def test_without_tensorflow_the_sentence_says_what_to_install(trained, monkeypatch):
    folder, _ = trained
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    with pytest.raises(VconvError, match=r"network.onnx.* needs tensorflow.*pip install 'vconv\[train\]'"):
        conversion_network.load(folder)


@pytest.mark.parametrize("how", ["load", "save"])
def test_averaged_weights_are_taken_where_the_model_has_them(tmp_path, small_statistics, how):
    averaging = {"ema_decay": 0.9}
    folder, model = runs.untrained(tmp_path / "run", small_statistics, "vawgan", adversarial=averaging)
    if how == "save":
        conversion_network.save(folder, model)
    network = conversion_network.load(folder)
    assert not gives_what(network, model)
    model.take_average()
    assert gives_what(network, model)


def test_short_numbers_are_exact():
    values = np.random.default_rng(0).normal(size=(40, 25)).astype(np.float32)
    listed = conversion_network.as_list(values)
    np.testing.assert_array_equal(np.float32(listed), values)
    assert max(len(str(number)) for row in listed for number in row) <= 16
