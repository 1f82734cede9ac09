"""HTML by elements and page templates. Plain strings are escaped; only `Markup` is inserted unchanged."""

from importlib.resources import files
from string import Template

from markupsafe import Markup, escape

VOID = frozenset(("img", "source"))


def element(name, *content, **attributes):
    """Return an element as `Markup`.

    Parameters
    ----------
    name : str
    *content : object
        `Markup` is inserted unchanged, everything else as escaped text; None is omitted.
    **attributes : object
        Underscores become hyphens, and `class_` is class. False and None are omitted, True has no value.
    """
    written = "".join(
        _attribute(key, value) for key, value in attributes.items() if value is not None and value is not False
    )
    inside = "" if name in VOID else f"{join(content)}</{name}>"
    return Markup(f"<{name}{written}>{inside}")


def join(content, between=""):
    """Return pieces, each `Markup` or text, as one `Markup`."""
    return escape(between).join(piece for piece in content if piece is not None)


def scrolled(label, table):
    """Return a table in a region that scrolls, also by keyboard, if the table is wider than the window."""
    return element("div", table, class_="scrolled", role="region", aria_label=label, tabindex=0)


def from_template(name, package=__package__, **parts):
    """Return the page of the template `name`.html of a package, with the head and style that all pages share.

    The page may load nothing, and runs no script except that of its template.

    Parameters
    ----------
    name, package : str
    **parts : object
        What replaces the placeholders: `Markup` unchanged, everything else as escaped text; None leaves it empty.
    """
    paths = files(__package__) / "head.html", files(package) / f"{name}.html"
    head, body = (path.read_text(encoding="utf-8") for path in paths)
    scripts = Markup("; script-src 'unsafe-inline'") if "<script>" in body else ""
    filled = {key: "" if part is None else escape(part) for key, part in parts.items()}
    return Template(head + body).substitute(filled, scripts=scripts)


def _attribute(key, value):
    key = key.rstrip("_").replace("_", "-")
    return f" {key}" if value is True else f' {key}="{escape(value)}"'
