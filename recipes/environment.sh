# shellcheck shell=bash
# Sourced by the recipes and by tests/run.sh. `set_up_environment` puts the `vconv` command first in PATH: from the
# environment that VCONV_ENV names, or from .venv in the repository, which it makes when there is none or when
# pyproject.toml or constraints.txt have changed.

unset CDPATH    # with it, `cd` may go elsewhere, and prints where
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

fail() {  # fail SENTENCE
    printf '%s\n' "$*" >&2
    exit 2
}

what_python_lacks() {  # what_python_lacks PYTHON: prints the Debian packages it lacks to build and install vconv
    "$1" - <<'PYTHON'
import os
import shlex
import shutil
import sys
import sysconfig

version = f"{sys.version_info.major}.{sys.version_info.minor}"
lacking = []
try:
    import ensurepip  # noqa: F401
    import venv  # noqa: F401
except ImportError:
    lacking.append(f"python{version}-venv")
if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
    lacking.append(f"python{version}-dev")
compilers = [os.environ.get(name) or sysconfig.get_config_var(name) or "" for name in ("CC", "CXX")]
if not all(compiler and shutil.which(shlex.split(compiler)[0]) for compiler in compilers):
    lacking.append("g++")
print(" ".join(lacking))
PYTHON
}

find_python() {  # prints the first complete Python 3.10 to 3.13; fails with what to install
    local candidate lacks first_lacks=
    for candidate in python3 python3.13 python3.12 python3.11 python3.10; do
        "$candidate" -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' 2> /dev/null || continue
        lacks=$(what_python_lacks "$candidate")
        if [[ -z $lacks ]]; then
            echo "$candidate"
            return
        fi
        first_lacks=${first_lacks:-$lacks}
    done
    if [[ -n $first_lacks ]]; then
        fail "vconv's environment cannot be built here without: $first_lacks (Debian, Ubuntu: apt-get install $first_lacks)"
    fi
    fail "vconv needs Python 3.10 to 3.13 and found none in PATH (Debian, Ubuntu: apt-get install python3-dev python3-venv)"
}

environment_stamp() {  # what .venv was made from; its scripts hold absolute paths, so the place counts too
    printf '%s %s\n' "$repository" "$(cat "$repository/pyproject.toml" "$repository/constraints.txt" | cksum)"
}

make_environment() {  # the stamp goes first and comes last: what was interrupted is made from nothing
    local venv=$repository/.venv python
    if [[ -x $venv/bin/python && $(cat "$venv/stamp" 2> /dev/null) == "$repository "* ]]; then
        echo "bringing $venv up to date with pyproject.toml and constraints.txt"
    else
        python=$(find_python)
        echo "setting up the environment in $venv with $("$python" --version): a few minutes, 2.5 GB"
        rm -rf "$venv"
        "$python" -m venv "$venv"
    fi
    rm -f "$venv/stamp"
    (   # pyworld is built with the locked packages too: they are installed first, and its build is not isolated.
        cd "$repository"
        export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_USER=0 PIP_QUIET=1
        unset PIP_CONSTRAINT PIP_REQUIRE_HASHES
        awk '/^[a-z]/ { chosen = /^(cython|numpy|setuptools)==/ } chosen' constraints.txt > .venv/build.txt &&
            .venv/bin/python -m pip install --require-hashes --requirement .venv/build.txt &&
            .venv/bin/python -m pip install --require-hashes --no-build-isolation --requirement constraints.txt &&
            # Nothing is left to download; pip has no hashes of a folder.
            .venv/bin/python -m pip install --no-deps --no-build-isolation --editable .
    ) || fail "installing into $venv failed, pip says why above; mend that and run the same command again"
    environment_stamp > "$venv/stamp"
}

set_up_environment() {
    local environment=${VCONV_ENV:-$repository/.venv}
    if [[ -z ${VCONV_ENV:-} ]]; then
        [[ -x $environment/bin/python && $(cat "$environment/stamp" 2> /dev/null) == "$(environment_stamp)" ]] ||
            make_environment
    fi
    [[ -x $environment/bin/vconv ]] ||
        fail "$environment has no bin/vconv; let VCONV_ENV name an environment with vconv installed, or unset it"
    PATH=$(cd "$environment/bin" && pwd):$PATH
}
