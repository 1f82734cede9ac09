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
  --jobs N           processes that extract (default: one a core, $jobs)
  --model NAME       melgan (default; days on a GPU) or melgan_light
  --run DIR          folder of the trained model and its copies (default recipes/ljspeech/exp/NAME)
  --set KEY=VALUE    change a setting of the training; may be repeated
  --help             this text
USAGE
}

run_recipe() {
    parse_options "$@"
    check_options
    choose_settings
    set_up_environment
    local corpus=(--corpus "$recipe/corpus.yaml") set=() setting features=$recipe/dump/features.h5
    run=${run:-$recipe/exp/$model}
    failures=$(mktemp -d)
    trap 'end_recipe $?' EXIT
    for setting in ${settings[@]+"${settings[@]}"} ${chosen[@]+"${chosen[@]}"}; do
        set+=(--set "$setting")
    done
    if [[ -n $corpus_dir ]]; then
        corpus+=(--corpus-dir "$corpus_dir")
    else
        stage 0 "download to $downloads" vconv download "${corpus[@]}" --output "$downloads"
    fi
    stage 1 "extract the waves to $features" vconv extract "${corpus[@]}" --output "$features" --jobs "$jobs" \
        --failures "$failures/extract"
    stage 3 "train $model in $run" \
        vconv train "$model" "${corpus[@]}" --features "$features" --run "$run" ${set[@]+"${set[@]}"}
    stage 4 "say the evaluation clips" vconv vocode "${corpus_dir:-$downloads}"/LJSpeech-1.1/wavs/LJ001* \
        --vocoder "melgan:$run" --output "$run/copies" --failures "$failures/vocode"
}

run_recipe "$@"
