"""`vconv inspect-upsampling`: verdict and exit status for models and for stacks in a file, one sentence a mistake."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from vconv import models
from vconv.commands import cli, inspect_upsampling

DOCS = Path(__file__).parents[2] / "docs"


def inspect(*arguments):
    return cli.main(["inspect-upsampling", *map(str, arguments)])


@pytest.fixture
def stack_file(tmp_path):
    """Writes a stack file and returns its path."""

    def write(text):
        path = tmp_path / "my stack é.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize(
    "name, status, last",
    [
        ("broken", 1, "  - {kernel: [3, 6, 6], stride: [1, 3, 3]}"),
        ("repaired", 0, "verdict: covers evenly"),
    ],
)
def test_the_stacks_of_the_docs(name, status, last, tmp_path, capsys):
    picture = tmp_path / "new" / "map.png"
    assert inspect(DOCS / "stacks" / f"{name}.yaml", "--picture", picture) == status
    assert capsys.readouterr().out.splitlines()[-1] == last
    drawn, kept = (imread(path)[..., :3] for path in (picture, DOCS / "images" / f"upsampling-{name}.png"))
    # Where the map is, wherever the fonts put it exactly, a hole is red; without one, nothing is.
    red = [np.all(np.abs(image - (0.84, 0.15, 0.16)) < 0.02, axis=-1).mean() for image in (drawn, kept)]
    assert red[0] == pytest.approx(red[1], abs=0.02)
    assert red[0] > 0.2 if name == "broken" else red[0] == 0


def test_the_plan_it_prints_is_a_file_it_reads(stack_file, capsys):
    assert inspect(DOCS / "stacks" / "broken.yaml") == 1
    _, plan = capsys.readouterr().out.split("evenly:\n")
    assert inspect(stack_file(plan)) == 0
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "  target 2 × 252 × 361: crop 0 × 0 × 14 from the ends",
        "verdict: covers evenly",
    ]


def test_the_published_vae_covers_unevenly_and_settings_change_that(capsys):
    for name in "convvae", "vawgan":
        assert inspect(name) == 0
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "start 19" and lines[-1] == "verdict: covers, but unevenly"
        assert lines[1:3] == [
            "decoder_1: kernel 9, stride 3, same → 57: even",
            "decoder_2: kernel 7, stride 3, same → 171: checkerboard",
        ]
    assert inspect("convvae", "--set=network.decoder_kernels=[9, 6, 6]") == 0
    assert capsys.readouterr().out.endswith("verdict: covers evenly\n")
    assert inspect("convvae", "--set=network.decoder_kernels=[9, 7, 2]") == 1
    assert "decoder_3: kernel 2, stride 3, same → 513: holes" in capsys.readouterr().out


@pytest.mark.parametrize("name", models.names())
def test_every_model_that_tells_its_stack_covers_all_by_default(name, capsys):
    status = inspect(name)
    out, err = capsys.readouterr()
    if status == 0:
        assert "verdict: covers" in out and not err
    else:
        assert err.startswith(f"vconv: {name}: lists no transposed convolutions; ") and err.count("\n") == 1


def test_a_stack_can_be_the_shape_of_the_network_it_describes():
    """What the VAE tells is what its decoder has."""
    settings = models.settings("convvae", {"network": {"decoder_channels": [3, 2], "decoder_kernels": [5, 4]}})
    start, stack = models.upsampling("convvae", settings)
    from vconv.models.convvae import decoder

    layers = [layer for layer in decoder(513, settings["network"]).layers if "Transpose" in type(layer).__name__]
    assert [(layer.kernel_size, layer.strides, layer.padding) for layer in layers] == [
        (layer.kernel, layer.stride, layer.padding) for layer in stack
    ]
    assert layers[0].input.shape[1:2] == start


def test_names_padding_and_settings_of_a_file(stack_file, capsys):
    path = stack_file("start: [3]\nlayers:\n- {name: first é, kernel: [5], stride: [2], padding: valid}\n")
    assert inspect(path) == 0
    assert "first é: kernel 5, stride 2, valid → 9: checkerboard" in capsys.readouterr().out
    assert inspect(path, "--set=target=[10]") == 1
    assert "short of its target 10; use larger strides or start at 4" in capsys.readouterr().out
    assert inspect(path, "--set=target=[10]", "--set=start=[4]") == 0


CASES = {
    "no such model": ("nonsense", "", "CONFIG, a model or a .yaml file: 'nonsense' is not allowed; choose one of: "),
    "model key": ("convvae", "", "there is no key x; the keys are: ", "--set=network.x=1"),
    "picture's kind": ("convvae", "", "--picture x.jpg: can only be drawn as .png", "--picture=x.jpg"),
    "missing file": ("{new}.yaml", "", "{new}.yaml: cannot be read"),
    "no YAML": ("{file}", "start: [", "{file}: is not valid YAML"),
    "empty": ("{file}", "", "{file}: stack: lacks start; give it as a list, for example start: [1]"),
    "no layers": ("{file}", "start: [2]", "{file}: stack: lacks layers"),
    "empty layers": ("{file}", "start: [2]\nlayers: []", "{file}: layers: is empty; list one layer or more"),
    "unknown key": (
        "{file}",
        "start: [2]\nlayer: []",
        "{file}: stack: there is no key layer; the keys are: start, layers",
    ),
    "unknown layer key": (
        "{file}",
        "start: [2]\nlayers: [{kernel: [2], strides: [2]}]",
        "{file}: layer 1: there is no key strides; the keys are: kernel, stride, name, padding",
    ),
    "no stride": ("{file}", "start: [2]\nlayers: [{kernel: [2]}]", "{file}: layer 1: lacks stride"),
    "layers no list": ("{file}", "start: [2]\nlayers: {kernel: [2]}", "{file}: stack: layers: needs a list"),
    "layer no section": ("{file}", "start: [2]\nlayers: [3]", "{file}: stack: layers: needs a section"),
    "kernel no list": (
        "{file}",
        "start: [2]\nlayers: [{kernel: 2, stride: [2]}]",
        "{file}: layer 1: kernel: needs a list such as [1], found 2",
    ),
    "kernel a text": (
        "{file}",
        "start: [2]\nlayers: [{kernel: [two], stride: [2]}]",
        "{file}: layer 1: kernel: needs a whole number such as 1, found 'two'",
    ),
    "kernel 0": (
        "{file}",
        "start: [2]\nlayers: [{kernel: [0], stride: [2]}]",
        "{file}: layer 1: kernel: needs whole numbers from 1 to 10,000,000, one per axis, found [0]",
    ),
    "4 dimensions": (
        "{file}",
        "start: [2, 2, 2, 2]\nlayers: [{kernel: [2, 2, 2, 2], stride: [1, 1, 1, 1]}]",
        "{file}: layer 1: kernel: [2, 2, 2, 2] has 4 axes; a transposed convolution has 1, 2 or 3",
    ),
    "axes differ": (
        "{file}",
        "start: [2]\nlayers: [{kernel: [2, 2], stride: [1, 2]}]",
        "{file}: layer 1: [2, 2] has 2 axes where the others have 1",
    ),
    "target's axes": (
        "{file}",
        "start: [2]\ntarget: [4, 4]\nlayers: [{kernel: [2], stride: [2]}]",
        "{file}: target: [4, 4] has 2 axes where the others have 1",
    ),
    "target 0": (
        "{file}",
        "start: [2]\ntarget: [0]\nlayers: [{kernel: [2], stride: [2]}]",
        "{file}: target: needs whole numbers from 1",
    ),
    "padding": (
        "{file}",
        "start: [2]\nlayers: [{kernel: [2], stride: [2], padding: full}]",
        "{file}: layer 1: padding: 'full' is not allowed; choose one of: same, valid",
    ),
    "too long": (
        "{file}",
        "start: [9999]\nlayers: [{kernel: [9999], stride: [9999]}]",
        "{file}: layer 1: its output has 99,980,001 positions on an axis",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_one_sentence(case, stack_file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(inspect_upsampling, "load_tensorflow", lambda: pytest.fail("TensorFlow before the mistake"))
    config, content, sentence, *more = CASES[case]
    places = {"file": stack_file(content), "new": tmp_path / "new"}
    assert inspect(config.format(**places), *more) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("vconv: ") and err.count("\n") == 1
    assert sentence.replace("{file}", str(places["file"])).replace("{new}", str(places["new"])) in err
    assert err.count(str(places["file"])) <= 1


def test_a_model_without_stack_is_told(capsys, monkeypatch):
    from vconv.models import convvae

    monkeypatch.delattr(convvae, "upsampling")
    assert inspect("convvae") == 2
    assert capsys.readouterr().err == (
        "vconv: convvae: lists no transposed convolutions; write them to a YAML file and give that file\n"
    )


def test_a_file_needs_no_tensorflow_and_no_matplotlib_without_a_picture():
    program = (
        "import sys; from vconv.commands import cli; status = cli.main(sys.argv[1:]); "
        "sys.exit(status + 10 * any(name in sys.modules for name in ('tensorflow', 'keras', 'matplotlib')))"
    )
    command = [sys.executable, "-c", program, "inspect-upsampling", DOCS / "stacks" / "repaired.yaml"]
    assert subprocess.run(command, capture_output=True).returncode == 0
