"""Directive `commands`: a section for each subcommand of `vconv`, from its argument parser."""

import argparse

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from vconv.commands.cli import parser


class Commands(SphinxDirective):
    """The sections; `[vconv train](#vconv-train)` links to one from any page."""

    def run(self):
        """Return the sections of all subcommands."""
        return [self._section(sub) for sub in subcommands(parser())]

    def _section(self, sub):
        section = nodes.section(ids=[nodes.make_id(sub.prog)])
        section += nodes.title("", "", nodes.literal(text=sub.prog))
        self._note(section["ids"][0], sub.prog)
        section += self._paragraph(f"{sub.description.rstrip('.')}.")
        section += nodes.literal_block(sub.format_usage(), sub.format_usage(), language="text")
        if options := [action for action in sub._actions if not isinstance(action, SKIPPED)]:
            section += nodes.definition_list("", *map(self._option, options))
        section += [self._paragraph(sub.epilog)] if sub.epilog else []
        section += [self._section(below) for below in subcommands(sub)]
        return section

    def _option(self, action):
        term = nodes.term("", "", nodes.literal(text=spelling(action)))
        if action.required:
            term += nodes.inline(text=" (required)")
        return nodes.definition_list_item("", term, nodes.definition("", self._paragraph(help_text(action))))

    def _paragraph(self, text):
        children, messages = self.parse_inline(text)
        return nodes.paragraph("", "", *children, *messages)

    def _note(self, target, title):
        self.env.get_domain("std").note_hyperlink_target(target, self.env.docname, target, title)


SKIPPED = (argparse._HelpAction, argparse._SubParsersAction)


def subcommands(of):
    """Return the parsers of the subcommands of a parser, in their order; argparse has no public way to them."""
    groups = (action for action in of._actions if isinstance(action, argparse._SubParsersAction))
    return [sub for group in groups for sub in group.choices.values()]


def spelling(action):
    """Return how an option or argument is written: `--run DIR`, `MODEL`."""
    value = action.metavar or (f"{{{','.join(action.choices)}}}" if action.choices else action.dest.upper())
    value = value if isinstance(value, str) else " ".join(value)
    return ", ".join([f"{name} {value}" if action.nargs != 0 else name for name in action.option_strings] or [value])


def help_text(action):
    """Return the help of an option or argument as a sentence, its default filled in."""
    text = (action.help or "") % (vars(action) | {"prog": "vconv"})
    return f"{text[:1].upper()}{text[1:].rstrip('.')}." if text else ""


def setup(app):
    """Register the directive."""
    app.add_directive("commands", Commands)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
