"""Every setting of every model is read while the model is built, trained for a step and used."""

import sys
from collections.abc import Mapping
from importlib import import_module

import pytest
import yaml
from small import build, changes_for, write_pairs, write_store
from voice import voice

from vconv import data, models
from vconv.common import config
from vconv.conversion import vocoders
from vconv.conversion.converter import VoiceConverter
from vconv.features.statistics import compute
from vconv.features.store import FeatureStore
from vconv.generation.generator import SampleGenerator
from vconv.training.train import train
from vconv.voices import starting_point

RATE = 16000
# Of models that are built by the same function, as melgan and melgan_light, one is enough.
MODELS = {import_module(f"vconv.models.{name}").build: name for name in reversed(models.names())}.values()
SMALLER = {
    "vawgan": {"adversarial": {"warm_up_epochs": 0, "critic_steps": 1}},
    "melgan": {
        "mel": {"sample_rate": RATE},
        "network": {
            **dict.fromkeys(("upsampling_channels", "discriminator_channels"), [4, 4]),
            **{"upsampling_kernels": [16, 16], "upsampling_strides": [16, 16], "residual_dilations": [1], "scales": 2},
            **{"discriminator_kernels": [5, 5], "discriminator_strides": [4, 4], "discriminator_groups": [1, 1]},
        },
    },
}
PENALTY, CLIPPING = ({"adversarial": {"constraint": name}} for name in ("gradient_penalty", "weight_clipping"))
SWITCHED = {  # changes that switch settings on, for a training step each
    "vawgan": [CLIPPING],
    "melgan": [PENALTY, CLIPPING],
    "dcgan": [CLIPPING | {"network": {"generator": "lstm"}, "spectrogram": {"kind": "cqt"}}],
}


class Recorder(Mapping):
    """Settings that note by their dotted names which of them the code of this package asks for.

    No dict, because Keras copies a dict that a model holds. Keys that are listed, compared or saved are not read.
    """

    def __init__(self, settings, asked, name=""):
        self.settings, self.asked, self.name = settings, asked, name

    def __getitem__(self, key):
        name = f"{self.name}.{key}" if self.name else key
        if sys._getframe(1).f_globals.get("__name__", "").startswith("vconv."):
            self.asked.add(name)
        value = self.settings[key]
        return Recorder(value, self.asked, name) if isinstance(value, dict) else value

    def __iter__(self):
        return iter(self.settings)

    def __len__(self):
        return len(self.settings)

    def __or__(self, other):
        return Recorder(self.settings | dict(other), self.asked, self.name)


@pytest.fixture
def asked(monkeypatch, eager, light_epochs):
    """The names of the settings that are read from now on."""
    asked, complete = set(), models.settings
    monkeypatch.setattr(models, "settings", lambda *arguments: Recorder(complete(*arguments), asked))
    monkeypatch.setattr(yaml.SafeDumper, "yaml_representers", dict(yaml.SafeDumper.yaml_representers))
    yaml.SafeDumper.add_representer(Recorder, lambda dumper, recorder: dumper.represent_dict(recorder.settings))
    return asked


@pytest.fixture
def store(tmp_path):
    path = write_store(tmp_path / "features.h5", (60, 60), contents=("frames", "wave"))
    with FeatureStore(path) as opened:
        write_pairs(opened)
        yield opened


def convert(run):
    converter = VoiceConverter.load(run)
    return converter.convert(voice(150.0, 0.5), converter.speakers[0], converter.speakers[1], RATE)


def vocode(run):
    return vocoders.load(f"melgan:{run}", RATE).resynthesize(voice(150.0, 0.5), RATE)


def generate(run):
    generator = SampleGenerator.load(run)
    return generator.sound(generator.patches(1, 0)[0])


USE = {"frames": convert, "frame_pairs": convert, "segments": vocode, "patches": generate}


def step(name, kind, store, statistics, changes):
    settings = models.settings(name, changes)
    examples = kind(store, settings, statistics, **kind.open_inputs(store))
    model = build(name, settings, bins=513)
    examples.prepare(model)
    model.train_step(next(iter(examples.batches(0, 1, model.examples_per_step))))


def names_of(settings, name=""):
    """Return the dotted names of all settings."""
    names = set()
    for key, value in settings.items():
        names |= names_of(value, f"{name}{key}.") if isinstance(value, Mapping) else {f"{name}{key}"}
    return names


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_every_setting_is_read(name, store, tmp_path, asked):
    kind = data.kind(models.training_data(name))
    statistics = compute(store) if kind.uses_statistics else None
    changes = config.overlay(changes_for(name), SMALLER.get(name, {}))
    one_step = {"training": {f"{kind.unit}_per_epoch": 64, "batch_size": 64, "epochs": 1}}
    changes = config.overlay(changes, one_step)
    asked.clear()
    train(name, store, statistics, {"root": "x"}, tmp_path / "run", changes, lambda _: None)
    USE[models.training_data(name)](tmp_path / "run")
    starting_point.find(models.settings(name), {}, statistics)
    for more in SWITCHED.get(name, []):
        step(name, kind, store, statistics, config.overlay(changes, more))
    assert names_of(models.settings(name)) - asked == set()


def test_models_that_share_their_code_share_their_settings():
    built = {name: import_module(f"vconv.models.{name}").build for name in models.names()}
    for name, other in ((name, other) for name in built for other in built if built[name] is built[other]):
        assert names_of(models.settings(name)) == names_of(models.settings(other))
