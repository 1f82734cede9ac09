"""HTML by elements, so that no text gets into a page unescaped."""
from html import escape

VOID = frozenset(("img", "source"))


class Html(str):
    """Text that is markup already."""


def element(name, *content, **attributes):
    """Return an element as `Html`.

    Parameters
    ----------
    name : str
    *content : object
        `Html` as it is; everything else as text, escaped. None is left out.
    **attributes : object
        Written with hyphens for underscores, `class_` as class; False and None are left out, True has no value.
    """
    written = "".join(_attribute(key, value) for key, value in attributes.items()
                      if value is not None and value is not False)
    inside = "" if name in VOID else f"{join(content)}</{name}>"
    return Html(f"<{name}{written}>{inside}")


def join(content, between=""):
    """Return pieces, each `Html` or text, as one `Html`."""
    return Html(between.join(piece if isinstance(piece, Html) else escape(str(piece))
                             for piece in content if piece is not None))


def _attribute(key, value):
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value))}"'
