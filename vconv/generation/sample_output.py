"""The measures of generated patches as a table for the terminal and as JSON."""

from dataclasses import dataclass

from vconv.evaluation.output import plain, versions
from vconv.evaluation.quantity import GOALS, HIGHER, LOWER, TO_ONE, Quantity
from vconv.evaluation.text import aligned

FORMAT, VERSION = "vconv sample scores", 2
PACKAGES = ("numpy", "scipy", "scikit-learn", "tensorflow", "tensorflow-cpu", "keras")


@dataclass(frozen=True)
class SampleMeasure(Quantity):
    """A measure of generated patches; `note` explains the good values."""

    note: str = ""

    @property
    def good(self):
        """Which values are good, in words."""
        return f"{GOALS[self.goal]}: {self.note}"


MEASURES = (
    SampleMeasure("frechet_distance", "Fréchet distance", note="as held-out"),
    SampleMeasure("inception_score", "inception score", goal=HIGHER, note="as held-out"),
    SampleMeasure("precision", "precision", "%", HIGHER, 1, 100.0, "looks real"),
    SampleMeasure("recall", "recall", "%", HIGHER, 1, 100.0, "as diverse as data"),
    SampleMeasure("density", "density", goal=TO_ONE, note="as held-out"),
    SampleMeasure("coverage", "coverage", "%", HIGHER, 1, 100.0, "as diverse as data"),
    SampleMeasure("spread", "relative spread", goal=TO_ONE, note="0 is collapse"),
    SampleMeasure("jensen_shannon", "Jensen-Shannon", "bits", decimals=3, note="0 to 1"),
    SampleMeasure("bhattacharyya", "Bhattacharyya", "nats", decimals=3, note="0 to infinity"),
    SampleMeasure("memorization_ratio", "memorization ratio", goal=TO_ONE, note="0 is copies"),
    SampleMeasure("near_copies", "near copies", "%", LOWER, 1, 100.0, "as held-out"),
)


def summary(found, features, command=""):
    """Return the content of the JSON file.

    Parameters
    ----------
    found : dict
        Of `sample_scores.evaluate_samples`.
    features : dict
        Origin of the features: {"kind", "number", …}.
    command : str
        The command line that was run.
    """
    return {
        "format": FORMAT,
        "version": VERSION,
        "features": _rounded(features),
        **_rounded(found),
        "versions": versions(PACKAGES),
        "command": command,
    }


def as_text(content):
    """Return the table for a terminal: a row for each measure, a column for each set, ± half of the 95 % interval."""
    compared, features = content["compared"], content["features"]
    about = f"features: {features['number']} of {features['kind']}"
    if "accuracy" in features:
        about += (
            f" of {len(features['classes'])} classes, {100 * features['accuracy']:.1f} % of held-out patches correct"
        )
    sets = list(content["measures"]["frechet_distance"])
    headings = ["", *(name.replace("_", "-") for name in sets), "good"]
    table = []
    for measure in MEASURES:
        if measure.key in content["measures"]:
            entries = content["measures"][measure.key]
            cells = [measure.with_spread(entries[one]["value"], entries[one]["interval"]) for one in sets]
            table.append([str(measure), *cells, measure.good])
    return "\n".join(
        [
            about,
            f"{compared['samples']} samples of each set against {compared['with']} other training samples; "
            f"{compared['neighbors']} neighbors; ± half of the 95 % interval ({compared['resamples']} resamples)",
            *aligned(headings, table, 1),
            f"near copies of training samples: {content['near_copies']['count']} of "
            f"{content['samples']['generated']} generated",
        ]
    )


def _rounded(value):
    """Return nested dicts and lists with floats rounded for JSON."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return plain(value) if isinstance(value, float) else value
