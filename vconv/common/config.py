"""YAML files and `key=value` changes become complete, checked settings; an unknown key is an error."""

import reprlib
from pathlib import Path
from typing import NamedTuple

import yaml

from vconv.common.errors import VconvError
from vconv.common.limits import Words, limits_of

KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a section",
}
SHORT = reprlib.Repr()  # a value in a message, however long or deep it is
SHORT.maxstring = SHORT.maxother = SHORT.maxlong = 80
SHORT.maxlist, SHORT.maxlevel, LONGEST = 16, 3, 160
# PyYAML raises these for text that is no YAML and for values that are ill-formed, such as the date 2001-99-99.
NOT_YAML = (yaml.YAMLError, ValueError, TypeError, LookupError, AttributeError, ArithmeticError)


class Template(NamedTuple):
    """The settings that exist.

    defaults : dict
        Every setting with a value of its type; a section is a dict.
    limits : dict
        Nested as `defaults`: what a setting may be, an `Interval` or `Words` of `vconv.common.limits`.
    """

    defaults: dict
    limits: dict

    def extended(self, other):
        """Return this template with the settings of another added, and those that both have as the other has them."""
        return Template(overlay(self.defaults, other.defaults), overlay(self.limits, other.limits))

    def complete(self, changes, where):
        """Return the complete settings: the defaults with `changes` applied; errors as of `merge`."""
        return merge(self.defaults, changes, where, self.limits)


def read_template(path):
    """Return the `Template` that a YAML file of this package describes by its values and comments."""
    text = path.read_text(encoding="utf-8")
    loader = yaml.SafeLoader(text)
    node = loader.get_single_node()
    return Template(loader.construct_document(node), limits_of(node, text.split("\n")))


def read_yaml(path):
    """Return the mapping in the YAML file `path`, in UTF-8 or UTF-16 (an empty file is an empty mapping).

    Raises
    ------
    VconvError
        The file is missing, is not YAML, or holds something else than `key: value` lines.
    """
    try:
        content = yaml.safe_load(Path(path).read_bytes())
    except OSError as error:
        raise VconvError(f"{path}: cannot be read ({error.strerror}); name an existing YAML file") from error
    except RecursionError as error:
        raise VconvError(f"{path}: is not valid YAML (nested too deeply)") from error
    except NOT_YAML as error:
        raise VconvError(f"{path}: is not valid YAML ({' '.join(str(error).split())})") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise VconvError(f"{path}: holds {KINDS.get(type(content), 'something else')}; it must hold `key: value` lines")
    return content


def parse_assignments(assignments):
    """Turn `["training.seed=3", …]` into `{"training": {"seed": 3}, …}`; values are read as YAML.

    Raises
    ------
    VconvError
        One is not written as key=value, has a value that is no YAML, or names a setting as a section.
    """
    changes = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not (key and equals):
            raise VconvError(f"--set {assignment[:80]}: write it as key=value, for example training.seed=3")
        *sections, last = key.split(".")
        place = changes
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                raise VconvError(f"--set {assignment[:80]}: {section} was already set to a value and is no section")
        try:
            place[last] = yaml.safe_load(text)
        except (RecursionError, *NOT_YAML) as error:
            raise VconvError(f"--set {assignment[:80]}: the value is not valid YAML") from error
    return changes


def overlay(base, changes):
    """Return `base` with `changes` laid over it, section by section, unchecked."""
    both = {key for key in base.keys() & changes.keys() if isinstance(base[key], dict)}
    nested = {key: overlay(base[key], changes[key]) for key in both if isinstance(changes[key], dict)}
    return base | changes | nested


def merge(defaults, changes, where, limits=None):
    """Return `defaults` with `changes` applied, section by section, and checked.

    Parameters
    ----------
    defaults : dict
        Every key that exists, with a value of its type; sections are dicts.
    changes : dict
        The keys to change. A value must have its default's type; a whole number will do for a number, and so will
        a text such as `1e-4`, which YAML 1.1 does not read as one.
    where : str
        Names the origin of the changes in error messages.
    limits : dict, optional
        As in `Template`.

    Raises
    ------
    VconvError
        An unknown key (the message lists those that exist), a value of another type or beyond its limits (the message
        says what is allowed).
    """
    return overlay(defaults, _checked(defaults, changes, where, limits or {}, ()))


def one_of(value, allowed, where):
    """Return `value` if it is among `allowed`, else raise a VconvError that lists them."""
    if value not in allowed:
        raise VconvError(f"{where}: {_shown(value)} is not allowed; choose one of: {', '.join(map(str, allowed))}")
    return value


def _checked(defaults, changes, where, limits, path):
    """Return the `changes` of the section `path` (a tuple of names), each in the type of its default."""
    here = f"{where}: {'.'.join(path)}" if path else where
    if not isinstance(changes, dict):
        raise VconvError(f"{here}: needs a section with the keys {', '.join(defaults)}, found {_shown(changes)}")
    unknown = [str(key)[:80] for key in changes if key not in defaults]
    if unknown:
        raise VconvError(f"{here}: there is no key {', '.join(unknown[:5])}; the keys are: {', '.join(defaults)}")
    checked = {}
    for key, value in changes.items():
        if isinstance(defaults[key], dict):
            checked[key] = _checked(defaults[key], value, where, limits.get(key, {}), (*path, key))
        else:
            checked[key] = _allowed(value, defaults[key], f"{where}: {'.'.join([*path, key])}", limits.get(key))
    return checked


def _allowed(value, default, where, limits):
    """Return `value` in the type of `default`, or raise a VconvError if it has another or lies beyond its `limits`."""
    if isinstance(limits, Words) and isinstance(default, str):
        return one_of(value, limits.words, where)
    typed = _typed(value, default, where, limits)
    entries, subject = (typed, "each entry") if isinstance(typed, list) else ([typed], "it")
    if limits is None:
        return typed
    if not entries:
        raise VconvError(f"{where} is empty; it must hold one entry or more, each {limits}")
    for entry in entries:
        if isinstance(limits, Words):
            one_of(entry, limits.words, where)
        elif entry not in limits:
            raise VconvError(f"{where} is {_shown(value)}; {subject} must be {limits}")
    return typed


def _typed(value, default, where, limits):
    """Return `value` in the type of `default` or raise a VconvError."""
    kind = type(default)
    if kind is float and isinstance(value, (int, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    if type(value) is not kind:
        allowed = f" {limits}," if limits is not None and kind is not list else ""
        quotes = "; put quotes around it" if kind is str and not isinstance(value, (list, dict, type(None))) else ""
        raise VconvError(f"{where}: needs {KINDS[kind]}{allowed} such as {default!r}, found {_shown(value)}{quotes}")
    if kind is list and default:
        return [_typed(entry, default[0], where, limits) for entry in value]
    return value


def _shown(value):
    """Return `value` as short text for a message."""
    try:
        text = SHORT.repr(value)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return "a number of very many digits"
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
