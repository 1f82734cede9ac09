"""Kinds of training data: each one that a model's YAML names is complete, and a new one is one file."""

import importlib
import inspect
import sys

import pytest
from small import changes_for

from vconv import data, models
from vconv.common.errors import VconvError
from vconv.corpus.settings import CONTENTS
from vconv.data.training_data import TrainingData
from vconv.training.train import train

MODELS = models.names()
KINDS = {name: data.kind(models.training_data(name)) for name in MODELS}
WITHOUT_STATISTICS = [name for name in MODELS if not KINDS[name].uses_statistics]
NEW_KIND = '''"""Frames again, with a fact of their own."""

from vconv.data import frames


class Data(frames.Data):
    """The kind `frames`; records how many training frames there are."""

    def __init__(self, store, settings, statistics):
        super().__init__(store, settings, statistics)
        self.facts = {"training_frames": len(self.training.index)}
'''


@pytest.mark.parametrize("name", MODELS)
def test_the_kind_of_a_model_is_a_documented_subclass_of_training_data(name):
    assert issubclass(KINDS[name], TrainingData) and KINDS[name] is not TrainingData
    assert KINDS[name].__doc__ and sys.modules[KINDS[name].__module__].__doc__
    assert KINDS[name].contents and set(KINDS[name].contents) <= set(CONTENTS)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_counts_the_examples_of_an_epoch_in_the_unit_of_its_kind(name):
    counts = [key for key in models.settings(name)["training"] if key.endswith("_per_epoch")]
    assert counts == [f"{KINDS[name].unit}_per_epoch"]


@pytest.mark.parametrize("name", MODELS)
def test_a_kind_gives_exactly_the_sizes_that_the_model_is_built_from(name):
    wanted = set(inspect.signature(importlib.import_module(f"vconv.models.{name}").build).parameters)
    assert set(KINDS[name].sizes(bins=513, speakers=3, content_size=27)) == wanted - {"settings"}


@pytest.mark.parametrize("name", MODELS)
def test_a_kind_states_its_purpose_where_its_models_convert_no_recordings(name):
    assert bool(KINDS[name].purpose) == (not KINDS[name].uses_statistics)


@pytest.mark.parametrize("name", WITHOUT_STATISTICS)
def test_a_kind_without_statistics_refuses_conversion_in_one_sentence_that_names_its_purpose(name):
    with pytest.raises(VconvError) as error:
        KINDS[name].converter(None, None, models.settings(name))
    sentence = f"a model trained on {KINDS[name].unit} converts no recordings; it is {KINDS[name].purpose}"
    assert str(error.value) == sentence and "\n" not in sentence


@pytest.fixture
def new_kind(tmp_path, monkeypatch):
    """The name of a kind of training data that is one file outside the package, which `convvae` is trained on."""
    (tmp_path / "kinds").mkdir()
    (tmp_path / "kinds" / "counted_frames.py").write_text(NEW_KIND)
    monkeypatch.setattr(data, "__path__", [*data.__path__, str(tmp_path / "kinds")])
    monkeypatch.setattr(models, "training_data", lambda name: "counted_frames")
    yield "counted_frames"
    sys.modules.pop("vconv.data.counted_frames", None)
    vars(data).pop("counted_frames", None)


@pytest.mark.usefixtures("eager", "light_epochs")
def test_a_new_kind_is_one_file(new_kind, small_store, small_statistics, tmp_path):
    folder = train(
        "convvae", small_store, small_statistics, {}, tmp_path / "run", changes_for("convvae"), lambda line: None
    )
    assert folder.epochs_done() == 2 and folder.kind() is data.kind(new_kind)
    assert folder.settings()["data"] == {"training_frames": 3 * 2 * 30}
