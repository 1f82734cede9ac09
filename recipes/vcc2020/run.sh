#!/usr/bin/env bash
# Voice Conversion Challenge 2020: fetch, extract, train, convert, measure. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

downloads=$repository/data/downloads/vcc2020
pairs=SEF1-TEM1,SEM1-TEF1,SEF1-TGM1,SEM1-TFF1       # two of task 1, two of task 2
run_recipe "$@"
