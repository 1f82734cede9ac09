"""Figures: spectrograms one above the other, training curves, kernel taps of upsampling, patches side by side."""

import math

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.image import imread, imsave
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from vconv.common import files

HOLE = "tab:red"


def spectrograms(panels, rate, frame_period_ms):
    """Draw log spectra one above the other on a common time axis.

    Parameters
    ----------
    panels : dict
        Title → log10 power spectrum [T, K]; each is drawn down to 70 dB below its own maximum.
    rate : int
        Sample rate, in Hz.
    frame_period_ms : float
        Time between frames, in ms.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    figure = Figure(figsize=(9, 2 * len(panels)), layout="constrained")
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    for axis, (title, log_spectrum) in zip(axes, panels.items(), strict=True):
        level_db = 10 * np.asarray(log_spectrum, np.float64).T
        extent = (0, level_db.shape[1] * frame_period_ms / 1000, 0, rate / 2000)
        axis.imshow(
            level_db, origin="lower", aspect="auto", extent=extent, vmax=level_db.max(), vmin=level_db.max() - 70
        )
        axis.set(title=title, ylabel="frequency / kHz")
    axes[-1].set_xlabel("time / s")
    return figure


def training_curves(histories):
    """Draw each loss term of one or more runs over the epochs, dashed for training and solid for validation.

    Parameters
    ----------
    histories : dict
        Name of a run → its history, a list of rows {"epoch": int, term: float, "val_" + term: float}. A term that only
        some of the runs have is drawn for those.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    keys = dict.fromkeys(key.removeprefix("val_") for rows in histories.values() for key in rows[0])
    terms = [key for key in keys if key != "epoch"]
    columns = min(len(terms), 4)
    rows_of_axes = -(-len(terms) // columns)
    figure = Figure(figsize=(3.4 * columns, 2.6 * rows_of_axes), layout="constrained")
    axes = figure.subplots(rows_of_axes, columns, squeeze=False).ravel()
    for axis, term in zip(axes, terms, strict=False):
        for number, rows in enumerate(histories.values()):
            epochs = [row["epoch"] for row in rows]
            if term in rows[0]:
                axis.plot(epochs, [row[term] for row in rows], f"C{number}--", linewidth=0.9)
            if f"val_{term}" in rows[0]:
                axis.plot(epochs, [row[f"val_{term}"] for row in rows], f"C{number}")
        axis.set(title=term.replace("_", " "), xlabel="epoch")
    for axis in axes[len(terms) :]:
        axis.set_visible(False)
    axes[0].legend(handles=[Line2D([], [], color=f"C{number}", label=name) for number, name in enumerate(histories)])
    return figure


def taps(axes):
    """Draw how many kernel taps reach each output of a stack of transposed convolutions, with holes in red.

    For three axes the map shows the last two, at the position of the first with most taps. Of a long axis the first
    2,000 outputs are drawn.

    Parameters
    ----------
    axes : list of ndarray
        Taps of each output along each of 1, 2 or 3 axes, as `vconv.layers.upsampling.coverage` counts them.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    vectors = [np.asarray(vector[:2000], np.float64) for vector in axes]
    maps = int(len(vectors) > 1)
    ratios = [4] * maps + [1] * len(vectors)
    figure = Figure(figsize=(9, 1.1 * sum(ratios) + 1), layout="constrained")
    drawn = figure.subplots(len(ratios), 1, squeeze=False, height_ratios=ratios)[:, 0]
    drawn[0].set_title("taps of each output; red: no input reaches it")
    if maps:
        values = np.outer(*vectors[-2:]) * math.prod(vector.max() for vector in vectors[:-2])
        colors = colormaps["viridis"].with_extremes(bad=HOLE)
        image = drawn[0].imshow(
            np.ma.masked_equal(values, 0), colors, origin="lower", aspect="auto", vmin=0, interpolation="nearest"
        )
        figure.colorbar(image, ax=drawn[0], label="taps")
        drawn[0].set_ylabel(f"axis {len(vectors) - 2}")
    # The last axis comes first, directly below the map that it is the horizontal axis of.
    for axis, number in zip(drawn[maps:], reversed(range(len(vectors))), strict=True):
        vector = vectors[number]
        edges = np.arange(len(vector) + 1) - 0.5
        axis.stairs(vector, edges, fill=True)
        axis.stairs(np.where(vector == 0, vector.max(), 0), edges, fill=True, color=HOLE)
        axis.set(xlabel=f"axis {number}", ylabel="taps", xlim=(edges[0], edges[-1]), ylim=(0, 1.05 * vector.max()))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
    return figure


def mosaic(patches, columns, side=96):
    """Return patches of spectrograms in rows as pixels uint8 [height, width, 3], low frequencies at the bottom.

    Parameters
    ----------
    patches : ndarray [n, height, width, channels]
        Values in [−1, 1]. Two channels are real and imaginary part, whose magnitude is drawn.
    columns : int
        Patches in a row.
    side : int
        Small patches are magnified to about this height, in pixels.
    """
    levels = patches[..., 0] if patches.shape[-1] == 1 else 2 * np.hypot(patches[..., 0], patches[..., 1]) - 1
    zoom = max(1, round(side / levels.shape[1]))
    levels = np.kron(levels[:, ::-1], np.ones((1, zoom, zoom)))
    colors = colormaps["viridis"]((levels + 1) / 2)[..., :3]
    tiles = np.pad(colors, ((0, -len(levels) % columns), (1, 1), (1, 1), (0, 0)), constant_values=1)
    rows = [np.concatenate(tiles[start : start + columns], axis=1) for start in range(0, len(tiles), columns)]
    return (255 * np.concatenate(rows)).astype(np.uint8)


def stacked(images):
    """Draw pictures of the same width one below the other; `images` is title → pixels [height, width, 3]."""
    height, width = (sum(image.shape[0] for image in images.values()), max(image.shape[1] for image in images.values()))
    figure = Figure(figsize=(9, 9 * height / width + 0.4 * len(images)), layout="constrained")
    for axis, (title, image) in zip(figure.subplots(len(images), 1, squeeze=False)[:, 0], images.items(), strict=True):
        axis.imshow(image)
        axis.set_title(title, fontsize=9, loc="left")
        axis.set_axis_off()
    return figure


def save_pixels(path, image):
    """Write pixels uint8 [height, width, 3] as a PNG file, whole or not at all."""
    files.write(path, lambda temporary: imsave(temporary, image))


def read_pixels(path):
    """Return the pixels of a PNG file, float32 [height, width, 3] in [0, 1]."""
    return imread(path)[..., :3]


def pixels(figure):
    """Render `figure` as uint8 [height, width, 3]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
