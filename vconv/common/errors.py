"""The one exception a user can mend; the command line prints it as one line and exits with status 2."""


class VconvError(Exception):
    """A mistake in files, settings or arguments; the message names it, what is allowed and the remedy."""

    def about(self, path):
        """Return the message; it begins with `path` where it does not name it anyway."""
        return str(self) if str(path) in str(self) else f"{path}: {self}"
