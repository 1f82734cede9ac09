"""Cards of the report's overview: the headline measures of the converted recordings, and all systems on a scale."""

from vconv.evaluation.measures import GROUPS
from vconv.evaluation.output import entry_of
from vconv.evaluation.score_table import SYSTEMS
from vconv.report.markup import element
from vconv.report.tables import NOTHING


def card(scores, measure):
    """Return the card of a measure."""
    entries = {
        system: entry
        for system in SYSTEMS
        if (entry := entry_of(scores, measure.key, system)) and entry["mean"] is not None
    }
    return element(
        "div",
        element("h3", GROUPS[measure.group].title),
        *_converted(measure, entries.get("converted")),
        *_scale(measure, entries),
        class_="card",
    )


def _converted(measure, entry):
    """Return the mean and the interval of the converted recordings; `entry` may be None."""
    number = [measure.text(entry["mean"]), " ", element("small", measure.unit)] if entry else NOTHING
    interval = entry["interval"] if entry else [None]
    spread = NOTHING if None in interval else f"95 %: {' to '.join(map(measure.text, interval))}"
    return [
        element("p", *number, class_="number"),
        element("p", measure.label, ", ", spread, class_="interval"),
    ]


def _scale(measure, entries):
    """Return the systems as dots on a line from the lowest to the highest mean, and as a list."""
    if not entries:
        return []
    low, high = (bound(entry["mean"] for entry in entries.values()) for bound in (min, max))
    places = {system: 100 * (entry["mean"] - low) / ((high - low) or 1) for system, entry in entries.items()}
    dots = [element("span", class_=f"dot {system}", style=f"--at:{place:.1f}%") for system, place in places.items()]
    values = [
        element(
            "li",
            element("span", class_=f"dot {system}"),
            SYSTEMS[system],
            " ",
            element("b", measure.text(entry["mean"])),
        )
        for system, entry in entries.items()
    ]
    return [element("div", *dots, class_="scale", aria_hidden="true"), element("ul", *values)]
