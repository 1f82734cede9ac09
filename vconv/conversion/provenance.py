"""Provenance: what a converted file says of itself, so that nobody takes it for a recording."""

from vconv.common.version import __version__
from vconv.conversion.controls import UNCHANGED


def tags(model, source, target, controls=UNCHANGED):
    """Return the texts that are written into a converted file: {"title", "comment", "software"}.

    They hold no time, so that the same conversion gives the same bytes.

    Parameters
    ----------
    model : str
        Name of the model.
    source : str or None
        Speaker of the recording; None for an unseen speaker.
    target : str
        Speaker whose voice the file has, or a blend such as "TF1:0.6,TM2:0.4".
    controls : vconv.conversion.controls.Controls
    """
    voices = f"from {source or 'an unseen speaker'} to {target}{controls}"
    return {
        "title": f"Voice converted {voices}",
        "comment": f"This voice is converted and no recording: {voices}, by the model {model} of vconv {__version__}",
        "software": f"vconv {__version__}",
    }
