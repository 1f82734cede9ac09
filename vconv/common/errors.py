"""The exception for mistakes that a user can correct; the command line prints it as one line, with exit status 2."""


class VconvError(Exception):
    """A mistake in files, settings or arguments; the message names it, what is allowed and the remedy."""

    def about(self, path):
        """Return the message, with `path` before it unless the message names it."""
        return str(self) if str(path) in str(self) else f"{path}: {self}"
