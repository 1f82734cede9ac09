"""Scores as a table for the terminal."""

from textwrap import wrap

from vconv.evaluation.measures import GROUPS, MEASURES
from vconv.evaluation.output import entry_of, headline
from vconv.evaluation.score_table import SYSTEMS

HEADING_WIDTH = 12  # characters; longer headings are wrapped
COLUMNS = (  # after the headline of mel-cepstral distortion
    "rmse_cents",
    "correlation",
    "voicing_error",
    "mean_over_orders",
    "rms_over_orders",
    "distance_db",
    "log_likelihood_ratio",
    "normalized_similarity",
    "cosine_target",
    "distillmos",
    "wer",
)


def as_text(content):
    """Return the table of a summary: for each pair and system the means ± half of the 95 % interval."""
    blocks = dict(content["pairs"])
    if len(blocks) > 1:
        blocks["all"] = {group: content[group] for group in GROUPS}
    distortions = dict.fromkeys(headline(block, "mcd", system) for block in blocks.values() for system in SYSTEMS)
    measures = [
        MEASURES[key]
        for key in (*filter(None, distortions), *COLUMNS)
        if any(entry_of(block, key, system) for block in blocks.values() for system in SYSTEMS)
    ]
    table = [_row(name, system, block, measures) for name, block in blocks.items() for system in SYSTEMS]
    groups = dict.fromkeys(measure.group for measure in measures)
    return "\n".join(
        [
            *(f"{GROUPS[group].title}: {content[group]['protocol']}" for group in groups),
            f"mean ± half of the 95 % interval ({content['settings']['bootstrap']} resamples over files)",
            *aligned(["pair", "system", *(measure.heading for measure in measures), "files"], table, 2),
        ]
    )


def aligned(headings, rows, left):
    """Return a table as lines.

    Parameters
    ----------
    headings : list of str
        Of the columns; long ones are wrapped into several lines.
    rows : list of list of str
    left : int
        Number of columns that are flush left; the others are flush right.
    """
    wrapped = [_wrapped(heading) for heading in headings]
    height = max(map(len, wrapped))
    head = zip(*([""] * (height - len(lines)) + lines for lines in wrapped), strict=True)
    table = [*map(list, head), *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]


def _wrapped(heading):
    """Return the lines of a heading; the slash stays with the unit."""
    lines = wrap(heading.replace("/ ", "/\u00a0"), HEADING_WIDTH, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines]


def _row(name, system, block, measures):
    """Return the cells of one system of a pair."""
    entries = [entry_of(block, measure.key, system) for measure in measures]
    files = [entry["files"] for entry in entries if entry]
    spread = f"{min(files)}-{max(files)}" if len(set(files)) > 1 else str(max(files, default=0))
    cells = [
        measure.with_spread(entry["mean"], entry["interval"]) if entry else "-"
        for measure, entry in zip(measures, entries, strict=True)
    ]
    return [name, SYSTEMS[system], *cells, spread]
