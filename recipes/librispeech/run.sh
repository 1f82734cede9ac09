#!/usr/bin/env bash
# LibriSpeech: fetch, extract, train, convert, measure. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

downloads=$repository/data/downloads/librispeech
pairs=19-26,26-19,32-39,27-60
run_recipe "$@"
