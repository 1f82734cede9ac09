"""Replace speakers by one vowel, by humming or by whisper, and count whether `vconv doctor` finds them in a corpus.

    python benchmarks/planted_speakers.py corpora/vcc2016/vcc2016_training

The argument is a folder with a folder for each speaker. A planted speaker is a speaker of the corpus whose recordings
are analyzed by WORLD and synthesized with another spectrum or without a voice. Each is put beside one ordinary speaker,
and beside all others. False alarms are ordinary speakers that are told; in the rows of "nothing" the speakers found are
such, too. The thresholds were chosen on the first 36 recordings of each speaker of VCC2016, and on LibriSpeech
test-other.
"""

import argparse
import itertools
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

from planted_faults import examined, show
from planting import FAULTS_OF_SPEAKERS, synthesize

from vconv.audio.folder import audio_files
from vconv.common.workers import available_cores, worker_pool
from vconv.diagnosis import sounds

BESIDE, ALL = ", beside one speaker", ", beside all others"


def count(ordinary, name, planted, kind, table):
    """Count in `table` whether a planted speaker is found beside each ordinary one, and beside all."""
    others = [speaker for speaker in ordinary if speaker != name]
    for label, groups in (BESIDE, [[other] for other in others]), (ALL, [others]):
        for group in groups:
            summaries = [one for other in group for one in ordinary[other]] + planted
            found = {one.speaker for one in sounds.few_in_common(summaries)}
            if kind == "whisper":
                found = {name} if sounds.whispered(name, planted) else set()
            table[kind + label] += Counter(tp=name in found, fn=name not in found, fp=len(found - {name}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recordings", type=Path)
    parser.add_argument("--files", type=int, default=15, help="last recordings of each speaker")
    options = parser.parse_args()
    table = defaultdict(Counter)
    paths = {folder.name: audio_files(folder)[-options.files :] for folder in sorted(options.recordings.iterdir())}
    ordinary = {
        name: [summary for _, summary in examined([(path, name) for path in own])] for name, own in paths.items()
    }
    for one in ordinary:
        count(ordinary, one, ordinary[one], "nothing", table)
        told = bool(sounds.whispered(one, ordinary[one]))
        table["nothing, whisper"] += Counter(tp=told, fn=not told)
    with tempfile.TemporaryDirectory() as folder:
        for kind, functions in FAULTS_OF_SPEAKERS.items():
            for function, (name, own) in itertools.product(functions, paths.items()):
                made = [(Path(folder) / f"{path.stem}.wav", name) for path in own]
                with worker_pool(available_cores()) as pool:
                    list(pool.map(synthesize, own, [target for target, _ in made], [function] * len(own)))
                count(ordinary, name, [summary for _, summary in examined(made)], kind, table)
    show(table)


if __name__ == "__main__":
    main()
