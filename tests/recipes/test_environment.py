"""The environment of the recipes: built once with pinned versions, updated, built again; what is missing is named."""

import subprocess
import sys

import pytest
from recipe_copy import REPOSITORY, one_sentence

INSTALLATION = [".venv/build.txt", "constraints.txt", "--editable"]  # of what pyworld's build needs, of all, of vconv


def steps(copy):
    """Return what was done to the environment: "venv" makes it, and the steps of INSTALLATION install into it."""
    done = [line.split() for line in copy.recorded() if line.startswith(("-m venv ", "-m pip install "))]
    return [next(word for word in ("venv", *INSTALLATION) if word in words) for words in done]


def test_the_environment_is_built_once_with_pinned_versions(bare):
    for _ in range(2):
        result = bare.run("sample", "--stop-stage", "1")
        assert result.returncode == 0, result.stderr
    assert steps(bare) == ["venv", *INSTALLATION]
    installations = [line for line in bare.recorded() if line.startswith("-m pip install")]
    assert ["--require-hashes" in line for line in installations] == [True, True, False]
    locked = (bare.root / ".venv" / "build.txt").read_text().splitlines()
    packages = {line.partition("==")[0] for line in locked if line and not line.startswith(" ")}
    assert packages == {"cython", "numpy", "setuptools"} and any("--hash=sha256:" in line for line in locked)


@pytest.mark.parametrize("file", ["pyproject.toml", "constraints.txt"])
def test_the_environment_is_updated_when_its_packages_change(bare, file):
    bare.run("sample", "--stop-stage", "1")
    with (bare.root / file).open("a") as stream:
        stream.write("# changed\n")
    bare.run("sample", "--stop-stage", "1")
    assert steps(bare) == ["venv", *INSTALLATION * 2]


def test_an_environment_that_was_moved_or_has_no_python_is_built_again(bare):
    bare.run("sample", "--stop-stage", "1")
    bare.root = bare.root.rename(bare.root.with_name("elsewhere"))
    bare.run("sample", "--stop-stage", "1")
    assert steps(bare) == ["venv", *INSTALLATION] * 2
    python = bare.root / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/removed/python3.9")
    bare.run("sample", "--stop-stage", "1")
    assert steps(bare) == ["venv", *INSTALLATION] * 3


def test_an_environment_whose_installation_failed_is_built_again(bare):
    assert ".venv failed" in one_sentence(bare.run("sample", FAILING="pip"))
    assert bare.run("sample", "--stop-stage", "1").returncode == 0
    assert steps(bare) == ["venv", *INSTALLATION[:1], "venv", *INSTALLATION]
    (bare.root / "constraints.txt").write_text("changed")
    bare.run("sample", FAILING="pip")
    assert bare.run("sample", "--stop-stage", "1").returncode == 0
    assert steps(bare) == ["venv", *INSTALLATION[:1], "venv", *INSTALLATION, *INSTALLATION[:1], "venv", *INSTALLATION]


def test_variables_of_the_user_do_not_lead_elsewhere(bare):
    """Bash's `cd` follows CDPATH and prints the folder; pip installs into the user's home with PIP_USER."""
    hostile = {"CDPATH": f"{bare.root.parent}:.", "PIP_USER": "1"}
    script = ["bash", "recipes/sample/run.sh", "--stop-stage", "1"]
    result = subprocess.run(script, env=bare.environment | hostile, cwd=bare.root, capture_output=True, text=True)
    assert result.returncode == 0 and result.stderr == "", result
    assert steps(bare) == ["venv", *INSTALLATION] and "user 0" in bare.recorded()


def test_without_a_suitable_python_one_sentence_says_what_to_install(bare):
    bare.program(bare.root.parent / "bin" / "python3", "#!/bin/bash\nexit 1\n")  # too old, or too new
    assert "needs Python 3.10 to 3.13" in one_sentence(bare.run("sample"))


def test_an_older_suitable_python_is_used_instead_of_a_newer_unsuitable_one(bare):
    (bare.root.parent / "bin" / "python3").rename(bare.root.parent / "bin" / "python3.12")
    bare.program(bare.root.parent / "bin" / "python3", "#!/bin/bash\nexit 1\n")
    assert bare.run("sample", "--stop-stage", "1").returncode == 0


def test_without_a_compiler_one_sentence_says_what_to_install(bare):
    (bare.root.parent / "bin" / "python3").unlink()
    bare.program(bare.root.parent / "bin" / "python3", f'#!/bin/bash\nexec "{sys.executable}" "$@"\n')
    sentence = one_sentence(bare.run("sample", CXX="no-such-compiler"))
    assert "g++" in sentence and "apt-get install" in sentence


def test_an_environment_without_vconv_is_refused_in_one_sentence(copy):
    assert "has no bin/vconv" in one_sentence(copy.run("sample", VCONV_ENV=str(copy.root)))


def test_every_package_is_pinned_with_hashes():
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = [number for number, line in enumerate(lines) if line and not line.startswith((" ", "#"))]
    assert len(pinned) > 50
    for number in pinned:
        assert "==" in lines[number] and lines[number + 1].startswith("    --hash=sha256:"), lines[number]
