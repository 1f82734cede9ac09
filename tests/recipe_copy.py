"""A copy of the recipes that can be run with a `vconv` and a Python that only record their arguments."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from vconv import data, models

REPOSITORY = Path(__file__).resolve().parents[1]
RECIPES = sorted(path.parent.name for path in REPOSITORY.glob("recipes/*/corpus.yaml"))

PREPARATIONS = {name: data.kind(models.training_data(name)).preparation or "" for name in models.names()}

RECORDING_VCONV = f"""#!/bin/sh
exec {shlex.quote(sys.executable)} - "$@" << 'PYTHON'
import json, os, sys
if sys.argv[1] == "info":
    print({PREPARATIONS}[sys.argv[2]])
with open(os.environ["NOTES"], "a") as notes:
    notes.write(json.dumps(sys.argv[1:]) + "\\n")
if sys.argv[1] in os.environ.get("FAILURES_OF", "").split():
    with open(sys.argv[sys.argv.index("--failures") + 1], "w") as failures:
        failures.write("a b.wav: is no audio file\\n")
sys.exit(7 if sys.argv[1] == os.environ.get("FAILING") else 0)
PYTHON
"""

# Stands for every Python: it makes environments and installs an empty `vconv`.
RECORDING_PYTHON = """#!/bin/bash
echo "$*" >> "$NOTES"
case "$*" in
    "-m venv "*) mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip install "*)
        printf '%s\\n' "user $PIP_USER" >> "$NOTES"
        [[ ${FAILING:-} != pip ]] || exit 1
        printf '#!/bin/sh\\n' > .venv/bin/vconv && chmod +x .venv/bin/vconv ;;
esac
"""


class Copy:
    """A copy of the recipes that can be run."""

    def __init__(self, folder):
        self.root = folder / "a folder with spaces"
        self.notes = folder / "notes"
        shutil.copytree(REPOSITORY / "recipes", self.root / "recipes", ignore=shutil.ignore_patterns("exp", "dump"))
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(REPOSITORY / name, self.root)
        (self.root / "vconv" / "models").mkdir(parents=True)
        for model in models.names():
            shutil.copy(REPOSITORY / "vconv" / "models" / f"{model}.yaml", self.root / "vconv" / "models")
        self.environment = os.environ | {"NOTES": str(self.notes)}
        self.environment.pop("VCONV_ENV", None)

    def program(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)

    def run(self, recipe, *arguments, **variables):
        script = self.root / "recipes" / recipe / "run.sh"
        return subprocess.run(
            ["bash", str(script), *arguments],
            env=self.environment | variables,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            cwd=self.root.parent,
            timeout=60,
        )

    def recorded(self):
        return self.notes.read_text().splitlines() if self.notes.exists() else []


def all_calls(copy):
    return [json.loads(line) for line in copy.recorded()]


def calls(copy):
    """Return the calls of `vconv` that process data."""
    return [call for call in all_calls(copy) if call[0] != "info"]


def value(call, option):
    return call[call.index(option) + 1]


def one_sentence(result):
    """Return the one sentence with which a script ended with status 2."""
    assert result.returncode == 2, result
    assert result.stderr.count("\n") == 1, result.stderr
    return result.stderr
