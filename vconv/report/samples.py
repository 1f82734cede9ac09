"""The page of generated samples: one HTML file with pictures and players."""

import base64
import io

from matplotlib.image import imsave

from vconv.audio import wav
from vconv.common import files, plots
from vconv.report.markup import element, from_template, join


def write(path, title, patches, sounds, rate):
    """Write the page.

    Parameters
    ----------
    path : str or Path
    title : str
    patches : ndarray [n, height, width, channels]
        Values in [−1, 1].
    sounds : list of ndarray [samples]
        One for each patch.
    rate : int
        In Hz.
    """
    pairs = enumerate(zip(patches, sounds, strict=True))
    cards = [_card(number, patch, y, rate) for number, (patch, y) in pairs]
    files.write_text(path, from_template("samples", title=title, cards=join(cards)))


def _card(number, patch, y, rate):
    """Return the picture and the player of one sample."""
    drawn = io.BytesIO()
    imsave(drawn, plots.mosaic(patch[None], 1), format="png")
    name = f"sample {number}"
    return element(
        "figure",
        element("img", src=_data("image/png", drawn.getvalue()), alt=f"Spectrogram of {name}"),
        element("audio", controls=True, preload="none", aria_label=name, src=_data("audio/flac", wav.to_flac(y, rate))),
        element("figcaption", name),
    )


def _data(kind, content):
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"
