#!/usr/bin/env bash
# Voice Conversion Challenge 2018: fetch, extract, train, convert, measure. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

downloads=$repository/data/downloads/vcc2018
pairs=VCC2SF1-VCC2TM1,VCC2SM1-VCC2TF1,VCC2SF3-VCC2TF1,VCC2SM3-VCC2TM1   # two of the hub task, two of the spoke task
run_recipe "$@"
