#!/usr/bin/env bash
# Every check: sets up the environment, then ruff, shellcheck and pytest; arguments go on to pytest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source recipes/environment.sh

set_up_environment
ruff check .
ruff format --check .
shellcheck .ci/run data/sample/make.sh recipes/*.sh recipes/*/run.sh tests/run.sh
python -m pytest "$@"
