"""Directive `room`: the docstrings of every module of a subpackage, so that a new module is on its page by itself."""

from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.util.docutils import SphinxDirective

PACKAGE = Path(__file__).parents[2] / "vconv"


class Room(SphinxDirective):
    """`room` with the name of a subpackage of vconv: a section for each module."""

    required_arguments = 1

    def run(self):
        """Return the sections."""
        return [self._section(module) for module in modules(self.arguments[0])]

    def _section(self, module):
        section = nodes.section(ids=[nodes.make_id(module)])
        section += nodes.title("", "", nodes.literal(text=module))
        lines = [f".. automodule:: {module}", "   :members:", "   :show-inheritance:"]
        self.state.nested_parse(StringList(lines, source=module), 0, section, match_titles=1)
        return section


def modules(room):
    """Return the full names of the modules of a subpackage and of those in it, sorted."""
    files = (PACKAGE / room).rglob("*.py")
    names = (".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts) for file in files)
    return sorted(name.removesuffix(".__init__") for name in names)


def setup(app):
    """Register the directive."""
    app.add_directive("room", Room)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
