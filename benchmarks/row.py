"""A row of `python -m benchmarks`: what is timed, beside which peer and which limit of the machine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class LeftOut(Exception):
    """A row cannot be measured here; the message says why."""


class Probe(NamedTuple):
    """Work at full speed of one part of the machine, whose speed is a limit.

    Attributes
    ----------
    name : str
    unit : str
        GFLOP or GB.
    amount : float
        Units of one call.
    run : callable
    """

    name: str
    unit: str
    amount: float
    run: Callable


class Limit(NamedTuple):
    """A limit of a row: its probe, and how many of the probe's units one call of the row needs."""

    probe: Probe
    amount: float


class Work(NamedTuple):
    """What is timed.

    Attributes
    ----------
    amount : float
        Units of work in one call.
    run : callable
        The work by vconv.
    peer : callable, float or None
        The same work by the peer; or the seconds of a peer that need not be run.
    limit : Limit or None
    """

    amount: float
    run: Callable
    peer: Callable | float | None = None
    limit: Limit | None = None


@dataclass(frozen=True)
class Row:
    """A row of the table.

    Attributes
    ----------
    name : str
        On the command line.
    title : str
        What is timed.
    unit : str
        Unit of the work, in the plural.
    prepare : callable
        `Inputs` → `Work`. It raises `LeftOut` where the row cannot be measured.
    peer : str
        What it is compared with; empty for a row with a limit only.
    """

    name: str
    title: str
    unit: str
    prepare: Callable
    peer: str = ""
