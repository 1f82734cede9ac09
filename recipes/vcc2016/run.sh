#!/usr/bin/env bash
# Voice Conversion Challenge 2016: fetch, extract, train, convert, measure. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

downloads=$repository/data/downloads/vcc2016
pairs=SF1-TM3,SF1-TF2,SM1-TF1,SM1-TM1
vocoder_model=melgan_light
vocoder_settings=(training.condition=world)     # it learns to undo what WORLD does to a voice
run_recipe "$@"
