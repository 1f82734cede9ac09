"""Run folders: written whole, refused when foreign, the newest checkpoint counts."""

import keras
import numpy as np
import pytest

from vconv import models
from vconv.errors import VconvError
from vconv.run_folder import RunFolder


@pytest.fixture
def folder(tmp_path, small_statistics, small_settings):
    run = RunFolder(tmp_path / "a run, ä")
    run.create(
        {
            "model": "convvae",
            "settings": models.settings("convvae", small_settings),
            "corpus": {},
            "features": {},
            "versions": {},
        },
        small_statistics,
    )
    return run


def test_checkpoints_come_back_with_their_optimiser_and_old_ones_go(folder):
    keras.utils.set_random_seed(0)
    model = folder.build_model()
    x = np.zeros((8, 513), "float32"), np.zeros(8, "int32")
    for epoch in range(1, 5):
        model.train_step(x)
        folder.save_checkpoint(model, epoch)
    assert folder.epochs_done() == 4
    assert sorted(path.name for path in (folder.path / "checkpoints").iterdir()) == [
        "epoch-0003.weights.h5",
        "epoch-0004.weights.h5",
    ]
    fresh = folder.build_model()
    folder.load_checkpoint(fresh)
    for one, other in zip(
        model.optimizer.variables + model.weights, fresh.optimizer.variables + fresh.weights, strict=True
    ):
        assert np.array_equal(one, other)
    assert int(fresh.optimizer.iterations.numpy()) == 4


def test_a_half_written_checkpoint_does_not_count(folder):
    folder.save_checkpoint(folder.build_model(), 1)
    (folder.path / "checkpoints" / ".unfinished-1-1-epoch-0002.weights.h5").write_bytes(b"half")
    assert folder.epochs_done() == 1


def test_history_ends_with_the_newest_checkpoint(folder):
    folder.save_checkpoint(folder.build_model(), 2)
    rows = [{"epoch": epoch, "loss": 0.1 + epoch, "val_loss": 1 / 3} for epoch in (1, 2, 3)]
    folder.write_history(rows)
    assert [row["epoch"] for row in folder.history()] == [1, 2]
    assert folder.history()[0]["loss"] == 1.1 and folder.history()[1]["val_loss"] == pytest.approx(1 / 3, abs=1e-9)


def test_foreign_folders_are_refused(tmp_path, folder, small_statistics):
    with pytest.raises(VconvError, match="does not exist"):
        RunFolder(tmp_path / "nowhere").settings()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("x")
    with pytest.raises(VconvError, match="holds no vconv run"):
        RunFolder(tmp_path / "other").settings()
    with pytest.raises(VconvError, match="not empty"):
        RunFolder(tmp_path / "other").create({}, small_statistics)
    assert (tmp_path / "other" / "letter.txt").exists()
    (tmp_path / "other" / "settings.yaml").write_text("a: 1\n")
    with pytest.raises(VconvError, match="lacks corpus, features, model"):
        RunFolder(tmp_path / "other").settings()
    with pytest.raises(VconvError, match="no checkpoint yet"):
        folder.load_checkpoint(folder.build_model())


def test_a_damaged_checkpoint_is_named(folder):
    model = folder.build_model()
    folder.save_checkpoint(model, 1)
    path = folder.path / "checkpoints" / "epoch-0001.weights.h5"
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(VconvError, match="epoch-0001"):
        folder.load_checkpoint(model)
