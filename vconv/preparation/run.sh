#!/bin/sh
# Extract, match, train, convert, measure. Give the same command again to go on after an interruption.
# What follows `sh run.sh` goes to `vconv train`, for example: sh run.sh --set training.epochs=10
set -eu
cd "$(dirname "$0")"
model=matched
pairs=all # speakers to convert from and to; empty for a single speaker
run=exp/$model

if ! command -v vconv > /dev/null; then
    echo "run.sh: the command vconv is not in PATH; activate the environment that vconv is installed in" >&2
    exit 2
fi

stage() { # stage COMMAND ARGUMENTS...
    echo "stage: vconv $1"
    vconv "$@"
}

mkdir -p failures
stage extract --corpus corpus.yaml --failures failures/extract
stage statistics --features dump/features.h5 --output dump/statistics.h5
if [ "$model" = matched ]; then
    stage match --corpus corpus.yaml
fi
stage train "$model" --corpus corpus.yaml --run "$run" "$@"
if [ -n "$pairs" ]; then
    stage convert --corpus corpus.yaml --run "$run" --pairs "$pairs" --output "$run/converted" \
        --failures failures/convert
    stage evaluate --corpus corpus.yaml --run "$run" --pairs "$pairs" --converted "$run/converted" \
        --json "$run/scores.json" --failures failures/evaluate
    stage report --run "$run" --scores "$run/scores.json" --output "$run/report.html" --failures failures/report
    echo "listen: $(pwd)/$run/report.html"
fi
for list in failures/*; do
    if [ -s "$list" ]; then
        echo "left out by vconv $(basename "$list"):" >&2
        cat "$list" >&2
    fi
done
