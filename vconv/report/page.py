"""Write the report of an evaluation: one HTML file that contains its recordings and pictures."""

from itertools import permutations

import yaml

from vconv.common import files
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.evaluation import output
from vconv.evaluation.measures import GROUPS, MEASURES
from vconv.report import tables
from vconv.report.cards import card
from vconv.report.markup import element, from_template, join, scrolled
from vconv.report.pictures import curves
from vconv.report.sentences import sections

MATRICES = ("normalized_similarity", "log_likelihood_ratio")  # followed by the headline of "mcd"
SENTENCES, MOST = 5, 20  # of a pair, and on the page; 20 sentences make about 12 MB
NEEDED = {"pairs": dict, "files": list, "failures": list, "settings": dict, "versions": dict, "command": str}


def write(scores_path, page_path, run=None, pairs="all", sentences=None):
    """Write the report. The same files give the same page.

    Parameters
    ----------
    scores_path : str or Path
        A file that `vconv evaluate --json` wrote.
    page_path : str or Path
        The page to write.
    run : RunFolder, optional
        The trained model, for its training curves and settings.
    pairs : str
        Pairs with players and pictures, "A-B,C-D"; "all" is the first 20. The tables always contain all pairs.
    sentences : int, optional
        Number of sentences of each pair. Default: 5, or fewer, so that the page has at most 20.

    Returns
    -------
    failures : list of str
        A sentence for each recording that is missing on the page. The page lists them, too.

    Raises
    ------
    VconvError
        The scores, a pair or the run do not exist, or the page cannot be written.
    """
    scores = read_scores(scores_path)
    known = {pair: split(pair, scores["settings"]["f0_range_hz"]) for pair in scores["pairs"]}
    chosen, model = _chosen(pairs, known), run.settings() if run else None
    number = sentences or max(1, min(SENTENCES, MOST // len(chosen)))
    players, failures = sections(scores, chosen, number)
    parts = {
        "subtitle": _subtitle(scores, model),
        "warnings_banner": _banner(scores, failures),
        "overview": join(card(scores, measure) for measure in tables.measured(scores).values()),
        "shown": f"{len(chosen)} of {len(known)}",
        "sentences": players,
        "rate": f"{scores['settings']['sample_rate']:,}",
        "scores": tables.score_table(scores),
        "measures": join(_group(key, scores) for key in tables.measured(scores)),
        "unmeasured": _unmeasured(scores),
        "matrices": _matrices(scores, known),
        "training_link": element("li", element("a", "Training", href="#training")) if run else None,
        "training": _training(run.history(), model) if run else None,
        "making": _making(scores, model),
        "warnings": _warnings(scores, failures),
    }
    written = from_template("page", **parts)
    files.write_text(page_path, written.encode(errors="replace").decode())  # a file name may not be valid Unicode
    return failures


def read_scores(path):
    """Return the content of a scores.json, or raise a VconvError if it is not one or is incomplete."""
    scores = output.read(path)
    lacking = [key for key, kind in NEEDED.items() if not isinstance(scores.get(key), kind)]
    if lacking:
        raise VconvError(f"{path}: lacks {', '.join(lacking)}; let `vconv evaluate --json {path}` write it again")
    return scores


def split(pair, speakers):
    """Return (source, target) of "SOURCE-TARGET"; `speakers` resolves names that contain hyphens."""
    known = (names for names in permutations(speakers, 2) if "-".join(names) == pair)
    return next(known, pair.partition("-")[::2])


def _chosen(text, known):
    """Return the entries of `known` that text such as "A-B,C-D" or "all" names."""
    names = list(known)[:MOST] if text == "all" else [name.strip() for name in text.split(",")]
    for name in names:
        if name not in known:
            raise VconvError(f"--pairs: {name!r} has no scores; choose from: {', '.join(known)}, or all")
    return {name: known[name] for name in names}


def _subtitle(scores, model):
    """Return the line below the title: model, number of pairs, number of converted files."""
    converted = sum(row["system"] == "converted" for row in scores["files"])
    pairs = len(scores["pairs"])
    name = [f"Model {model['model']}"] if model else []
    return join([*name, f"{pairs} pair{'s' * (pairs > 1)} of speakers", f"{converted} converted recordings"], " · ")


def _group(key, scores):
    """Return the section of one group of measures: meaning, protocol, table."""
    group = GROUPS[key]
    return element(
        "section",
        element("h3", group.title),
        element("p", group.meaning),
        element("p", scores[key]["protocol"], class_="protocol"),
        tables.detail_table(key, scores),
    )


def _unmeasured(scores):
    """Return the list of groups that were not measured; None if all were."""
    found = tables.measured(scores)
    missing = [group.title.lower() for key, group in GROUPS.items() if key not in found]
    return element("p", "Not measured: ", ", ".join(missing), ".") if missing else None


def _matrices(scores, pairs):
    """Return the source × target tables of the measures in MATRICES, and of mel-cepstral distortion."""
    headlines = tables.measured(scores)
    measures = [MEASURES[key] for key in MATRICES] + [headlines[key] for key in ("mcd",) if key in headlines]
    return join(tables.matrix(scores, measure, pairs) for measure in measures)


def _training(history, model):
    """Return the section of the training curves."""
    drawn = curves(model["model"], history) if history else element("p", "No epoch has been finished.")
    plot = scrolled("Training curves", element("div", drawn, class_="plot"))
    return element("section", element("h2", "Training"), plot, id="training")


def _making(scores, model):
    """Return command, settings and versions."""
    settings = {"Settings of the evaluation": scores["settings"], "Settings of the training": model}
    return join(
        [
            element("pre", element("code", scores["command"]), tabindex=0),
            element("h3", "Versions"),
            tables.definitions(scores["versions"]),
            *(
                element("details", element("summary", element("h3", title)), element("pre", _yaml(content), tabindex=0))
                for title, content in settings.items()
                if content
            ),
            element("p", f"Page written by vconv {__version__}."),
        ]
    )


def _yaml(content):
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=100)


def _banner(scores, failures):
    """Return the link to the warnings; None if there are none."""
    number = len(scores["failures"]) + len(failures)
    if not number:
        return None
    return element("p", element("a", f"{number} warning{'s' * (number > 1)}", href="#warnings"), class_="banner")


def _warnings(scores, failures):
    """Return the section of failures in the evaluation and on this page, and of notes; None without any."""
    lists = {"Not measured": scores["failures"], "Not on this page": failures, "Notes": scores.get("notes") or []}
    found = [
        element("h3", title) + element("ul", *(element("li", line) for line in lines))
        for title, lines in lists.items()
        if lines
    ]
    return element("section", element("h2", "Warnings and notes"), *found, id="warnings") if found else None
