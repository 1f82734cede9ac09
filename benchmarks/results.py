"""Results of `python -m benchmarks`: the JSON document, its table for a terminal, and two documents side by side."""

import importlib.metadata
import json
import math
import os
import platform
from datetime import datetime, timezone
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.common.version import __version__

FORMAT, VERSION = "vconv benchmarks", 1
PACKAGES = "numpy scipy pyworld onnxruntime tensorflow tensorflow-cpu keras scikit-learn librosa torch".split()
FELL = 0.8  # a ratio of this part of the old one, or less, is a loss


def document(rows, command, quick, recordings):
    """Return the JSON document of measured rows; it names no host and no path.

    Parameters
    ----------
    rows : list of dict
        As `measurement.measure` returns them.
    command : str
    quick : bool
    recordings : str
        What was measured with, in words.
    """
    limits = {}
    for limit in filter(None, (row.get("limit") for row in rows)):
        known = limits.setdefault(limit["name"], {"unit": limit["unit"], "peak": 0.0})
        known["peak"] = max(known["peak"], limit["peak"])
    return {
        "format": FORMAT,
        "version": VERSION,
        "date": datetime.now(timezone.utc).date().isoformat(),
        "command": command,
        "quick": quick,
        "recordings": recordings,
        "machine": machine(),
        "versions": versions(),
        "limits": limits,
        "rows": rows,
    }


def machine():
    """Return {"processor", "cores", "memory_gb", "system"}; what the system does not tell is null."""
    memory = None
    if "SC_PHYS_PAGES" in getattr(os, "sysconf_names", ()):
        memory = round(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30, 1)
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": memory,
        "system": f"{platform.system()} {platform.machine()}",
    }


def _processor():
    """Return the model of the processor, or None."""
    cpu_info = Path("/proc/cpuinfo")
    if cpu_info.exists():
        for line in cpu_info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or None


def versions():
    """Return {package: version} of Python, vconv and the packages that are installed."""
    found = {"python": platform.python_version(), "vconv": __version__}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def read(path):
    """Return the document of a JSON file.

    Raises
    ------
    VconvError
        The file cannot be read, or is no result of `python -m benchmarks`.
    """
    remedy = "give a file that `python -m benchmarks --json FILE` wrote"
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise VconvError(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    except ValueError as error:  # no UTF-8, or no JSON
        raise VconvError(f"{path}: is not JSON; {remedy}") from error
    if not isinstance(found, dict) or (found.get("format"), found.get("version")) != (FORMAT, VERSION):
        raise VconvError(f"{path}: is not of the format {FORMAT!r}, version {VERSION}; {remedy}")
    try:
        found["quick"], [(row["name"], headline(row)["median"] / 1) for row in found["rows"] if "left_out" not in row]
    except (KeyError, TypeError) as error:
        raise VconvError(f"{path}: lacks a number of a row ({error}); {remedy}") from error
    return found


def rounded(number):
    """Return a number as text with three significant digits, without an exponent."""
    decimals = 2 - math.floor(math.log10(abs(number))) if number else 0
    return f"{round(number, decimals):,.{max(decimals, 0)}f}"


def shown(spread, factor=1.0):
    """Return median and range as text."""
    median, low, high = (rounded(factor * spread[key]) for key in ("median", "low", "high"))
    return f"{median} ({low} to {high})"


def speed(row):
    """Return the speed of a measured row, with its unit."""
    return f"{rounded(row['speed'])} {row['unit']}/s"


def as_lines(row):
    """Return the lines of a measured row for a terminal."""
    if "left_out" in row:
        return [f"{row['name']:25s} left out: {row['left_out']}"]
    lines = [f"{row['name']:25s} {speed(row):27s} {row['title']}"]
    if row["ratio"]:
        lines.append(f"{'':25s} {shown(row['ratio']):27s} x {row['peer']}")
    if row["limit"]:
        lines.append(f"{'':25s} {shown(row['limit']['share'], 100):27s} % of the limit: {row['limit']['name']}")
    return lines


def headline(row):
    """Return the ratio to the peer, or else the share of the limit; None for a row that was left out."""
    if "left_out" in row:
        return None
    return row["ratio"] or row["limit"]["share"]


def compared(new, old):
    """Compare two documents.

    Parameters
    ----------
    new, old : dict
        As `document` returns them.

    Returns
    -------
    lines : list of str
        One for each row of either document.
    fallen : list of str
        Names of the rows whose ratio fell by 20 % or more.
    """
    pair = [{row["name"]: headline(row) for row in found["rows"]} for found in (new, old)]
    lines, fallen = [], []
    for name in dict.fromkeys([*pair[0], *pair[1]]):
        ours, before = (ratios.get(name) for ratios in pair)
        if not (ours and before):
            where = "in the new run only" if ours else "in the old run only" if before else "in neither run"
            lines.append(f"{name:25s} measured {where}")
            continue
        change = ours["median"] / before["median"]
        lines.append(f"{name:25s} {shown(ours):27s} before {shown(before):27s} {100 * (change - 1):+.0f} %")
        if change <= FELL:
            fallen.append(name)
    return lines, fallen
