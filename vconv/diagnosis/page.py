"""A diagnosis as one HTML page that needs no network: speakers, findings by severity, pictures."""

from itertools import groupby

from vconv.common import files
from vconv.diagnosis.findings import SEVERITIES
from vconv.diagnosis.pictures import picture
from vconv.diagnosis.text import HEADINGS, numbers
from vconv.report.markup import element, from_template, join, scrolled

PICTURES = 3  # of each kind
COLUMNS = "speaker", "recordings", "speech", "level / dB", "F0 / Hz, median", "F0 / Hz, 5 to 95 %"
NOTHING = "–"


def write(path, diagnosis, corpus):
    """Write the page.

    Parameters
    ----------
    path : str or Path
    diagnosis : doctor.Diagnosis
    corpus : str
        What was examined, for the title.

    Raises
    ------
    VconvError
        The page cannot be written, or a recording was removed meanwhile.
    """
    written = from_template(
        "page",
        __package__,
        corpus=corpus,
        numbers=numbers(diagnosis),
        speakers=_speakers(diagnosis.speakers),
        findings=_findings(diagnosis.findings),
    )
    files.write_text(path, written.encode(errors="replace").decode())  # a file name may not be valid Unicode


def _speakers(speakers):
    """Return the table of `Speaker`s; None without any."""
    if not speakers:
        return None
    head = element("tr", *(element("th", column, scope="col") for column in COLUMNS))
    rows = [element("tr", *_cells(one)) for one in speakers]
    table = scrolled("Speakers", element("table", element("thead", head), element("tbody", *rows)))
    return element("section", element("h2", "Speakers"), table, id="speakers")


def _cells(speaker):
    """Return the cells of a `Speaker`."""
    lowest, median, highest = speaker.level_db
    level = f"{median:.0f} ({lowest:.0f} to {highest:.0f})"
    low, middle, high = (f"{hz:.0f}" for hz in speaker.f0_hz) if speaker.f0_hz else [None] * 3
    texts = speaker.recordings, _duration(speaker.speech_s), level, middle or NOTHING, f"{low} to {high}"
    cells = [element("td", text if low or number < 4 else NOTHING) for number, text in enumerate(texts)]
    return [element("th", speaker.name, scope="row"), *cells]


def _duration(seconds):
    """Return minutes and seconds as text."""
    return f"{round(seconds) // 60} min {round(seconds) % 60} s"


def _findings(findings):
    """Return a section for each severity; `findings` are sorted by it."""
    if not findings:
        return element("p", "Nothing was found.")
    sections = []
    for severity in SEVERITIES:
        chosen = sorted((one for one in findings if one.severity == severity), key=lambda one: one.kind)
        if chosen:
            heading = element("h2", f"{HEADINGS[severity]} ({len(chosen)})")
            kinds = [_kind(kind, list(group)) for kind, group in groupby(chosen, key=lambda one: one.kind)]
            sections.append(element("section", heading, *kinds, class_=severity))
    return join(sections)


def _kind(kind, findings):
    """Return the findings of a kind and severity, with the pictures of the first ones."""
    drawn = [(one, shown) for one in findings[:PICTURES] if (shown := picture(one))]
    figures = [element("figure", shown, element("figcaption", _place(one))) for one, shown in drawn]
    return element(
        "details",
        element("summary", element("h3", f"{kind} ({len(findings)})")),
        element("div", *figures, class_="figures") if figures else None,
        element("ul", *map(_item, findings)),
        open=True,
    )


def _item(finding):
    """Return a `Finding` as an item: where, what was measured, and the remedy."""
    place = element("b", _place(finding)) + ": " if finding.path or finding.speaker else None
    return element("li", place, finding.measured, element("span", finding.remedy, class_="remedy"))


def _place(finding):
    """Return the recording, or the speaker, and the second of a `Finding`."""
    subject = str(finding.path or finding.speaker)
    return subject if finding.seconds is None else f"{subject}, {finding.seconds:.2f} s"
