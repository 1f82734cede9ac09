"""The numbers of tests/golden_voices.json: of each ready voice, its digest and samples of a conversion.

    python tests/golden_voices.py --renew

writes the file again, after a voice has been packed anew.
"""

import argparse
import json
from pathlib import Path

import soundfile

from vconv.conversion.converter import VoiceConverter
from vconv.voices import ready

FILE = Path(__file__).with_name("golden_voices.json")
RECORDING = Path(__file__).parents[1] / "data" / "sample" / "evaluation" / "slt" / "e05.flac"
SAMPLES, STEP = 16000, 100


def numbers(name):
    """Return {"digest", "speakers": {speaker: samples of a conversion from an unseen speaker}} of a ready voice."""
    y, rate = soundfile.read(RECORDING, stop=SAMPLES)
    vc = VoiceConverter.load(name)
    converted = {target: vc.convert(y, target, rate=rate)[0][::STEP] for target in (vc.speakers[0], vc.speakers[-1])}
    return {
        "digest": ready.open_run(name).digest,
        "speakers": {target: [float(f"{value:.7g}") for value in samples] for target, samples in converted.items()},
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renew", action="store_true", required=True, help=f"write {FILE.name}")
    parser.parse_args()
    FILE.write_text(json.dumps({name: numbers(name) for name in ready.names()}) + "\n")


if __name__ == "__main__":
    main()
