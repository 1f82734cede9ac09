"""Whether two versions of the code, with the same seeds, made the same runs: bit for bit, or how far apart.

OLD and NEW are run folders, or two folders of run folders with the same names. Compared are

- weights and optimizer state of the newest checkpoint, variable by variable. A variable that bears another name in NEW
  is found by its values, else by its shape, in the order of the file. Affine transforms of speakers, [S, S, 25, 24],
  may lie in NEW/transforms.h5.
- statistics.h5, history.csv and health.csv, column by column; scores.json, measure by measure
- every .wav, .flac, .ogg and .npy below converted*/, generated*/ and samples/, sample by sample

Each compared thing has one line: `identical`, or the largest absolute difference and the same relative to the largest
magnitude of the old values; of scores, the largest relative difference of one number. The exit status is 0 if
everything is identical, or differs by no more than --tolerance.
"""

import argparse
import csv
import json
import re
import sys
from pathlib import Path

import h5py
import numpy as np
import soundfile

RENAMED = ["position=normalized_similarity", "nearer_target=closer_to_target", "_deviation=_std", "cepstrum_=acoustic_"]
TRANSFORMS = (25, 24)
FOLDERS = ("converted*", "generated*", "samples")


def read_h5(path):
    """Return {name: array} of the numbers in an HDF5 file, vars/2 before vars/10; empty if there is no file."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset) and item.dtype.kind in "fiub":
            found[name] = item[()]

    if path.is_file():
        with h5py.File(path) as file:
            file.visititems(visit)
    return {name: found[name] for name in sorted(found, key=lambda name: re.sub(r"\d+", lambda n: f"{n[0]:>9}", name))}


def read_table(path):
    """Return {column: values [rows]} of a CSV file; empty if there is no file."""
    if not path.is_file():
        return {}
    header, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    return dict(zip(header, np.array(rows, float).reshape(-1, len(header)).T, strict=True))


def read_scores(path, rename):
    """Return {measure/system: {path of keys: number}} of a scores.json, in new names; empty if there is no file."""
    groups = {}

    def walk(value, keys):
        if isinstance(value, dict | list):
            for key, item in value.items() if isinstance(value, dict) else enumerate(value):
                walk(item, (*keys, rename(str(key))))
        elif isinstance(value, int | float) and keys != ("version",):
            group = "/".join(key for key in keys[:2] if not key.isdigit())
            groups.setdefault(group, {})["/".join(keys)] = float(value)

    if path.is_file():
        walk(json.loads(path.read_text(encoding="utf-8")), ())
    return groups


def read_array(path):
    """Return the samples of an audio file, with its rate as one more, or the array of a .npy file."""
    if path.suffix == ".npy":
        return np.load(path)
    samples, rate = soundfile.read(path)
    return np.append(samples, rate)


def pair_variables(old, new):
    """Return [(old name, new name or None)], for the rest of `new` (None, name); the best partner is taken first."""

    def same(one, other):
        return one.shape == other.shape and one.dtype == other.dtype and one.tobytes() == other.tobytes()

    rules = [
        lambda a, b: a == b and same(old[a], new[b]),
        lambda a, b: a.split("/")[0] == b.split("/")[0] and same(old[a], new[b]),
        lambda a, b: same(old[a], new[b]),
        lambda a, b: a == b and old[a].shape == new[b].shape,
        lambda a, b: old[a].shape == new[b].shape,
    ]
    partner, free = {}, list(new)
    for rule in rules:
        for name in old:
            found = None if name in partner else next((other for other in free if rule(name, other)), None)
            if found is not None:
                partner[name] = found
                free.remove(found)
    return [(name, partner.get(name)) for name in old] + [(None, name) for name in free]


class Comparison:
    """Prints a line for each compared thing, and counts them; `rename` gives a key's new name."""

    def __init__(self, tolerance, brief, rename):
        self.tolerance, self.brief, self.rename = tolerance, brief, rename
        self.compared, self.different = 0, 0

    def line(self, name, text, good):
        self.compared += 1
        self.different += not good
        if text != "identical" or not self.brief:
            print(f"  {name}: {text}")

    def arrays(self, name, old, new, each=False):
        """Compare two arrays; either may be None. `each`: relative differences are of each number on its own."""
        if old is None or new is None:
            return self.line(name, f"only in {'NEW' if old is None else 'OLD'}", False)
        if np.shape(old) != np.shape(new):
            return self.line(name, f"shape {np.shape(old)} in OLD, {np.shape(new)} in NEW", False)
        old, new = (np.asarray(array, np.float64) for array in (old, new))
        equal = (old == new) | (np.isnan(old) & np.isnan(new))
        if equal.all():
            return self.line(name, "identical", True)
        absolute = np.where(equal, 0, np.abs(old - new))
        magnitude = np.abs(old) if each else np.nanmax(np.abs(old))
        relative = np.max(np.divide(absolute, magnitude, out=np.where(equal, 0, np.inf), where=magnitude > 0))
        text = f"largest difference {absolute.max():.3g}, relative {relative:.3g}"
        return self.line(name, text, relative <= self.tolerance)

    def run(self, old, new):
        """Compare the run folders `old` and `new`."""
        self.checkpoints(old, new)
        for name, read in ("statistics.h5", read_h5), ("history.csv", read_table), ("health.csv", read_table):
            ours, theirs = ({self.rename(key): v for key, v in read(run / name).items()} for run in (old, new))
            for key in {**ours, **theirs}:
                self.arrays(f"{name} {key}", ours.get(key), theirs.get(key))
        self.scores(*(read_scores(run / "scores.json", self.rename) for run in (old, new)))
        self.files(old, new)

    def checkpoints(self, old, new):
        paths = [max(run.glob("checkpoints/epoch-*.weights.h5"), default=None) for run in (old, new)]
        if None in paths or paths[0].name != paths[1].name:
            return self.line("checkpoint", " and ".join(path.name if path else "none" for path in paths), False)
        ours, theirs = map(read_h5, paths)
        transforms = {f"transforms.h5 {name}": value for name, value in read_h5(new / "transforms.h5").items()}
        theirs |= {name: value for name, value in transforms.items() if value.shape[2:] == TRANSFORMS}
        for one, other in pair_variables(ours, theirs):
            name = one if other in (one, None) else f"{one} → {other}" if one else other
            self.arrays(f"{paths[0].name} {name}", ours.get(one), theirs.get(other))
        return None

    def scores(self, old, new):
        for group in {**old, **new}:
            ours, theirs = old.get(group, {}), new.get(group, {})
            for key in sorted(ours.keys() ^ theirs.keys()):
                self.arrays(f"scores.json {key}", ours.get(key), theirs.get(key))
            both = [key for key in ours if key in theirs]
            if both:
                values = ([numbers[key] for key in both] for numbers in (ours, theirs))
                self.arrays(f"scores.json {group}, {len(both)} numbers", *values, each=True)

    def files(self, old, new):
        found = [
            {path.relative_to(run): path for name in FOLDERS for path in run.glob(f"{name}/**/*")} for run in (old, new)
        ]
        for name in sorted({**found[0], **found[1]}):
            if name.suffix.lower() in (".wav", ".flac", ".ogg", ".npy"):
                self.arrays(name, *(read_array(paths[name]) if name in paths else None for paths in found))


def renamed(name, pairs):
    """Return the new name; `pairs` are texts OLD=NEW, where a _ at an end of OLD makes it a part of names."""
    for old, new in (pair.split("=") for pair in pairs):
        if name == old or (old[0] == "_" and name.endswith(old)) or (old[-1] == "_" and name.startswith(old)):
            name = name.replace(old, new)
    return name


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", metavar="OLD", type=Path)
    parser.add_argument("new", metavar="NEW", type=Path)
    parser.add_argument("--tolerance", type=float, default=0.0, help="largest relative difference that is no failure")
    parser.add_argument("--brief", action="store_true", help="print no line for what is identical")
    renaming = f"names in files, or with _ an end of names, that changed; repeatable (default: {' '.join(RENAMED)})"
    parser.add_argument("--rename", action="append", default=RENAMED, metavar="OLD=NEW", help=renaming)
    args = parser.parse_args(arguments)
    comparison = Comparison(args.tolerance, args.brief, lambda name: renamed(name, args.rename))
    single = (args.old / "checkpoints").is_dir()
    for old in [args.old] if single else sorted(path.parent for path in args.old.glob("*/checkpoints")):
        print(old.name)
        comparison.run(old, args.new if single else args.new / old.name)
    print(f"{comparison.compared} compared, {comparison.compared - comparison.different} identical or within tolerance")
    return 0 if comparison.compared and not comparison.different else 1


if __name__ == "__main__":
    sys.exit(main())
