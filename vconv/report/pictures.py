"""Pictures of the report: spectrograms with F0, and training curves. Both have a light and a dark version."""

import base64
import io

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, NullLocator, ScalarFormatter

from vconv.common.plots import training_curves
from vconv.report.markup import element

WINDOW_MS = 25.0
RANGE_DB = 70.0
SILENCE = 1e-4  # below the maximum magnitude of any recording
DOTS_PER_INCH = 130
LEFT, RIGHT = 0.07, 0.93  # where the time axis begins and ends, as shares of a picture's width
F0_TICKS_HZ = (50, 70, 100, 150, 200, 300, 400, 600, 800)

# Text, background, color map of the spectrogram, F0 line, outline of the F0 line.
COLORS = {
    "light": ("#1d2430", "#ffffff", "Greys", "#c2185b", "#ffffff"),
    "dark": ("#dfe5ee", "#171c24", "magma", "#5ee6d8", "#000000"),
}


def sentence(panels, rate, frame_period_ms, scheme):
    """Draw the spectrograms and F0 contours of recordings above each other, on one time axis.

    Parameters
    ----------
    panels : dict
        Title → (y [samples], f0_hz [T], 0 if unvoiced). Each spectrogram shows the upper 70 dB of its recording.
    rate : int
        In Hz.
    frame_period_ms : float
    scheme : {"light", "dark"}

    Returns
    -------
    figure : matplotlib.figure.Figure
    """
    _, _, color_map, color, halo = COLORS[scheme]
    height = 1.3 * len(panels) + 0.5
    figure = Figure(figsize=(8.4, height))
    figure.subplots_adjust(LEFT, 0.38 / height, RIGHT, 1 - 0.22 / height, hspace=0.22)
    axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False)[:, 0]
    f0_limits_hz = _f0_limits_hz([f0_hz for _, f0_hz in panels.values()])
    for axis, (title, (y, f0_hz)) in zip(axes, panels.items(), strict=True):
        level_db = levels_db(y, rate, frame_period_ms)
        half = frame_period_ms / 2000
        extent = (-half, len(level_db) * frame_period_ms / 1000 - half, 0, rate / 2000)
        axis.imshow(level_db.T, color_map, origin="lower", aspect="auto", extent=extent, vmin=-RANGE_DB, vmax=0)
        axis.set_facecolor(matplotlib.colormaps[color_map](0))
        axis.set_title(title, loc="left", fontsize=9, pad=2, parse_math=False)
        axis.set_ylabel("kHz")
        _draw_f0(axis.twinx(), f0_hz, frame_period_ms, f0_limits_hz, color, halo)
    axes[-1].set_xlabel("time / s", labelpad=1)
    axes[-1].set_xlim(0, seconds(panels, rate))
    return figure


def seconds(panels, rate):
    """Return the end of the time axis of `sentence` in seconds."""
    return max(len(y) for y, _ in panels.values()) / rate


def levels_db(y, rate, frame_period_ms):
    """Return the short-time level [T, K] of `y` [samples] in dB below its maximum; frame t is centered at t periods."""
    window = np.hanning(int(rate * WINDOW_MS / 1000) + 2)[1:-1]
    starts = np.round(np.arange(0, len(y), rate * frame_period_ms / 1000)).astype(int)
    padded = np.pad(y, len(window) // 2 + 1)
    frames = np.lib.stride_tricks.sliding_window_view(padded, len(window))[starts] * window
    magnitude = np.abs(np.fft.rfft(frames, 2 ** len(window).bit_length()))
    return 20 * np.log10(np.maximum(magnitude, SILENCE * 1e-6) / max(magnitude.max(), SILENCE))


def curves(name, history):
    """Return the `<picture>` of a run's training curves."""
    shown = f"Training curves of {name} over {len(history)} epochs: every loss term, training dashed, validation solid."
    return inline(lambda scheme: training_curves({name: history}), shown)


def inline(draw, alternative):
    """Return `<picture>` with the figures `draw("light")` and `draw("dark")`, and a text alternative."""
    light, dark = (_data(draw, scheme) for scheme in ("light", "dark"))
    return element(
        "picture",
        element("source", srcset=dark, media="(prefers-color-scheme: dark)"),
        element("img", src=light, alt=alternative),
    )


def _data(draw, scheme):
    """Return a figure as a data URL in WebP, which takes a third of the size of PNG for spectrograms."""
    ink, paper, *_ = COLORS[scheme]
    inks = ("text.color", "axes.labelcolor", "axes.edgecolor", "axes.titlecolor", "xtick.color", "ytick.color")
    style = {"figure.facecolor": paper, "axes.facecolor": paper, "legend.facecolor": paper, "font.size": 8}
    with matplotlib.rc_context({**matplotlib.rcParamsDefault, **style, **dict.fromkeys(inks, ink)}):
        picture = io.BytesIO()
        FigureCanvasAgg(draw(scheme)).print_figure(
            picture, format="webp", dpi=DOTS_PER_INCH, pil_kwargs={"quality": 80, "method": 4}
        )
    return f"data:image/webp;base64,{base64.b64encode(picture.getvalue()).decode()}"


def _draw_f0(axis, f0_hz, frame_period_ms, limits_hz, color, halo):
    times = np.arange(len(f0_hz)) * frame_period_ms / 1000
    voiced = np.where(np.asarray(f0_hz) > 0, f0_hz, np.nan)
    axis.plot(times, voiced, color=color, linewidth=1.5, path_effects=[withStroke(linewidth=3.2, foreground=halo)])
    axis.set_yscale("log")
    axis.set_ylim(*limits_hz)
    axis.yaxis.set_major_locator(FixedLocator(F0_TICKS_HZ[::2] if limits_hz[1] > 4 * limits_hz[0] else F0_TICKS_HZ))
    axis.yaxis.set_major_formatter(ScalarFormatter())
    axis.yaxis.set_minor_locator(NullLocator())
    axis.set_ylabel("F0 / Hz", color=color)


def _f0_limits_hz(tracks):
    """Return axis limits that contain all voiced frames."""
    voiced = np.concatenate([np.asarray(f0_hz)[np.asarray(f0_hz) > 0] for f0_hz in tracks])
    return (voiced.min() / 1.15, voiced.max() * 1.15) if len(voiced) else (50.0, 500.0)
