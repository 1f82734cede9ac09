"""Make a corpus whose speakers train on different sentences, as links into VCC2016, for docs/results.md.

    python benchmarks/disjoint_corpus.py my/vcc2016 my/disjoint --parts 2    # S* read one half, T* the other
    python benchmarks/disjoint_corpus.py my/vcc2016 my/minute --parts 10     # no two speakers share a sentence

The speakers of VCC2016 read the same text. The training sentences 100001 to 100150 are divided into blocks, and each
speaker keeps one block. Held-out and evaluation sentences stay.
"""

import argparse
from pathlib import Path

TRAINING = 150


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus", type=Path, help="holds vcc2016_training/ and evaluation_all/")
    parser.add_argument("output", type=Path, help="a new folder")
    parser.add_argument("--parts", type=int, default=2, choices=(2, 5, 10))
    options = parser.parse_args()
    options.output.mkdir(parents=True)
    (options.output / "evaluation_all").symlink_to((options.corpus / "evaluation_all").resolve())
    speakers = sorted(folder for folder in (options.corpus / "vcc2016_training").iterdir() if folder.is_dir())
    for number, speaker in enumerate(speakers):
        part = number * options.parts // len(speakers)
        folder = options.output / "vcc2016_training" / speaker.name
        folder.mkdir(parents=True)
        for path in speaker.iterdir():
            sentence = int(path.stem) - 100001 if path.stem.isdecimal() else -1
            if sentence >= TRAINING or sentence * options.parts // TRAINING == part:
                (folder / path.name).symlink_to(path.resolve())


if __name__ == "__main__":
    main()
