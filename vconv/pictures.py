"""Pictures for people who train: spectrograms side by side, training curves."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D


def spectrograms(panels, rate, frame_period_ms):
    """Draw log spectra above each other on one time axis.

    Parameters
    ----------
    panels : dict
        Title → log10 power spectrum [T, K]; the levels of each are drawn over its own top 70 dB.
    rate : int
        In Hz.
    frame_period_ms : float

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
    """Draw every loss term of one or more runs over the epochs, training dashed, validation solid.

    Parameters
    ----------
    histories : dict
        Run's name → its history, a list of rows {"epoch": int, term: float, "val_" + term: float}; a term that only
        some runs have is drawn for those.

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    terms = list(dict.fromkeys(key for rows in histories.values() for key in rows[0] if _is_term(key)))
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


def _is_term(key):
    return key != "epoch" and not key.startswith("val_")


def pixels(figure):
    """Render `figure` as uint8 [height, width, 3]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
