"""Tables of the report: means with intervals."""

from typing import NamedTuple

from vconv.report.markup import element, join

SYSTEMS = {"converted": "converted", "source": "source", "copy_synthesis": "copy-synthesis", "target": "target"}
NOTHING = "–"


class Quantity(NamedTuple):
    """Label of a number, and how it is written: `value · factor` with a number of decimals, then the unit."""

    label: str
    unit: str = ""
    decimals: int = 2
    factor: float = 1.0

    def __str__(self):
        """Return "label / unit"."""
        return f"{self.label} / {self.unit}" if self.unit else self.label

    def text(self, value):
        """Return a value as text, with a minus sign, without its unit."""
        rounded = round(value * self.factor, self.decimals) + 0.0  # never -0.00
        return f"{rounded:,.{self.decimals}f}".replace("-", "−")


class Measure(NamedTuple):
    """A group of measures: its title, and what a good value is."""

    title: str
    meaning: str


MEASURES = {
    "mcd": Measure(
        "Mel-cepstral distortion",
        "Distance to the target's own recording of the sentence: lower is "
        "nearer. It rewards smoothness, so read it beside the variance.",
    ),
    "f0": Measure("Pitch", "Error against the target's own recording: lower is nearer, correlation higher."),
    "gv_log_ratio": Measure(
        "Global variance",
        "ln(variance converted / variance of the target), 0 is natural; below 0 "
        "the voice is oversmoothed, it sounds muffled.",
    ),
    "modulation_spectrum": Measure(
        "Modulation spectrum", "Distance of how features move in time: lower is nearer to natural."
    ),
    "similarity": Measure(
        "Speaker similarity",
        "Normalized similarity is 0 for the source and 1 for the target; the log-likelihood ratio "
        "is above 0 where the voice is nearer the target's.",
    ),
    "naturalness": Measure("Predicted naturalness", "Opinion scores that networks predict, 1 to 5: higher is better."),
    "wer": Measure("Intelligibility", "Errors of a speech recognizer: lower is more intelligible."),
}
QUANTITIES = {
    "rmse_cents": Quantity("F0 RMSE", "cents", 0),
    "rmse_hz": Quantity("F0 RMSE", "Hz", 1),
    "correlation": Quantity("log-F0 correlation"),
    "voicing_error": Quantity("voicing error", "%", 1, 100.0),
    "median_cents": Quantity("median F0 shift", "cents", 0),
    "mean_over_orders": Quantity("GV log-ratio"),
    "rms_over_orders": Quantity("GV log-ratio, RMS"),
    "distance_db": Quantity("modulation spectrum", "dB"),
    "normalized_similarity": Quantity("normalized similarity"),
    "log_likelihood_ratio": Quantity("log-likelihood ratio", "nats"),
    "cosine_target": Quantity("cosine to target"),
    "cosine_source": Quantity("cosine to source"),
    "closer_to_target": Quantity("closer to target", "%", 0, 100.0),
    "distillmos": Quantity("DistillMOS"),
    "dnsmos": Quantity("DNSMOS"),
    "wer": Quantity("WER", "%", 1, 100.0),
    "cer": Quantity("CER", "%", 1, 100.0),
}


def quantity(measure, name):
    """Return the `Quantity` of the measure `name` of a group; the measures of MCD are the names of protocols."""
    return QUANTITIES.get(name) or (Quantity(f"MCD ({name})", "dB") if measure == "mcd" else Quantity(name))


def measured(scores):
    """Return {group: name of its headline measure} of the groups that were measured, in the order of MEASURES."""
    found = {
        measure: [entry["measure"] for system in SYSTEMS if (entry := (scores.get(measure) or {}).get(system))]
        for measure in MEASURES
    }
    return {measure: names[0] for measure, names in found.items() if names}


def score_table(scores):
    """Return the sortable table of headline measures: a row for each pair and system, and for the mean of all pairs."""
    headlines = measured(scores)
    columns = ["pair", "system", *(quantity(*item) for item in headlines.items()), "files"]
    groups = {"all": scores, **scores["pairs"]}
    rows = [_score_row(pair, system, group, headlines) for pair, group in groups.items() for system in SYSTEMS]
    return scrolled(
        "Scores",
        element(
            "table",
            _caption("Means with 95 % intervals. Sort by any column."),
            element("thead", element("tr", *map(_sorting_header, columns))),
            element("tbody", *rows),
            class_="sortable",
        ),
    )


def detail_table(measure, scores):
    """Return the table of one group over all pairs: a row for each measure, a column for each system."""
    entries = {system: (scores[measure].get(system) or {}).get("details", {}) for system in SYSTEMS}
    names = dict.fromkeys(name for details in entries.values() for name in details)
    head = element(
        "tr", element("th", "number", scope="col"), *(element("th", label, scope="col") for label in SYSTEMS.values())
    )
    rows = [
        element(
            "tr",
            element("th", quantity(measure, name), scope="row"),
            *(
                element("td", *_number(details.get(name), quantity(measure, name), files=True))
                for details in entries.values()
            ),
        )
        for name in names
    ]
    return scrolled(MEASURES[measure].title, element("table", element("thead", head), element("tbody", *rows)))


def matrix(scores, measure, name, pairs):
    """Return the source × target table of a measure of the converted recordings, or None if it was not measured.

    Parameters
    ----------
    scores : dict
    measure, name : str
        Group and measure.
    pairs : dict
        Pair → (source, target).
    """
    values = {
        pairs[pair]: entry["mean"]
        for pair, group in scores["pairs"].items()
        if (entry := _detail(group, measure, name)) and entry["mean"] is not None
    }
    if not values:
        return None
    shown = quantity(measure, name)
    sources, targets = (sorted({pair[side] for pair in values}) for side in (0, 1))
    ends = (_detail(scores, measure, name, system) for system in ("source", "copy_synthesis"))
    floor, ceiling = (entry and entry["mean"] for entry in ends)

    def cell(pair):
        if pair not in values:
            return element("td", NOTHING)
        level = f"--level:{_level(values[pair], floor, ceiling):.3f}"
        return element("td", shown.text(values[pair]), style=level, class_="level")

    head = element(
        "tr",
        element("th", "source ↓ target →", scope="col"),
        *(element("th", target, scope="col") for target in targets),
    )
    rows = [
        element("tr", element("th", source, scope="row"), *(cell((source, target)) for target in targets))
        for source in sources
    ]
    return scrolled(str(shown), element("table", _caption(shown), element("thead", head), element("tbody", *rows)))


def _level(value, floor, ceiling):
    """Return where a value lies between the source (0) and copy-synthesis (1), clipped; 0 if one is unknown."""
    if floor is None or ceiling is None or floor == ceiling:
        return 0.0
    return min(max((value - floor) / (ceiling - floor), 0.0), 1.0)


def definitions(pairs):
    """Return a description list of terms and values."""
    return element("dl", *(join([element("dt", key), element("dd", value)]) for key, value in pairs.items()))


def scrolled(label, table):
    """Return a table in a region that scrolls, also by keyboard, if the table is wider than the window."""
    return element("div", table, class_="scrolled", role="region", aria_label=label, tabindex=0)


def _caption(text):
    return element("caption", text)


def _sorting_header(column):
    return element("th", element("button", column, type="button"), scope="col", aria_sort="none")


def _score_row(pair, system, group, headlines):
    entries = [_detail(group, measure, name, system) for measure, name in headlines.items()]
    files = max((entry["files"] for entry in entries if entry), default=0)
    cells = [
        element(
            "td",
            *_number(entry, quantity(*item), files=entry and entry["files"] < files),
            data_value="" if entry is None or entry["mean"] is None else entry["mean"],
        )
        for entry, item in zip(entries, headlines.items(), strict=True)
    ]
    return element(
        "tr",
        element("th", pair, scope="row", data_value=pair),
        element("td", SYSTEMS[system], data_value=SYSTEMS[system], class_="name"),
        *cells,
        element("td", files, data_value=files),
        class_=system,
    )


def _detail(group, measure, name, system="converted"):
    """Return the entry of a measure, or None."""
    entry = (group.get(measure) or {}).get(system)
    return entry and entry["details"].get(name)


def _number(entry, shown, files):
    """Return the content of a cell: mean, interval, and the number of files if `files`."""
    if entry is None or entry["mean"] is None:
        return [NOTHING]
    notes = []
    if None not in (entry["interval"] or [None]):
        notes.append(f"[{', '.join(map(shown.text, entry['interval']))}]")
    if files:
        notes.append(f"{entry['files']} files")
    return [shown.text(entry["mean"]), " ", element("small", " ".join(notes)) if notes else None]
