"""The voices that ship: their digests, sizes, a golden conversion, and what the documents say about them."""

import json
from pathlib import Path

import golden_voices
import numpy as np
import pytest

from vconv.voices import listing, ready

REPOSITORY = Path(__file__).parents[2]
NAMES = ready.names()
GOLDEN = json.loads(golden_voices.FILE.read_text(encoding="utf-8"))
TOLERANCE = 1e-4  # of the largest magnitude


def test_each_voice_has_golden_numbers():
    assert sorted(GOLDEN) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_the_one_whose_conversion_is_golden(name):
    found = golden_voices.numbers(name)
    assert found["digest"] == GOLDEN[name]["digest"]
    for speaker, samples in GOLDEN[name]["speakers"].items():
        assert np.abs(np.subtract(found["speakers"][speaker], samples)).max() <= TOLERANCE * np.abs(samples).max()


@pytest.mark.parametrize("name", NAMES)
def test_the_file_is_small_and_whole(name):
    voice, codebook_bytes = ready.open_run(name), 0
    voice.network(), voice.statistics(), voice.transforms()
    if (book := voice.codebook()) is not None:
        codebook_bytes = sum(array.nbytes for array in book)
        assert codebook_bytes <= 8e6
    assert voice.path.stat().st_size - codebook_bytes <= 4e6


def test_all_files_together_fit_into_the_repository():
    assert sum(ready.open_run(name).path.stat().st_size for name in NAMES) <= 12e6


@pytest.mark.parametrize("name", NAMES)
def test_the_documents_say_what_the_file_says(name):
    """`vconv voices --markdown` prints the row; NOTICE has the attribution."""
    voice = ready.open_run(name)
    assert listing.as_markdown([voice]).split("\n")[-1] in (REPOSITORY / "docs" / "voices.md").read_text(
        encoding="utf-8"
    )
    notice = (REPOSITORY / "NOTICE").read_text(encoding="utf-8")
    for key in ("source", "license"):
        assert voice.facts["card"][key] in " ".join(notice.split())
    assert "not stated" not in voice.facts["card"].values() and voice.facts["scores"]
