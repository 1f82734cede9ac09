"""What a setting may be: the comment behind its default begins with it, so that users read what is checked.

seed: 0              # [0, 4294967295] draws the batches        both ends are allowed
warp: 0.15           # [0, 1) largest all-pass coefficient      1 is not allowed
channels: [16, 32]   # [1, 65536] of each layer                 holds for each entry; there must be one or more
f0_method: dio       # {dio, harvest} dio is faster             one of these words
"""

import re
from typing import NamedTuple

import yaml

NUMBER = r"[-+]?[\d.]+(?:e[-+]?\d+)?"
LIMITS = re.compile(
    rf"(?:(?P<open>[\[(])(?P<low>{NUMBER}), (?P<high>{NUMBER})(?P<close>[\])])|\{{(?P<words>[^}}]*)\}})(?!\S)"
)


class Interval(NamedTuple):
    """The numbers between two bounds; an open end excludes its bound. NaN and infinities are in none."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False

    def __contains__(self, value):
        above = value > self.low if self.low_open else value >= self.low
        return above and (value < self.high if self.high_open else value <= self.high)

    def __str__(self):
        if self.low_open:
            return f"above {self.low} and {'below' if self.high_open else 'at most'} {self.high}"
        return f"from {self.low} to {'below ' if self.high_open else ''}{self.high}"


class Words(NamedTuple):
    """The texts that are allowed."""

    words: tuple

    def __str__(self):
        return f"one of: {', '.join(self.words)}"


def limits_of(section, lines):
    """Return the limits that stand beside the defaults of a YAML mapping, as setting → `Interval` or `Words`.

    Parameters
    ----------
    section : yaml.MappingNode
    lines : list of str
        Of the whole file.

    Returns
    -------
    limits : dict
        Nested as the sections are; a setting without limits is missing.
    """
    found = {}
    for key, value in section.value:
        if isinstance(value, yaml.MappingNode):
            found[key.value] = limits_of(value, lines)
        elif limits := LIMITS.match(_comment(value.end_mark, lines)):
            found[key.value] = _limits(limits)
    return found


def _comment(end, lines):
    """Return the comment behind the value that ends at the mark `end`, with the lines of comment that go on below."""
    parts = [lines[end.line][end.column :]]
    for line in lines[end.line + 1 :]:
        if not line.lstrip().startswith("#"):
            break
        parts.append(line)
    return " ".join(part.strip().lstrip("#").strip() for part in parts)


def _limits(found):
    """Return the `Interval` or `Words` of a match of `LIMITS`."""
    if found["words"] is not None:
        return Words(tuple(re.split(r",\s*", found["words"])))
    return Interval(_number(found["low"]), _number(found["high"]), found["open"] == "(", found["close"] == ")")


def _number(text):
    return int(text) if text.lstrip("+-").isdecimal() else float(text)
