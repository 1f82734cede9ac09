"""The files of a recipe beside its recordings: corpus.yaml, run.sh, segments.csv and README.md."""

import csv
import io
import json
import re
import shlex
from importlib import resources

from vconv.common import files
from vconv.preparation import splits

ALL_PAIRS = 3  # speakers up to which all pairs are converted; of more, each speaker is converted to the next
PATTERN = "{speaker}/{utterance}"
HEADER = "# Made by `vconv init`; what is changed here is kept in corpus.yaml.old when `vconv init` runs again.\n"


def corpus_yaml(rate, speakers, held_out):
    """Return the text of corpus.yaml: the defaults with their comments, and what differs.

    Parameters
    ----------
    rate : int
        In Hz.
    speakers : list of str
    held_out : dict
        Split → names of utterances.
    """
    text = resources.files("vconv.corpus").joinpath("corpus.yaml").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^root: \. +", f"{'root: recordings':28}", text)
    text = re.sub(r"(?m)^sample_rate: \d+ ", f"sample_rate: {rate} ", text)
    text = re.sub("(?m)^speakers: all .*$", lambda _: f"speakers:\n{_items(speakers, 2)}", text)
    before, _, after = text.partition("splits:\n")
    lines = [
        f'  {split}:\n    pattern: "{PATTERN}"\n    utterances:\n{_items(held_out[split], 6)}' for split in held_out
    ]
    lines.append(f'  training:  # all others\n    pattern: "{PATTERN}"')
    return HEADER + before + "splits:\n" + "\n".join(lines) + "\n" + after[after.index("\n# Archives") :]


def _items(names, indent):
    """Return names as the lines of a YAML list, in quotes, because YAML reads 001 as a number, and no as false."""
    return "\n".join(f"{' ' * indent}- {json.dumps(name, ensure_ascii=False)}" for name in names)


def run_sh(speakers):
    """Return the text of run.sh; a single speaker is learned by an autoencoder."""
    text = resources.files(__package__).joinpath("run.sh").read_text(encoding="utf-8")
    if len(speakers) == 1:
        return text.replace("model=matched\npairs=all ", "model=convvae\npairs= ")
    if len(speakers) > ALL_PAIRS:
        following = [*speakers[1:], speakers[0]]
        pairs = ",".join(f"{source}-{target}" for source, target in zip(speakers, following, strict=True))
        return text.replace("pairs=all ", f"pairs={shlex.quote(pairs)} ")
    return text


def segments_csv(done):
    """Return the text of segments.csv, a line for each utterance; `done` as of `progress.Progress`."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("speaker", "utterance", "recording", "start_s", "end_s", "gain_db"))
    for recording, entry in sorted(done.items()):
        for name, start_s, end_s, gain_db in entry["segments"]:
            writer.writerow((entry["speaker"], name, recording, f"{start_s:.3f}", f"{end_s:.3f}", f"{gain_db:.2f}"))
    return file.getvalue()


def write(folder, rate, done, names_by_speaker, summary):
    """Write the files of a recipe into `folder`.

    Parameters
    ----------
    folder : Path
    rate : int
        Of the utterances, in Hz.
    done : dict
        As of `progress.Progress`.
    names_by_speaker : dict
        Speaker → names of its utterances.
    summary : list of str
        Lines that say what was done.

    Returns
    -------
    notes : list of str
        That an edited corpus.yaml was moved.
    """
    speakers, notes = sorted(names_by_speaker), []
    held_out = splits.held_out(names_by_speaker)
    path, text = folder / "corpus.yaml", corpus_yaml(rate, speakers, held_out)
    if path.exists() and path.read_text(encoding="utf-8") != text:
        path.replace(folder / "corpus.yaml.old")
        notes.append(f"{path}: is written anew; the one that was there is corpus.yaml.old")
    files.write_text(folder / "segments.csv", segments_csv(done))
    files.write_text(folder / "run.sh", run_sh(speakers))
    files.write_text(path, text)
    read_me = "\n".join(
        [
            "# A recipe of vconv",
            "",
            "`vconv init` cut the recordings at pauses into utterances, trimmed silence and brought all to one level.",
            "`segments.csv` says where each utterance was. `sh run.sh` trains and converts.",
            "",
            *(f"    {line}" for line in summary),
            "",
        ]
    )
    files.write_text(folder / "README.md", read_me)
    return notes
