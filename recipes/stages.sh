# shellcheck shell=bash
# Sourced by every recipe: its options and stages stand here, once. A recipe's run.sh sets `pairs`, `downloads` and
# what else differs, for something else than conversion `usage` and `run_later_stages` too, then calls `run_recipe "$@"`.

# shellcheck source=recipes/environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"

recipe=$(cd "$(dirname "$0")" && pwd)
pairs=all               # speakers to convert from and to
downloads=              # the folder to fetch the corpus to, the `root` of corpus.yaml; empty: nothing to fetch
settings=()             # KEY=VALUE for `vconv train`; those of --set come after and win
chosen=()               # those of --set
choose_settings() { :; }    # a recipe may define it to fill `settings`, knowing $model
model=matched
vocoder=world
vocoder_model=melgan        # what --vocoder melgan trains; a recipe may choose melgan_light
vocoder_settings=()         # KEY=VALUE for its training
corpus_dir=             # empty: the `root` of corpus.yaml
base_url=               # empty: the addresses in corpus.yaml
corpus_yaml=corpus.yaml
run=                    # empty: exp/<model> in the recipe
first=0
last=6
jobs=$(getconf _NPROCESSORS_ONLN)

models() {  # a model is one .yaml beside its .py
    local names=("$repository"/vconv/models/*.yaml)
    names=("${names[@]##*/}")
    echo "${names[@]%.yaml}"
}

usage() {
    cat << USAGE
usage: bash recipes/$(basename "$recipe")/run.sh [options]

Stages: 0 download, 1 extract, 2 statistics (and matching frames, for the model matched), 3 train, 4 convert, 5 evaluate,
6 report. A broken recording is left out and the rest goes on; at the end the recipe tells which, and ends with status 2.

  --stage N          begin with this stage (default $first)
  --stop-stage N     end with this stage (default $last)
  --corpus-dir DIR   take the recordings from this folder; nothing is downloaded
  --base-url URL     take the archives of the corpus from this address or folder
  --jobs N           processes that extract and evaluate (default: one a core, $jobs)
  --model NAME       what to train (default $model): $(models)
  --run DIR          folder of the trained model and its results (default recipes/$(basename "$recipe")/exp/NAME)
  --pairs A-B,C-D    speakers to convert from and to, or all (default $pairs)
  --set KEY=VALUE    change a setting of the training; may be repeated
  --vocoder NAME     how the converted voices become sound: world (default), diff (the recording itself, moved in
                     pitch and filtered); or what they go through after WORLD: griffin-lim,
                     melgan (stage 3 trains $vocoder_model too, in exp/$vocoder_model), or melgan:RUN, a trained one
  --help             this text

vconv and all it needs are installed into .venv first, if they are not there; the variable VCONV_ENV names another
environment, with vconv in it, to use instead.
USAGE
}

parse_options() {
    while (( $# )); do
        case $1 in
            --help | -h) usage; exit ;;
            --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}"; continue ;;
            --stage | --stop-stage | --corpus-dir | --base-url | --jobs | --model | --run | --pairs | --set | --vocoder) ;;
            *) fail "$1: there is no such option; --help lists those there are" ;;
        esac
        [[ -n ${2:-} ]] || fail "$1: needs a value; --help lists the options"
        case $1 in
            --stage) first=$2 ;;
            --stop-stage) last=$2 ;;
            --corpus-dir) corpus_dir=$2 ;;
            --base-url) base_url=$2 ;;
            --jobs) jobs=$2 ;;
            --model) model=$2 ;;
            --run) run=$2 ;;
            --pairs) pairs=$2 ;;
            --vocoder) vocoder=$2 ;;
            --set)
                [[ $2 == ?*=* ]] || fail "--set $2: write it as KEY=VALUE"
                chosen+=("$2")
                ;;
        esac
        shift 2
    done
}

check_options() {  # before anything long begins
    [[ $first =~ ^[0-6]$ ]] || fail "--stage $first: give a number from 0 to 6"
    [[ $last =~ ^[0-6]$ ]] || fail "--stop-stage $last: give a number from 0 to 6"
    (( first <= last )) || fail "--stage $first, --stop-stage $last: the first stage cannot come after the last"
    [[ $jobs =~ ^[1-9][0-9]*$ ]] || fail "--jobs $jobs: give a number of processes, 1 or more"
    [[ $model != */* && -f $repository/vconv/models/$model.yaml ]] ||
        fail "--model $model: there is no such model; choose one of: $(models)"
    [[ $vocoder =~ ^(world|diff|griffin-lim|melgan|melgan:.+)$ ]] ||
        fail "--vocoder $vocoder: choose one of: world diff griffin-lim melgan melgan:RUN"
    [[ -z $corpus_dir || -d $corpus_dir ]] || fail "--corpus-dir $corpus_dir: there is no such folder"
}

stage() {  # stage NUMBER WHAT COMMAND...: runs the command if the stage is wanted; a failure ends the recipe
    local number=$1 what=$2 begin=$SECONDS status=0
    shift 2
    (( first <= number && number <= last )) || return 0
    echo "stage $number: $what"
    "$@" || status=$?
    if (( status )); then
        echo "stage $number ended with status $status: mend what it says above and go on with --stage $number," \
            "or leave it and go on with a later one" >&2
        exit "$status"
    fi
    echo "stage $number took $((SECONDS - begin)) s"
}

end_recipe() {  # tells again which recordings were left out; a recipe that is done but for them ends with status 2
    local status=$1 list
    for list in "$failures"/*; do
        if [[ -s $list ]]; then
            echo "left out by vconv ${list##*/}:" >&2
            sed 's/^/  /' "$list" >&2
            (( status )) || status=2
        fi
    done
    rm -rf "$failures"
    exit "$status"
}

train() {  # train MODEL RUN [KEY=VALUE...]: stage 3
    local name=$1 folder=$2 set=() setting
    shift 2
    for setting; do
        set+=(--set "$setting")
    done
    stage 3 "train $name in $folder" \
        vconv train "$name" "${corpus[@]}" --features "$features" --run "$folder" ${set[@]+"${set[@]}"}
}

describe_features() {  # stage 2
    vconv statistics --features "$features" --output "$recipe/dump/statistics.h5" || return
    local preparation
    preparation=$(vconv info "$model" --preparation) || return
    [[ -z $preparation ]] || vconv "$preparation" "${corpus[@]}" --features "$features"
}

train_model() {
    train "$model" "$run" ${settings[@]+"${settings[@]}"} ${chosen[@]+"${chosen[@]}"}
}

run_recipe() {  # the options, stages 0 and 1; the rest is of the recipe's kind
    parse_options "$@"
    check_options
    choose_settings
    set_up_environment
    corpus=(--corpus "$recipe/$corpus_yaml")
    features=$recipe/dump/features.h5
    run=${run:-$recipe/exp/$model}
    failures=$(mktemp -d)
    trap 'end_recipe $?' EXIT
    if [[ -n $corpus_dir ]]; then
        corpus+=(--corpus-dir "$corpus_dir")
    elif [[ -n $downloads ]]; then
        stage 0 "download to $downloads" vconv download "${corpus[@]}" --output "$downloads" \
            ${base_url:+--base-url "$base_url"}
    fi
    stage 1 "extract to $features" vconv extract "${corpus[@]}" --output "$features" --jobs "$jobs" \
        --failures "$failures/extract"
    run_later_stages
}

run_later_stages() {  # those of a conversion; a recipe of another kind defines its own
    local suffix=
    stage 2 "describe the features" describe_features
    train_model
    if [[ $vocoder == melgan ]]; then
        vocoder=melgan:$recipe/exp/$vocoder_model
        train "$vocoder_model" "${vocoder#*:}" ${vocoder_settings[@]+"${vocoder_settings[@]}"}
    fi
    if [[ $vocoder != world ]]; then
        suffix=-${vocoder%%:*}
    fi
    local converted=$run/converted$suffix scores=$run/scores$suffix.json page=$run/report$suffix.html
    stage 4 "convert $pairs" \
        vconv convert "${corpus[@]}" --run "$run" --pairs "$pairs" --split evaluation --output "$converted" \
        --vocoder "$vocoder" --failures "$failures/convert"
    stage 5 "evaluate $pairs" \
        vconv evaluate "${corpus[@]}" --run "$run" --pairs "$pairs" --converted "$converted" \
        --json "$scores" --jobs "$jobs" --failures "$failures/evaluate"
    stage 6 "report to $page" vconv report --run "$run" --scores "$scores" --output "$page" --failures "$failures/report"
}
