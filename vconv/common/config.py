"""YAML files and `key=value` changes become complete, type-checked settings; an unknown key is an error."""

from pathlib import Path

import yaml

from vconv.common.errors import VconvError

KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a section",
}


def read_yaml(path):
    """Return the mapping in the YAML file `path` (an empty file is an empty mapping).

    Raises
    ------
    VconvError
        The file is missing, is not YAML, or holds something else than `key: value` lines.
    """
    try:
        content = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise VconvError(f"{path}: cannot be read ({error.strerror}); name an existing YAML file") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise VconvError(f"{path}: is not valid YAML ({' '.join(str(error).split())})") from error
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise VconvError(f"{path}: holds {KINDS.get(type(content), 'something else')}; it must hold `key: value` lines")
    return content


def parse_assignments(assignments):
    """Turn `["training.seed=3", …]` into `{"training": {"seed": 3}, …}`; values are read as YAML."""
    changes = {}
    for assignment in assignments:
        key, equals, text = assignment.partition("=")
        if not (key and equals):
            raise VconvError(f"--set {assignment}: write it as key=value, for example training.seed=3")
        *sections, last = key.split(".")
        place = changes
        for section in sections:
            place = place.setdefault(section, {})
            if not isinstance(place, dict):
                raise VconvError(f"--set {assignment}: {section} was already set to a value and is no section")
        try:
            place[last] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise VconvError(f"--set {assignment}: the value is not valid YAML") from error
    return changes


def merge(defaults, changes, where):
    """Return `defaults` with `changes` applied, section by section.

    Parameters
    ----------
    defaults : dict
        Every key that exists, with a value of its type; sections are dicts.
    changes : dict
        The keys to change. A value must have its default's type; a whole number will do for a number, and so will
        a text such as `1e-4`, which YAML 1.1 does not read as one.
    where : str
        Names the origin of the changes in error messages.

    Raises
    ------
    VconvError
        An unknown key (the message lists those that exist) or a value of another type.
    """
    if not isinstance(changes, dict):
        raise VconvError(f"{where}: needs a section with the keys {', '.join(defaults)}, found {changes!r}")
    unknown = [str(key) for key in changes if key not in defaults]
    if unknown:
        raise VconvError(f"{where}: there is no key {', '.join(unknown)}; the keys are: {', '.join(defaults)}")
    merged = dict(defaults)
    for key, value in changes.items():
        if isinstance(defaults[key], dict):
            merged[key] = merge(defaults[key], value, f"{where}: {key}")
        else:
            merged[key] = _typed(value, defaults[key], f"{where}: {key}")
    return merged


def one_of(value, allowed, where):
    """Return `value` if it is among `allowed`, else raise a VconvError that lists them."""
    if value not in allowed:
        raise VconvError(f"{where}: {value!r} is not allowed; choose one of: {', '.join(map(str, allowed))}")
    return value


def check_sizes(section, where):
    """Raise a VconvError unless `section` can be the sizes of a network.

    Every whole number in it, in lists too, must be 1 or more, no list empty, and a list `x_channels` as long as
    `x_kernels`.
    """
    for key, value in section.items():
        sizes = value if isinstance(value, list) else [value]
        if not sizes or any(type(size) is int and size < 1 for size in sizes):
            raise VconvError(f"{where}: {key}: is {value!r}; it needs whole numbers of 1 or more")
        kernels = section.get(key.replace("_channels", "_kernels"), value)
        if isinstance(value, list) and len(kernels) != len(value):
            raise VconvError(
                f"{where}: {key}: has {len(value)} entries and {key.replace('_channels', '_kernels')} has "
                f"{len(kernels)}; give one of each a layer"
            )


def _typed(value, default, where):
    """Return `value` in the type of `default` or raise a VconvError."""
    kind = type(default)
    if kind is float and isinstance(value, (int, str)) and not isinstance(value, bool):
        try:
            return float(value)
        except ValueError:
            pass
    if type(value) is not kind:
        raise VconvError(f"{where}: needs {KINDS[kind]} such as {default!r}, found {value!r}")
    if kind is list and default:
        return [_typed(item, default[0], where) for item in value]
    return value
