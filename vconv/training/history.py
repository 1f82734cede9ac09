"""Reading and writing of history.csv and health.csv: one row for each epoch."""

import csv
import math

from vconv.common import files


def read(path, epochs):
    """Return the rows of a history file up to epoch `epochs`, each {"epoch": int, name: float}; [] without a file."""
    if not path.is_file():
        return []
    with open(path, encoding="utf-8", newline="") as file:
        rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
    return [row | {"epoch": int(row["epoch"])} for row in rows if row["epoch"] <= epochs]


def write(path, rows):
    """Write a history file, whole or not at all.

    Parameters
    ----------
    path : Path
    rows : list of dict
        The keys of the last row are the columns, "epoch" among them; missing values of other rows become NaN.
    """
    keys = list(rows[-1])
    lines = [",".join(keys), *(",".join(f"{row.get(key, math.nan):.9g}" for key in keys) for row in rows)]
    files.write_text(path, "\n".join(lines) + "\n")
