"""Pictures of sets: histograms and nearest pairs show the values they are given."""

import numpy as np
import pytest

from vconv.common.plots import pixels
from vconv.sample_measures import pictures
from vconv.sample_measures.histograms import histogram_distances


def steps(axis):
    """Return the histograms of an axis by their labels."""
    return {patch.get_label(): patch.get_data() for patch in axis.patches}


def test_the_overlay_shows_the_histograms_of_both_sets():
    rng = np.random.default_rng(0)
    reference, other = rng.uniform(0, 1, (30, 10, 5, 1)), rng.uniform(0, 1, (20, 10, 5, 1))
    other[:, 9] = 3
    figure = pictures.histogram_overlay({"generated": other}, reference)
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == ["all values", *(f"frequency bin {row}" for row in (0, 3, 6, 9)), "Jensen–Shannon divergence"]
    for axis in figure.axes[:-1]:
        found = steps(axis)
        assert list(found) == ["training", "generated"]
        assert all(one.values.sum() == pytest.approx(1) for one in found.values())
        assert np.isfinite(found["training"].edges).all() and (np.diff(found["training"].edges) > 0).all()
    assert steps(figure.axes[4])["generated"].values[-1] == 1, "values outside are in the open bin"
    assert steps(figure.axes[0])["generated"].values[-1] == pytest.approx(0.1, abs=0.01)
    (line,) = figure.axes[-1].get_lines()
    np.testing.assert_array_equal(line.get_ydata(), histogram_distances(other, reference).jensen_shannon)


@pytest.mark.parametrize("height", [1, 2, 3])
def test_constant_sets_of_few_frequencies_are_drawn(height):
    reference = np.zeros((30, height, 5, 2))
    figure = pictures.histogram_overlay({"a": reference, "b": reference + 1}, reference)
    assert sum(axis.get_visible() for axis in figure.axes) == height + 2
    assert pixels(figure).std() > 1


def test_the_nearest_pairs_are_drawn_first():
    rng = np.random.default_rng(0)
    generated, training = rng.normal(size=(12, 6, 4, 2)), rng.normal(size=(20, 6, 4, 2))
    distance, index = np.arange(12)[::-1] / 10, np.arange(12)
    figure = pictures.nearest_pairs(generated, training, distance, index)
    assert len(figure.axes) == 16
    for column in range(8):
        above, below = figure.axes[column], figure.axes[8 + column]
        np.testing.assert_array_equal(above.get_images()[0].get_array(), generated[11 - column, :, :, 0])
        np.testing.assert_array_equal(below.get_images()[0].get_array(), training[11 - column, :, :, 0])
        assert above.get_images()[0].get_clim() == below.get_images()[0].get_clim()
        assert above.get_images()[0].origin == "lower" and float(above.get_title()) == pytest.approx(column / 10)
    assert len(pictures.nearest_pairs(generated[:3], training, distance[:3], index[:3]).axes) == 6
