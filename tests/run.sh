#!/usr/bin/env bash
# Every check: sets up the environment, then ruff, shellcheck and pytest; arguments go on to pytest.
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source recipes/environment.sh

set_up_environment
ruff check .
ruff format --check .
shellcheck .ci/run data/sample/make.sh recipes/*.sh recipes/*/run.sh vconv/preparation/run.sh tests/run.sh
# A worker on each of two cores; a file of tests stays with one worker, so that its fixtures are made once.
export TF_NUM_INTRAOP_THREADS=1
python -m pytest -n 2 --dist loadfile --no-loadscope-reorder "$@"
