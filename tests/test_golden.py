"""Features, statistics, losses, weights and outputs equal those in golden.json, at a relative tolerance.

Where a change of results is intended, `python tests/golden.py --renew` writes the file again.
"""

import json
from pathlib import Path

import golden
import numpy as np
import pytest
from golden_models import SETTINGS, extract

TOLERANCE = 1e-4  # of the largest magnitude in a list
EXPECTED = json.loads(golden.FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return extract(Path(tmp_path_factory.mktemp("golden")))


def assert_same(found, expected, name):
    """Raise an AssertionError that names the list of numbers that differs, and by how much."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), f"{name} has other parts"
        for key in expected:
            assert_same(found[key], expected[key], f"{name}, {key}")
        return
    assert len(found) == len(expected), f"{name} has another length"
    difference = np.abs(np.subtract(found, expected)).max() / max(np.abs(expected).max(), 1e-12)
    assert difference <= TOLERANCE, f"{name} differs by {difference:.2g} of its largest magnitude"


def test_features_and_statistics_are_the_golden_ones(files):
    found = golden.numbers_of_features(*files)
    assert_same(found, {part: EXPECTED[part] for part in found}, "features")


@pytest.mark.parametrize("name", SETTINGS)
def test_losses_weights_and_outputs_of_a_model_are_the_golden_ones(files, name):
    assert_same(golden.numbers_of_model(name, files[0]), EXPECTED[name], name)


def test_every_golden_number_is_tested():
    assert set(EXPECTED) == {"frames", "statistics", *SETTINGS}
