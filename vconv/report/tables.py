"""Tables of the report: means with intervals."""

from vconv.evaluation.measures import GROUPS, MEASURES
from vconv.evaluation.output import entry_of, headline
from vconv.evaluation.quantity import GOALS
from vconv.evaluation.score_table import SYSTEMS
from vconv.report.markup import element, join, scrolled

NOTHING = "–"
BESIDE = {"normalized_similarity": "cosine_target"}  # headline → the measure that is shown with it


def measured(scores):
    """Return {group: its headline measure} of the groups that were measured, in the order of GROUPS."""
    found = {group: [key for system in SYSTEMS if (key := headline(scores, group, system))] for group in GROUPS}
    return {group: MEASURES[keys[0]] for group, keys in found.items() if keys}


def shown(scores):
    """Return the measures of the tables of scores: the headlines, each followed by the measure beside it."""
    keys = [key for measure in measured(scores).values() for key in (measure.key, BESIDE.get(measure.key))]
    return [MEASURES[key] for key in keys if key]


def score_table(scores):
    """Return the sortable table of headline measures: a row for each pair and system, and for the mean of all pairs."""
    measures = shown(scores)
    columns = ["pair", "system", *(measure.heading for measure in measures), "files"]
    blocks = {"all": scores, **scores["pairs"]}
    rows = [_score_row(pair, system, block, measures) for pair, block in blocks.items() for system in SYSTEMS]
    return scrolled(
        "Scores",
        element(
            "table",
            caption("Means with 95 % intervals. Sort by any column."),
            element("thead", element("tr", *map(_sorting_header, columns))),
            element("tbody", *rows),
            class_="sortable",
        ),
    )


def detail_table(group, scores):
    """Return the table of one group over all pairs: a row for each measure, a column for each system."""
    measures = [
        measure
        for measure in MEASURES.values()
        if measure.group == group and any(entry_of(scores, measure.key, system) for system in SYSTEMS)
    ]
    heads = ["measure", "better", *SYSTEMS.values()]
    rows = [
        element(
            "tr",
            element("th", measure, scope="row"),
            element("td", GOALS[measure.goal]),
            *(
                element("td", *_number(entry_of(scores, measure.key, system), measure, files=True))
                for system in SYSTEMS
            ),
        )
        for measure in measures
    ]
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    return scrolled(GROUPS[group].title, element("table", element("thead", head), element("tbody", *rows)))


def matrix(scores, measure, pairs):
    """Return the source × target table of a measure of the converted recordings, or None if it was not measured.

    Parameters
    ----------
    scores : dict
        The content of scores.json.
    measure : Measure
    pairs : dict
        Pair → (source, target).
    """
    values = {
        pairs[pair]: entry["mean"]
        for pair, block in scores["pairs"].items()
        if (entry := entry_of(block, measure.key, "converted")) and entry["mean"] is not None
    }
    if not values:
        return None
    sources, targets = (sorted({pair[side] for pair in values}) for side in (0, 1))
    ends = (entry_of(scores, measure.key, system) for system in ("source", "copy_synthesis"))
    floor, ceiling = (entry and entry["mean"] for entry in ends)

    def cell(pair):
        if pair not in values:
            return element("td", NOTHING)
        level = f"--level:{_level(values[pair], floor, ceiling):.3f}"
        return element("td", measure.text(values[pair]), style=level, class_="level")

    heads = ["source ↓ target →", *targets]
    rows = [
        element("tr", element("th", source, scope="row"), *(cell((source, target)) for target in targets))
        for source in sources
    ]
    head = element("tr", *(element("th", text, scope="col") for text in heads))
    return scrolled(str(measure), element("table", caption(measure), element("thead", head), element("tbody", *rows)))


def definitions(pairs):
    """Return a description list of terms and values."""
    return element("dl", *(join([element("dt", key), element("dd", value)]) for key, value in pairs.items()))


def caption(text):
    """Return the caption of a table."""
    return element("caption", text)


def _level(value, floor, ceiling):
    """Return where a value lies between the source (0) and copy-synthesis (1), clipped; 0 if one is unknown."""
    if floor is None or ceiling is None or floor == ceiling:
        return 0.0
    return min(max((value - floor) / (ceiling - floor), 0.0), 1.0)


def _sorting_header(column):
    return element("th", element("button", column, type="button"), scope="col", aria_sort="none")


def _score_row(pair, system, block, measures):
    """Return the row of one system of a pair, with the sort key of each cell."""
    entries = [entry_of(block, measure.key, system) for measure in measures]
    files = max((entry["files"] for entry in entries if entry), default=0)
    cells = [
        element(
            "td",
            *_number(entry, measure, files=entry and entry["files"] < files),
            data_value="" if entry is None or entry["mean"] is None else entry["mean"],
        )
        for entry, measure in zip(entries, measures, strict=True)
    ]
    return element(
        "tr",
        element("th", pair, scope="row", data_value=pair),
        element("td", SYSTEMS[system], data_value=SYSTEMS[system], class_="name"),
        *cells,
        element("td", files, data_value=files),
        class_=system,
    )


def _number(entry, measure, files):
    """Return the content of a cell: mean, interval, and the number of files if `files`."""
    if entry is None or entry["mean"] is None:
        return [NOTHING]
    notes = []
    if None not in (entry["interval"] or [None]):
        notes.append(f"[{', '.join(map(measure.text, entry['interval']))}]")
    if files:
        notes.append(f"{entry['files']} files")
    return [measure.text(entry["mean"]), " ", element("small", " ".join(notes)) if notes else None]
