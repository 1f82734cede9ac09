#!/usr/bin/env bash
# Makes the recordings beside this file anew from sentences.txt: the same bits every time.
# Needs flite 2.2 (voices slt, rms, awb, kal16) and flac: apt-get install flite flac
set -euo pipefail
unset CDPATH
cd "$(dirname "${BASH_SOURCE[0]}")"

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

speak() {  # speak SPLIT SPEAKER NAME SENTENCE
    mkdir -p "$1/$2"
    flite -voice "$2" -t "$4" -o "$scratch/speech.wav"
    flac --silent --force --best --no-padding --no-seektable -o "$1/$2/$3.flac" "$scratch/speech.wav"
}

rm -rf training evaluation
while IFS='|' read -r speaker name sentence; do
    speaker=${speaker// /} name=${name// /} sentence=${sentence# }
    case $speaker in
        '#'*) ;;
        all) for voice in slt rms awb kal16; do speak evaluation "$voice" "$name" "$sentence"; done ;;
        *) speak training "$speaker" "$name" "$sentence" ;;
    esac
done < sentences.txt
