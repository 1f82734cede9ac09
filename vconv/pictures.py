"""Pictures for people who train: spectrograms side by side, training curves."""

import numpy as np
from matplotlib.figure import Figure


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
    """Draw the reconstruction and KL terms of runs, training dashed, validation solid.

    `histories` maps a run's name to its history, a list of rows {"epoch", "reconstruction", "val_reconstruction", …}.
    """
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axis, term in zip(figure.subplots(1, 2), ("reconstruction", "kl"), strict=True):
        for number, (name, rows) in enumerate(histories.items()):
            epochs = [row["epoch"] for row in rows]
            axis.plot(epochs, [row[f"val_{term}"] for row in rows], f"C{number}", label=name)
            axis.plot(epochs, [row[term] for row in rows], f"C{number}--", linewidth=0.8)
        axis.set(xlabel="epoch", ylabel=f"{term} / nats per frame")
        axis.legend()
    return figure


def pixels(figure):
    """Render `figure` as uint8 [height, width, 3]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()
