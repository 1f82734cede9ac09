#!/usr/bin/env bash
# Sound from noise: train a DCGAN on spectrograms, generate samples, measure them. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

model=dcgan
samples=500     # generated, and compared with four times as many patches of the recordings

choose_settings() {  # narrow layers and half a second a patch, so that the whole recipe takes minutes on two cores
    [[ $model == dcgan ]] || fail "--model $model: this recipe trains dcgan; others have recipes of their own"
    # Recordings that lie in the folder itself have no speakers' folders.
    local file
    for file in ${corpus_dir:+"$corpus_dir"/*}; do
        case $file in
            *.[wW][aA][vV] | *.[fF][lL][aA][cC] | *.[oO][gG][gG]) [[ -d $file ]] || corpus_yaml=flat.yaml ;;
        esac
    done
    settings=(
        spectrogram.height=32 spectrogram.width=32
        "network.height_strides=[2,2,2,1]" "network.width_strides=[2,2,2,1]"
        "network.height_kernels=[4,4,4,5]" "network.width_kernels=[4,4,4,5]" "network.upsampling_channels=[64,32,16]"
        "network.critic_channels=[32,64,128]" "network.critic_strides=[2,2,2]"
        training.batch_size=64 training.patches_per_epoch=6400 training.epochs=16
    )
}

usage() {
    cat << USAGE
usage: bash recipes/spectrogram-gan/run.sh [options]

Stages: 1 extract, 3 train, 4 generate, 5 evaluate. At the end, the samples can be heard in RUN/generated/index.html.

  --stage N          begin with this stage (default $first)
  --stop-stage N     end with this stage
  --corpus-dir DIR   learn from the recordings in this folder, or in the folders in it, speech or music
  --jobs N           processes that extract (default: one a core, $jobs)
  --run DIR          folder of the trained model and its samples (default recipes/spectrogram-gan/exp/dcgan)
  --set KEY=VALUE    change a setting of the training; may be repeated
  --help             this text
USAGE
}

run_later_stages() {
    local generated=$run/generated labels=()
    train_model
    stage 4 "generate $samples samples" \
        vconv generate --run "$run" -n "$samples" --output "$generated" --features "$features"
    # None for recordings of one folder: there is nothing to tell apart.
    [[ ! -f $generated/real/training-speakers.npy ]] || labels=(--labels "$generated/real/training-speakers.npy")
    stage 5 "evaluate them" vconv evaluate-samples --generated "$generated/patches.npy" \
        --training "$generated/real/training.npy" ${labels[@]+"${labels[@]}"} \
        --held-out "$generated/real/held-out.npy" --json "$run/samples.json" --pictures "$generated"
}

run_recipe "$@"
