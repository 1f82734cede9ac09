"""Provenance: what a converted file says of itself, so that nobody takes it for a recording."""

from vconv.common.version import __version__


def tags(model, source, target):
    """Return the texts that are written into a converted file: {"title", "comment", "software"}.

    They hold no time, so that the same conversion gives the same bytes.

    Parameters
    ----------
    model : str
        Name of the model.
    source : str or None
        Speaker of the recording; None for an unseen speaker.
    target : str
        Speaker whose voice the file has.
    """
    voices = f"from {source or 'an unseen speaker'} to {target}"
    return {
        "title": f"Voice converted {voices}",
        "comment": f"This voice is converted and no recording: {voices}, by the model {model} of vconv {__version__}",
        "software": f"vconv {__version__}",
    }
