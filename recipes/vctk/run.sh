#!/usr/bin/env bash
# VCTK 0.92: fetch, extract, train, convert, measure. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

downloads=$repository/data/downloads/vctk
pairs=p225-p226,p226-p225,p228-p229,p227-p232
run_recipe "$@"
