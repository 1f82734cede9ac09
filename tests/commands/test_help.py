"""Every option of every command says in its help what it is and what it is by default."""

import argparse

import pytest

from vconv.commands.cli import parser
from vconv.commands.listening_test import system
from vconv.commands.options import Number, Whole
from vconv.common.names import composed


def parsers(top, name="vconv"):
    """Yield (name, parser) of a parser and of all its subcommands."""
    yield name, top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from parsers(below, f"{name} {word}")


PARSERS = dict(parsers(parser()))
OPTIONS = {
    f"{name} {action.option_strings[-1] if action.option_strings else action.dest}": action
    for name, one in PARSERS.items()
    for action in one._actions
    if not isinstance(action, argparse._SubParsersAction)
}
TEXTS = None, system, composed
# Options that choose among the ways to call a command have no default.
WAYS = {
    *(f"vconv convert {option}" for option in ("--target", "--pairs")),
    *(f"vconv live {option}" for option in ("--run", "--target")),
    *(f"vconv evaluate {option}" for option in ("--run", "--source-dir", "--target-dir", "--compare")),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_has_a_help_with_its_default(name):
    action = OPTIONS[name]
    assert action.help and len(action.help.split()) >= 2
    assert not action.help.startswith("default") and not action.help.endswith(".")
    has_value = action.option_strings and not action.required and action.nargs != 0
    if (has_value or action.nargs == "?") and name not in WAYS:
        assert "(default: " in action.help
    if action.default not in (None, argparse.SUPPRESS, False, []):
        assert f"(default: {action.default})" in action.help or f"(default: {action.default}, " in action.help


@pytest.mark.parametrize("name", [name for name, action in OPTIONS.items() if action.type not in TEXTS])
def test_every_number_has_limits_that_its_help_states(name):
    action = OPTIONS[name]
    assert isinstance(action.type, (Whole, Number)) and str(action.type) in action.help
    for number in action.type:
        assert action.type(str(number)) == number
    whole = isinstance(action.type, Whole)
    for text in str(action.type.low - 1), str(action.type.high + 1), "9" * 5000, "1.5" if whole else "nan", "", "²":
        with pytest.raises(argparse.ArgumentTypeError, match=f"is not a {'whole ' * whole}number {action.type}"):
            action.type(text)


@pytest.mark.parametrize("name", PARSERS)
def test_every_command_has_a_description_and_its_help_can_be_printed(name):
    assert PARSERS[name].description
    assert "usage:" in PARSERS[name].format_help()
