"""Help, version and `vconv info`."""

import os
import re
import subprocess
import sys

import pytest
import tiny as tiny_corpus
from calls import parse_json, start

import vconv
from vconv import models
from vconv.commands import cli


def test_help_imports_no_large_package_and_mistakes_no_tensorflow():
    large = "tensorflow", "keras", "librosa", "matplotlib", "h5py", "pyworld", "numpy"
    program = f"""if True:
        import sys
        from vconv.commands import cli
        try:
            cli.main(["--help"])
        except SystemExit as leave:
            assert not leave.code
        print("large:", [name for name in {large} if name in sys.modules])
        assert cli.main(["info", "nonsense"]) == 2
        assert cli.main(["convert", "--run=nowhere", "--target=A", "--output=x", "y.wav"]) == 2
        print("tensorflow:", "tensorflow" in sys.modules)"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert "large: []" in result.stdout and "tensorflow: False" in result.stdout
    for command in "download", "extract", "statistics", "train", "convert", "evaluate", "info":
        assert re.search(rf"^    {command}\b", result.stdout, re.MULTILINE)
    assert len(result.stderr.splitlines()) == 2


def test_version_is_printed(capsys):
    with pytest.raises(SystemExit) as leave:
        cli.main(["--version"])
    assert leave.value.code == 0 and capsys.readouterr().out == f"vconv {vconv.__version__}\n"


def test_info_lists_the_models(capsys):
    assert cli.main(["info"]) == 0
    assert capsys.readouterr().out.split() == models.names()


def test_info_of_convvae_has_the_published_number_of_parameters(capsys):
    assert cli.main(["info", "convvae", "--json"]) == 0
    info = parse_json(capsys.readouterr().out)
    assert set(info) == {"model", "networks", "parameters", "trainable", "settings"} and info["model"] == "convvae"
    assert info["parameters"] == info["trainable"] == 939162
    networks = info["networks"].values()
    assert sum(network["parameters"] for network in networks) == 939162
    assert all({"parameters", "trainable"} <= set(network) for network in networks)
    assert info["settings"]["training"]["batch_size"] >= 1


def test_info_depends_on_settings_speakers_and_bins(capsys):
    found = {}
    for arguments in (), ("--set=network.latent=4",), ("--speakers=3",), ("--bins=257",):
        assert cli.main(["info", "convvae", "--json", *tiny_corpus.SET, *arguments]) == 0
        found[arguments] = parse_json(capsys.readouterr().out)
    assert found["--set=network.latent=4",] == found[()], "4 is the value in SET"
    assert found["--speakers=3",]["parameters"] < found[()]["parameters"]
    assert found["--bins=257",]["parameters"] != found[()]["parameters"]
    assert cli.main(["info", "convvae", *tiny_corpus.SET]) == 0
    text = capsys.readouterr().out
    assert f"{found[()]['parameters']:,} parameters" in text and "multiply-adds per frame" in text


def test_a_closed_pipe_is_no_error():
    reading, writing = os.pipe()
    os.close(reading)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    process = start("info", stdout=writing, stderr=subprocess.PIPE, env=buffered)
    os.close(writing)
    assert process.communicate()[1] == "" and process.returncode == 0
