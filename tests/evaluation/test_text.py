"""The table for the terminal."""

from vconv.evaluation.measures import GROUPS
from vconv.evaluation.scores import SYSTEMS
from vconv.evaluation.text import aligned, as_text


def block(key, mean):
    """The scores of one pair with a single measure."""
    entry = {"mean": mean, "interval": [mean - 0.5, mean + 0.5], "files": 3}
    row = {"measure": key, **entry, "details": {key: entry}}
    return {group: dict.fromkeys(SYSTEMS, row if group == "mcd" else None) for group in GROUPS}


def test_columns_are_aligned_and_long_headings_are_wrapped():
    lines = aligned(["pair", "normalized similarity", "n"], [["a b", "1.5", "10"], ["c", "−10.0", "3"]], 1)
    assert lines == ["      normalized", "pair  similarity   n", "a b          1.5  10", "c          −10.0   3"]


def test_the_table_has_only_measured_columns_and_the_mean_of_several_pairs():
    protocols = {group: {"protocol": f"how {group}"} for group in GROUPS}
    content = {"pairs": {"A-B": block("cdvae34", 4.0)}, "settings": {"bootstrap": 1000}}
    content |= {group: protocols[group] | block("cdvae34", 4.0)[group] for group in ("mcd",)}
    content |= {group: protocols[group] | dict.fromkeys(SYSTEMS) for group in GROUPS if group != "mcd"}
    protocol, note, *head, first, _, copy, _ = as_text(content).splitlines()
    assert protocol == "Mel-cepstral distortion: how mcd" and "1000 resamples" in note
    assert [line.split() for line in head] == [["MCD"], ["(cdvae34)"], ["pair", "system", "/", "dB", "↓", "files"]]
    assert first.split() == ["A-B", "converted", "4.00", "±0.50", "3"] and copy.split()[1] == "copy-synthesis"
    content["pairs"]["C-D"] = block("cdvae34", 5.0)
    assert [line.split()[0] for line in as_text(content).splitlines()[-12::4]] == ["A-B", "C-D", "all"]
