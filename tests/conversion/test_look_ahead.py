"""Runs and voices look as far ahead as their settings say: the network that converts is asked."""

import numpy as np
import pytest
import soundfile
from calls import vconv_command
from small import changes_for, write_pairs
from voice import voice

from vconv.conversion.converter import VoiceConverter
from vconv.models.receptive_field import reach
from vconv.training import conversion_network
from vconv.training.run_folder import RunFolder
from vconv.training.train import train
from vconv.voices import ready

FRAMES, CHANGED = 80, 40


def measured_reach(network, content_size=27):
    """Return (back, ahead) of a `Network`, from the outputs that the change of one frame changes."""
    content = np.random.default_rng(0).normal(size=(1, FRAMES, content_size)).astype(np.float32)
    changed = content.copy()
    changed[0, CHANGED] += 3
    one, other = (network(x, network.embeddings[0])[0] for x in (content, changed))
    frames = np.flatnonzero((one != other).any(axis=1))
    return frames.max() - CHANGED, CHANGED - frames.min()


@pytest.fixture
def trained(small_store, small_statistics, tmp_path, eager, light_epochs):
    """Train a small `matched` or `matched_live` for four steps; keyword arguments are settings of its network."""

    def run(model="matched", **network):
        write_pairs(small_store)
        changes = changes_for(model)
        changes["network"] |= network
        changes["training"]["epochs"] = 1
        return train(model, small_store, small_statistics, {}, tmp_path / "run", changes, lambda line: None)

    return run


@pytest.mark.parametrize("limit", [0, 3])
def test_the_network_of_a_trained_run_looks_as_far_as_its_settings_say(trained, limit):
    folder = trained(look_ahead_frames=limit)
    assert [np.isfinite(row["loss"]) for row in folder.history()] == [True]
    settings = VoiceConverter.load(folder.path).settings["settings"]["network"]
    back = 4 * (1 + 1 + 2) - limit  # a kernel of 5, dilations 1 and 2
    assert measured_reach(conversion_network.load(folder)) == reach(settings) == (back, limit)


def test_a_run_of_the_live_model_looks_40_ms_ahead_and_converts_a_recording(trained, tmp_path):
    folder, recording = trained("matched_live", dilations=[1, 2, 4, 1]), tmp_path / "a.wav"
    soundfile.write(recording, voice(150.0), 16000)
    assert measured_reach(conversion_network.load(folder)) == (32, 4)
    output, target = tmp_path / "b.wav", folder.statistics().speakers[0]
    assert vconv_command("convert", f"--run={folder.path}", f"--target={target}", f"--output={output}", recording) == 0
    y, rate = soundfile.read(output)
    assert rate == 16000 and len(y) == pytest.approx(16000, abs=160) and 1e-3 < np.abs(y).max() < 1


def test_a_run_without_the_setting_looks_ahead_without_a_limit(trained):
    folder = trained()
    settings = folder.settings()
    del settings["settings"]["network"]["look_ahead_frames"]
    folder.update(settings)
    assert "look_ahead_frames" not in RunFolder(folder.path).settings()["settings"]["network"]
    network = VoiceConverter.load(folder.path).settings["settings"]["network"]
    assert reach(network) == measured_reach(conversion_network.load(folder)) == (8, 8)


@pytest.mark.parametrize("name", ready.names())
def test_the_ready_voices_look_180_ms_to_both_sides_and_that_for_live_40_ms_ahead(name):
    found = ready.open_run(name)
    expected = (32, 4) if name == "vcc2016-live" else (18, 18)
    assert measured_reach(found.network()) == reach(found.model_settings()["network"]) == expected
