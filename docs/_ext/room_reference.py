"""Directive `room`: the docstrings of every module of a subpackage, so that a new module is on its page by itself.

Docstrings have the sections of NumPy's style and the inline marks of Markdown: `code`, and nothing else is special.
"""

import re
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

PACKAGE = Path(__file__).parents[2] / "vconv"
MARKS = re.compile(r"`([^`]+)`(?=(\w)?)|[*|`]|(?<=\w)_(?!\w)")  # code; what would be a mark in reStructuredText


class Room(SphinxDirective):
    """`room` with the name of a subpackage of vconv: a section for each module."""

    required_arguments = 1

    def run(self):
        """Return the sections."""
        return [self._section(module) for module in modules(self.arguments[0])]

    def _section(self, module):
        section = nodes.section(ids=[nodes.make_id(module)])
        section += nodes.title("", "", nodes.literal(text=module.removeprefix("vconv.")))
        lines = [f".. automodule:: {module}", "   :members:", "   :show-inheritance:"]
        self.state.nested_parse(StringList(lines, source=module), 0, section, match_titles=1)
        return section


def modules(room):
    """Return the full names of the modules of a subpackage and of those in it, sorted."""
    files = (PACKAGE / room).rglob("*.py")
    names = (".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in files)
    return sorted(name.removesuffix(".__init__") for name in names)


def to_rst(app, what, name, obj, options, lines):
    """Write the inline marks of a docstring as reStructuredText, in place."""
    for number, line in enumerate(lines):
        if not line.lstrip().startswith(">>>"):
            lines[number] = MARKS.sub(_mark, line)


def _mark(match):
    code, follows = match.groups()
    return f"``{code}``" + "\\ " * bool(follows) if code else f"\\{match[0]}"


def setup(app):
    """Register the directive, and the reader of docstrings before that of their sections."""
    app.add_directive("room", Room)
    app.connect("autodoc-process-docstring", to_rst, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
