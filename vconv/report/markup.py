"""HTML by elements, so that no text gets into a page unescaped; and the pages that they are set into."""

from html import escape
from importlib.resources import files
from string import Template

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
    written = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    inside = "" if name in VOID else f"{join(content)}</{name}>"
    return Html(f"<{name}{written}>{inside}")


def join(content, between=""):
    """Return pieces, each `Html` or text, as one `Html`."""
    return Html(
        between.join(piece if isinstance(piece, Html) else escape(str(piece)) for piece in content if piece is not None)
    )


def from_template(name, **parts):
    """Return the page of the template `name`.html, below the head that all have; None leaves a part empty.

    A page may load nothing, and runs no script but its template's own.
    """
    head, body = ((files("vconv.report") / f"{one}.html").read_text(encoding="utf-8") for one in ("head", name))
    scripts = "; script-src 'unsafe-inline'" if "<script>" in body else ""
    filled = {key: "" if part is None else part for key, part in parts.items()}
    return Template(head + body).substitute(filled, scripts=scripts)


def _attribute(key, value):
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(str(value))}"'
