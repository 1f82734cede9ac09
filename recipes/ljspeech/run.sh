#!/usr/bin/env bash
# LJSpeech: fetch, train the published MelGAN, say the evaluation clips with it. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

model=melgan
downloads=$repository/data/downloads/ljspeech
last=4

choose_settings() {
    case $model in
        melgan) ;;
        melgan_light) settings=(mel.sample_rate=22050) ;;
        *) fail "--model $model: this recipe trains vocoders, melgan or melgan_light" ;;
    esac
}

usage() {
    cat << USAGE
usage: bash recipes/ljspeech/run.sh [options]

Stages: 0 download, 1 extract the waves, 3 train, 4 say the evaluation clips from their mel spectrograms, in RUN/copies.

  --stage N          begin with this stage (default $first)
  --stop-stage N     end with this stage (default $last)
  --corpus-dir DIR   take the clips from this folder, which holds LJSpeech-1.1; nothing is downloaded
  --base-url URL     take the archive from this address or folder
  --jobs N           processes that extract (default: one a core, $jobs)
  --model NAME       melgan (default; days on a GPU) or melgan_light
  --run DIR          folder of the trained model and its copies (default recipes/ljspeech/exp/NAME)
  --set KEY=VALUE    change a setting of the training; may be repeated
  --help             this text
USAGE
}

run_later_stages() {
    train_model
    stage 4 "say the evaluation clips" vconv vocode "${corpus_dir:-$downloads}"/LJSpeech-1.1/wavs/LJ001* \
        --vocoder "melgan:$run" --output "$run/copies" --failures "$failures/vocode"
}

run_recipe "$@"
