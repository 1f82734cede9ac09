"""Pictures: what is drawn is what was given, on the right axes."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from vconv.common import plots


def test_spectrograms_share_one_time_axis_and_show_their_own_top_70_db():
    random = np.random.default_rng(0)
    panels = {"natural é": random.uniform(-9, -2, (200, 513)), "converted": random.uniform(-5, 3, (200, 513))}
    figure = plots.spectrograms(panels, 16000, 5.0)
    assert [axis.get_title() for axis in figure.axes] == list(panels)
    for axis, panel in zip(figure.axes, panels.values(), strict=True):
        (image,) = axis.get_images()
        np.testing.assert_allclose(image.get_array(), 10 * panel.T)
        assert image.get_extent() == pytest.approx((0, 1.0, 0, 8.0)) and image.origin == "lower"
        assert image.get_clim() == pytest.approx((10 * panel.max() - 70, 10 * panel.max()))
    assert figure.axes[-1].get_xlabel() == "time / s" and figure.axes[0].get_ylabel() == "frequency / kHz"


def test_the_picture_shows_where_the_power_is():
    low, high = np.full((2, 50, 513), -8.0)
    low[:, :100], high[:, -100:] = 0, 0
    shown = [plots.pixels(plots.spectrograms({"": panel}, 16000, 5.0)).mean(axis=2) for panel in (low, high)]
    half = len(shown[0]) // 2
    (low_top, low_bottom), (high_top, high_bottom) = [(image[:half].mean(), image[half:].mean()) for image in shown]
    assert low_bottom > high_bottom and high_top > low_top


@pytest.mark.parametrize("panel", [np.zeros((1, 513)), np.zeros((300, 3)), np.full((5, 513), -10.0, np.float16)])
def test_corners_become_pictures_too(panel):
    image = plots.pixels(plots.spectrograms({"one": panel, "two": panel, "three": panel}, 16000, 5.0))
    assert image.dtype == np.uint8 and image.shape == (600, 900, 3) and image.std() > 1


def test_curves_are_the_histories():
    rows = [{"epoch": epoch, "kl": epoch, "val_kl": 2.0 * epoch, "penalty": 7.0 - epoch} for epoch in (1, 2, 3)]
    figure = plots.training_curves({"a run": rows, "another": [{"epoch": 1, "kl": 9.0, "val_kl": 8.0}]})
    kl, penalty = figure.axes
    training, validation, other_training, other_validation = (line.get_ydata().tolist() for line in kl.get_lines())
    assert (training, validation) == ([1, 2, 3], [2, 4, 6]) and (other_training, other_validation) == ([9], [8])
    assert kl.get_lines()[0].get_linestyle() == "--" and kl.get_lines()[1].get_linestyle() == "-"
    assert kl.get_lines()[0].get_xdata().tolist() == [1, 2, 3]
    assert [text.get_text() for text in kl.get_legend().get_texts()] == ["a run", "another"]
    (only,) = penalty.get_lines()
    assert only.get_ydata().tolist() == [6, 5, 4] and penalty.get_title() == "penalty"


def test_the_legend_stands_though_the_first_term_has_no_validation():
    figure = plots.training_curves({"a run": [{"epoch": 1, "adversarial": 0.0, "kl": 1.0, "val_kl": 2.0}]})
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == ["a run"]
    assert len(figure.axes[0].get_lines()) == 1 and len(figure.axes[1].get_lines()) == 2


def test_taps_are_drawn_as_counted_and_holes_in_red():
    rows, columns = np.array([1, 0, 2]), np.array([3, 0, 1, 2])
    drawn = plots.taps([np.array([1, 4]), rows, columns])
    shown, *profiles, _ = drawn.axes  # the color bar comes last
    (image,) = shown.get_images()
    np.testing.assert_array_equal(image.get_array().filled(0), 4 * np.outer(rows, columns))
    assert image.get_array().mask.tolist() == (np.outer(rows, columns) == 0).tolist()
    assert to_rgba(image.get_cmap().get_bad()) == to_rgba(plots.HOLE) and image.origin == "lower"
    assert [axis.get_xlabel() for axis in profiles] == ["axis 2", "axis 1", "axis 0"]
    for profile, vector in zip(profiles, (columns, rows, [1, 4]), strict=True):
        counts, holes = (patch.get_data().values for patch in profile.patches)
        assert counts.tolist() == list(vector)
        assert (holes > 0).tolist() == [count == 0 for count in vector]


@pytest.mark.parametrize(
    "axes",
    [
        [np.arange(5)],
        [np.ones(3), np.arange(7)],
        [np.arange(1, 5000)],
        [np.array([2**70, 1], object)],
        [np.ones(1)] * 3,
    ],
)
def test_taps_of_any_shape_become_a_picture(axes):
    figure = plots.taps(axes)
    assert plots.pixels(figure).std() > 1
    assert len(figure.axes) == len(axes) + 2 * (len(axes) > 1)
    if len(axes) == 1:
        (profile,) = figure.axes
        assert profile.get_xlim() == (-0.5, min(len(axes[0]), 2000) - 0.5)


def test_what_is_measured_on_held_out_data_only_has_its_curve():
    rows = [{"epoch": epoch, "loss": 1.0, "val_spread": 0.1 * epoch} for epoch in (1, 2)]
    loss, spread, *_ = plots.training_curves({"a run": rows}).axes
    assert [axis.get_title() for axis in (loss, spread)] == ["loss", "spread"]
    (only,) = spread.get_lines()
    assert only.get_ydata().tolist() == [0.1, 0.2] and only.get_linestyle() == "-"


def test_a_mosaic_has_low_frequencies_at_the_bottom_and_fills_its_last_row():
    patches = np.full((3, 4, 2, 1), -1.0)
    patches[1, 0] = 1  # the lowest frequency of the second patch is loud
    drawn = plots.mosaic(patches, 2, side=8).astype(int)
    assert drawn.shape == (2 * (8 + 2), 2 * (4 + 2), 3)
    loud = np.argwhere((drawn[..., 0] > 200) & (drawn[..., 2] < 100))
    assert loud.min(0).tolist() == [1 + 6, 6 + 1] and loud.max(0).tolist() == [1 + 7, 6 + 4]
    assert (drawn[10:, 6:] == 255).all() and not (drawn[10:, :6] == 255).all()


def test_of_two_channels_a_mosaic_shows_the_magnitude():
    turned = np.exp(1j * np.linspace(0, 6, 12)).reshape(1, 3, 4)
    drawn = plots.mosaic(np.stack([turned.real, turned.imag], -1), 1, side=3)
    assert len(np.unique(drawn[1:-1, 1:-1].reshape(-1, 3), axis=0)) == 1


def test_pixels_come_back_and_pictures_are_stacked(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    plots.save_pixels(tmp_path / "a" / "b.png", image)
    assert np.array_equal(np.round(plots.read_pixels(tmp_path / "a" / "b.png") * 255), image)
    figure = plots.stacked({"epoch 1": image, "epoch 2": image})
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["epoch 1", "epoch 2"]
