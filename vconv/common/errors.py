"""The exception for mistakes that a user can correct, and the sentence about a recording that cannot be used."""


class VconvError(Exception):
    """A mistake in files, settings or arguments; the message names it, what is allowed and the remedy.

    The command line prints it as one line, with exit status 2.
    """


def reason(error):
    """Return in words why the work on one recording ended with `error`, of whatever type."""
    if isinstance(error, VconvError):
        return str(error)
    if isinstance(error, MemoryError):
        return "does not fit into the memory; cut it into shorter recordings"
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return f"cannot be processed ({text}); leave it out and report this as an error of vconv"


def about(path, error):
    """Return `reason(error)`, with `path` before it unless the text names it."""
    text = reason(error)
    return text if str(path) in text else f"{path}: {text}"
