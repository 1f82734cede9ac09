#!/usr/bin/env bash
# The corpus that ships in data/sample: extract, train, convert, measure. `--help` lists the options.
set -euo pipefail
# shellcheck source=recipes/stages.sh
source "$(dirname "${BASH_SOURCE[0]}")/../stages.sh"

pairs=slt-rms,rms-slt,awb-slt,slt-kal16
vocoder_model=melgan_light
vocoder_settings=(training.segments_per_epoch=800 training.epochs=3 adversarial.warm_up_epochs=2)

choose_settings() {  # so that the whole recipe takes about five minutes on two cores
    case $model in melgan* | dcgan*)
        fail "--model $model: this recipe trains what converts voices, such as convvae and vawgan" ;;
    esac
    case $model in
        matched*) settings=(training.segments_per_epoch=6400 training.epochs=4) ;;
        convvae) settings=(training.frames_per_epoch=30000 training.epochs=8) ;;
        vawgan) settings=(training.frames_per_epoch=30000 training.epochs=8 adversarial.warm_up_epochs=6) ;;
    esac
}

run_recipe "$@"
