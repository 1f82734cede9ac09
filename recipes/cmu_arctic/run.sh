#!/usr/bin/env bash
# CMU ARCTIC: fetch, extract, train, convert, measure. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

downloads=$repository/data/downloads/cmu_arctic
pairs=bdl-slt,clb-rms,bdl-rms,clb-slt
run_recipe "$@"
