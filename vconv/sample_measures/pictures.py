"""Pictures of generated sets: histograms, and generated samples with their nearest training samples."""

import numpy as np
from matplotlib.figure import Figure

from vconv.sample_measures.histograms import bin_edges, histogram, histogram_distances

ROWS = 4  # number of frequency bins shown
PAIRS = 8  # number of generated samples shown


def histogram_overlay(sets, reference):
    """Draw the histograms of sets over those of the reference: of all values, and of a few frequency bins.

    Parameters
    ----------
    sets : dict
        Title → patches [n, height, ...].
    reference : ndarray [m, height, ...]
        Drawn filled; it determines the bins, see `histograms.bin_edges`.

    Returns
    -------
    figure : matplotlib.figure.Figure
        The outermost bins count the values outside the range of the reference. The last panel shows the Jensen–Shannon
        divergence of each frequency bin.
    """
    height = reference.shape[1]
    rows = np.unique(np.linspace(0, height - 1, min(ROWS, height)).round().astype(int))
    panels = {"all values": slice(None)} | {f"frequency bin {row}": row for row in rows}
    figure = Figure(figsize=(9, 6), layout="constrained")
    axes = figure.subplots(2, 3).ravel()
    for axis, (title, row) in zip(axes, panels.items(), strict=False):
        edges = bin_edges(reference[:, row])
        drawn = _finite(edges)
        axis.stairs(histogram(reference[:, row], edges), drawn, fill=True, color="0.8", label="training")
        for number, (name, patches) in enumerate(sets.items()):
            axis.stairs(histogram(patches[:, row], edges), drawn, color=f"C{number}", label=name)
        axis.set(title=title, xlabel="value", ylabel="share")
    for axis in axes[len(panels) : -1]:
        axis.set_visible(False)
    for number, (name, patches) in enumerate(sets.items()):
        axes[-1].plot(histogram_distances(patches, reference).jensen_shannon, color=f"C{number}", label=name)
    axes[-1].set(title="Jensen–Shannon divergence", xlabel="frequency bin", ylabel="bits", ylim=(0, 1))
    axes[0].legend()
    return figure


def nearest_pairs(generated, training, distance, index):
    """Draw the generated patches that are closest to the training set, each above its nearest training patch.

    Parameters
    ----------
    generated, training : ndarray [n, height, width, channels], [m, height, width, channels]
        The first channel is drawn, frequency upwards.
    distance, index : ndarray [n]
        As `memorization.nearest` returns them.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    chosen = np.argsort(distance, kind="stable")[:PAIRS]
    figure = Figure(figsize=(1.5 * len(chosen), 3.4), layout="constrained")
    axes = figure.subplots(2, len(chosen), squeeze=False)
    shown = training[..., 0]
    for column, number in zip(axes.T, chosen, strict=True):
        for axis, patch in zip(column, (generated[number], training[index[number]]), strict=True):
            axis.imshow(patch[..., 0], origin="lower", aspect="auto", vmin=shown.min(), vmax=shown.max())
            axis.set(xticks=[], yticks=[])
        column[0].set_title(f"{distance[number]:.3g}", fontsize=9)
    axes[0, 0].set_ylabel("generated")
    axes[1, 0].set_ylabel("nearest training")
    return figure


def _finite(edges):
    """Return edges for drawing: the open bins get the width of the other bins."""
    width = (edges[-2] - edges[1]) / (len(edges) - 3)
    return np.concatenate([[edges[1] - width], edges[1:-1], [edges[-2] + width]])
