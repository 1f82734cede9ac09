"""The measures of generated patches as a table for the terminal and as JSON."""

from vconv.evaluation.output import aligned, plain, versions

FORMAT, VERSION = "vconv sample scores", 2
PACKAGES = ("numpy", "scipy", "scikit-learn", "tensorflow", "keras")
ROWS = {  # measure → (title, factor, decimals, what is good)
    "frechet_distance": ("Fréchet distance", 1, 2, "low, as held-out"),
    "inception_score": ("inception score", 1, 2, "high, as held-out"),
    "precision": ("precision %", 100, 1, "high: looks real"),
    "recall": ("recall %", 100, 1, "high: as varied as data"),
    "density": ("density", 1, 2, "about 1, as held-out"),
    "coverage": ("coverage %", 100, 1, "high: as varied as data"),
    "spread": ("spread, of training's", 1, 2, "about 1; 0 is collapse"),
    "jensen_shannon": ("Jensen-Shannon, bits", 1, 3, "0 to 1, low"),
    "bhattacharyya": ("Bhattacharyya, nats", 1, 3, "0 to infinity, low"),
    "memorization_ratio": ("distance to training", 1, 2, "about 1; 0 is copies"),
    "near_copies": ("near copies %", 100, 1, "as held-out"),
}


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
    table = [["", *(name.replace("_", "-") for name in sets), "good"]]
    for name, (title, factor, decimals, good) in ROWS.items():
        if name in content["measures"]:
            entries = content["measures"][name]
            table.append([title, *(_cell(entries[one], factor, decimals) for one in sets), good])
    return "\n".join(
        [
            about,
            f"{compared['samples']} samples of each set against {compared['with']} other training samples; "
            f"{compared['neighbors']} neighbors; ± half of the 95 % interval ({compared['resamples']} resamples)",
            *aligned(table, 1),
            f"near copies of training samples: {content['near_copies']['count']} of "
            f"{content['samples']['generated']} generated",
        ]
    )


def _cell(entry, factor, decimals):
    """Return "value ± half interval"."""
    if entry["value"] is None:
        return "-"
    low, high = entry["interval"] or (None, None)
    half = "" if None in (low, high) else f" ±{factor * (high - low) / 2:.{decimals}f}"
    return f"{factor * entry['value']:.{decimals}f}{half}"


def _rounded(value):
    """Return nested dicts and lists with floats rounded for JSON."""
    if isinstance(value, dict):
        return {key: _rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return plain(value) if isinstance(value, float) else value
