"""What defects in a folder of recordings cost the voice that is trained on it, and what `vconv doctor` wins back.

    python benchmarks/mixed_folder.py corpora/vcc2016 --work DIR --only-convert
    python benchmarks/mixed_folder.py corpora/vcc2016 --work DIR --whisper MODEL

For each row the training sentences of two speakers are joined to `FILES` long files with pauses, in which the defects
of the row are planted. No sentence is of both speakers. Then the folder goes the way of a user: `vconv init` with
16 kHz, `extract`, `match`, `train matched`, which starts from the ready voice, and `convert`. What is converted and
judged are clean evaluation sentences that both speakers read, in both directions. In the row "everything, checked" the
files are left out that `vconv doctor` reports as errors or warnings.

Conversions and measures may run in different environments: the first command needs the extra `train`, the second one
the extra `neural`. Rows that are there in `--work` are not made again. Printed for each row: files, what the doctor
says about them, utterances of init and their minutes, and the means over both directions.
"""

import argparse
import csv
import json
import shutil
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
import soundfile
from degradations import hum, reverberation, white
from few_voices import vconv
from planting import chords, clip, quiet, text_file

from vconv.audio import wav
from vconv.audio.folder import audio_files
from vconv.diagnosis.doctor import diagnose, recordings_of
from vconv.diagnosis.findings import NOTE
from vconv.preparation.prepare import prepare

SPEAKERS = ("SF1", "TM3")
STRANGERS = {"SF1": "SM1", "TM3": "SM2"}  # of another pitch, and of nearly the same
FILES, PAUSES_S, BACKGROUND, RATE, MUSIC_S = 10, (0.4, 1.5), 1e-4, 16000, 20
STRANGER = "stranger"  # a defect that is no function
NOISE_20, NOISE_10 = (partial(white, level_db=level) for level in (-20, -10))
HUM, ROOM = partial(hum, mains_hz=50, level_db=-20), partial(reverberation, rt60_s=0.6)
WEAK, CLIPPED = lambda y, rate, rng: 0.2 * y, partial(clip, share=0.05)
CLEAN = (None, RATE, ".flac")
EVERYTHING = (
    (WEAK, 44100, ".flac"),
    (NOISE_20, 48000, ".wav"),
    (NOISE_10, 44100, ".mp3"),
    (HUM, 48000, ".ogg"),
    (ROOM, 16000, ".flac"),
    (None, 8000, ".mp3"),
    (CLIPPED, 44100, ".wav"),
    (quiet, 16000, ".flac"),
    (STRANGER, 44100, ".mp3"),
    (None, 48000, ".ogg"),
)
# Name → (defect, sample rate in Hz, format) of each file.
ROWS = {
    "clean": (CLEAN,) * FILES,
    "noise 20 dB": ((NOISE_20, RATE, ".flac"),) * FILES,
    "noise 10 dB": ((NOISE_10, RATE, ".flac"),) * FILES,
    "hum": ((HUM, RATE, ".flac"),) * FILES,
    "reverberation": ((ROOM, RATE, ".flac"),) * FILES,
    "8 kHz, a fifth": ((None, 8000, ".flac"), *(CLEAN,) * 4) * 2,
    "another speaker, a fifth": ((STRANGER, RATE, ".flac"), *(CLEAN,) * 4) * 2,
    "everything": EVERYTHING,
    "everything, checked": EVERYTHING,
}
WITH_OTHER_FILES = ("everything", "everything, checked")  # beside speech: music, and text with the name of a WAV file
FORMATS = {".wav": ("WAV", "PCM_24"), ".flac": ("FLAC", "PCM_16"), ".mp3": ("MP3", None), ".ogg": ("OGG", "OPUS")}
COLUMNS = (("mcd", "mcd24"), ("similarity", "normalized_similarity"), ("naturalness", "distillmos"), ("wer", "wer"))
TITLES = ("row", "files", "doctor", "utterances", "minutes", "MCD / dB", "similarity", "DistillMOS", "WER / %")


def joined(paths, rng):
    """Return recordings joined by pauses with a weak background, float64 [n] at 16 kHz."""
    parts = []
    for path in paths:
        parts += [wav.read(path, RATE)[0], np.zeros(int(rng.uniform(*PAUSES_S) * RATE))]
    y = np.concatenate(parts)
    return y + BACKGROUND * rng.standard_normal(len(y))


def write(path, y, rate):
    """Write a signal at 16 kHz to a file of another rate, in the format that its suffix says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    form, subtype = FORMATS[path.suffix]
    soundfile.write(path, np.clip(wav.resample(y, RATE, rate), -1, 1), rate, format=form, subtype=subtype)


def make_folder(folder, corpus, row, sentences):
    """Write the recordings of a row: a folder for each speaker."""
    for turn, speaker in enumerate(SPEAKERS):
        rng = np.random.default_rng(turn)
        chosen = slice(turn * sentences, (turn + 1) * sentences)
        own, strange = (
            np.array_split(audio_files(corpus / "vcc2016_training" / name)[chosen], FILES)
            for name in (speaker, STRANGERS[speaker])
        )
        for number, (defect, rate, suffix) in enumerate(ROWS[row]):
            y = joined((strange if defect is STRANGER else own)[number], rng)
            if callable(defect):
                y = defect(y, RATE, rng)
            write(folder / speaker / f"file{number}{suffix}", y, rate)
        if row in WITH_OTHER_FILES:
            write(folder / speaker / "music.flac", 0.05 * chords(MUSIC_S * RATE, RATE, rng), RATE)
            (folder / speaker / "notes.wav").write_bytes(text_file(b""))


def check(folder, row):
    """Return what the doctor says about the folder of a row; the reported files are deleted from a checked one."""
    recordings = recordings_of(folder, rate=RATE)
    found = [one for one in diagnose(recordings, progress=False).findings if one.severity != NOTE]
    kinds = Counter(one.kind for one in found).most_common()
    told = ", ".join(f"{kind} {count}" for kind, count in kinds) or "nothing"
    reported = {one.path for one in found if one.path} if row.endswith("checked") else ()
    for path in reported:
        path.unlink()
    return {"files": len(recordings.found) - len(reported), "doctor": told}


def folder_of(work, row):
    """Return the folder of a row."""
    return work / row.replace(",", "").replace(" ", "_")


def make(work, row, options):
    """Make everything of a row up to the conversions, in the folder `work`."""
    folder, recipe = work / "recordings", work / "recipe"
    shutil.rmtree(work, ignore_errors=True)
    make_folder(folder, options.corpus, row, options.sentences)
    facts = check(folder, row)
    report = prepare(folder, recipe, rate=RATE)
    print("\n".join([row, str(facts), *report.lines, *report.failures]), flush=True)
    with open(recipe / "segments.csv", encoding="utf-8") as file:
        seconds = [float(line["end_s"]) - float(line["start_s"]) for line in csv.DictReader(file)]
    facts |= {"utterances": len(seconds), "minutes": sum(seconds) / 60}
    shared = "--corpus", recipe / "corpus.yaml", "--features", work / "features.h5"
    vconv("extract", "--corpus", recipe / "corpus.yaml", "--output", work / "features.h5")
    vconv("match", *shared)
    vconv("train", "matched", *shared, "--run", work / "run", *(f"--set={setting}" for setting in options.set))
    for source, target in (SPEAKERS, SPEAKERS[::-1]):
        names = "--source", source, "--target", target, "--output", work / "converted" / source
        vconv("convert", "--run", work / "run", *names, options.work / "evaluation" / source)
    (work / "facts.json").write_text(json.dumps(facts))


def judged(work, evaluation, whisper):
    """Return the measures of a row, in the order of `COLUMNS`, means over both directions."""
    values = []
    for source, target in (SPEAKERS, SPEAKERS[::-1]):
        scores = work / f"{source}-{target}.json"
        if not scores.exists():
            folders = "--converted", work / "converted" / source, "--source-dir", evaluation / source
            folders += "--target-dir", evaluation / target
            vconv("evaluate", *folders, "--json", scores, "--jobs", "1", *(["--whisper", whisper] if whisper else []))
        content = json.loads(scores.read_text(encoding="utf-8"))
        details = [(content[group]["converted"] or {"details": {}})["details"].get(key) for group, key in COLUMNS]
        values.append([one["mean"] if one else np.nan for one in details])
    return np.mean(values, axis=0) * [1, 1, 1, 100]  # word errors in percent


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--row", choices=ROWS, nargs="+", default=list(ROWS))
    parser.add_argument("--sentences", type=int, default=40, help="of each speaker")
    parser.add_argument("--evaluated", type=int, default=6, help="evaluation sentences")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="of the training")
    parser.add_argument("--only-convert", action="store_true")
    parser.add_argument("--whisper", metavar="MODEL", default="")
    options = parser.parse_args()
    for speaker in SPEAKERS:
        (options.work / "evaluation" / speaker).mkdir(parents=True, exist_ok=True)
        for path in audio_files(options.corpus / "evaluation_all" / speaker)[: options.evaluated]:
            shutil.copy(path, options.work / "evaluation" / speaker)
    for row in options.row:
        work = folder_of(options.work, row)
        if not (work / "facts.json").exists():
            make(work, row, options)
    if options.only_convert:
        return
    print(f"| {' | '.join(TITLES)} |\n|{'---|' * len(TITLES)}")
    for row in options.row:
        work = folder_of(options.work, row)
        facts = json.loads((work / "facts.json").read_text())
        values = " | ".join(f"{value:.2f}" for value in judged(work, options.work / "evaluation", options.whisper))
        told = f"{facts['files']} | {facts['doctor']} | {facts['utterances']} | {facts['minutes']:.1f}"
        print(f"| {row} | {told} | {values} |", flush=True)


if __name__ == "__main__":
    main()
