"""Players and spectrograms of the report: source, conversion, target and copy-synthesis of each sentence."""

import base64

from tqdm import tqdm

from vconv.audio import f0, wav, world
from vconv.common.errors import about
from vconv.evaluation.recordings import signal_of
from vconv.evaluation.score_table import SYSTEMS
from vconv.report import pictures
from vconv.report.markup import element, join
from vconv.report.tables import shown

ORDER = ("source", "converted", "target", "copy_synthesis")


class Recordings:
    """Reads the recordings of the report, each file once; `failures` has a sentence for each unusable file."""

    def __init__(self, settings):
        self.settings, self.failures = settings, []
        self._kept = {}

    def clip(self, path, speaker, resynthesized=False):
        """Return (y [samples], f0_hz [T]) of a file at the rate of the scores, or None after a failure."""
        key = path, speaker, resynthesized
        if key not in self._kept:
            try:
                self._kept[key] = self._read(*key)
            except Exception as error:
                self._kept[key] = None
                self.failures.append(about(path, error))
        return self._kept[key]

    def _read(self, path, speaker, resynthesized):
        rate, f0_range_hz = self.settings["sample_rate"], self.settings["f0_range_hz"].get(speaker)
        y = signal_of(path, self.settings, speaker if resynthesized else None)
        return y, world.estimate_f0(
            y, rate, *(f0_range_hz or f0.WIDE_RANGE_HZ), self.settings["f0_method"], self.settings["frame_period_ms"]
        )


def sections(scores, pairs, number):
    """Return the sections of the pairs, and the failures.

    Parameters
    ----------
    scores : dict
        The content of scores.json.
    pairs : dict
        Pair → (source, target), the pairs to show.
    number : int
        Number of sentences of each pair: the first ones by name among those converted.

    Returns
    -------
    sections : Markup
    failures : list of str
        A sentence for each recording that could not be read or analyzed.
    """
    recordings = Recordings(scores["settings"])
    rows = {(row["pair"], row["sentence"], row["system"]): row for row in scores["files"]}
    converted = {
        pair: [sentence for name, sentence, system in rows if (name, system) == (pair, "converted")] for pair in pairs
    }
    chosen = {pair: sorted(sentences)[:number] for pair, sentences in converted.items()}
    measures = shown(scores)
    found = []
    with tqdm(total=sum(map(len, chosen.values())), unit="sentence", desc="report", disable=None) as progress:
        for pair, sentences in chosen.items():
            articles = []
            for sentence in sentences:
                of_sentence = {system: rows.get((pair, sentence, system)) for system in ORDER}
                articles.append(_article(pairs[pair], sentence, of_sentence, recordings, measures, bool(articles)))
                progress.update()
            title = " → ".join(pairs[pair])
            found.append(element("section", element("h3", title), *articles, class_="pair"))
    return join(found), recordings.failures


def _article(pair, sentence, rows, recordings, measures, folded):
    """Return the players and the picture of one sentence, `folded` or open."""
    rate, frame_period_ms = recordings.settings["sample_rate"], recordings.settings["frame_period_ms"]
    speakers = {system: pair[0] if system == "source" else pair[1] for system in ORDER}
    paths = {system: (rows["target" if system == "copy_synthesis" else system] or {}).get("path") for system in ORDER}
    clips = {
        system: recordings.clip(path, speakers[system], system == "copy_synthesis") if path else None
        for system, path in paths.items()
    }
    players = element(
        "div",
        *(_player(system, pair, sentence, clips[system], rate, rows[system], measures) for system in ORDER),
        class_="players",
    )
    available = {SYSTEMS[system]: clip for system, clip in clips.items() if clip}
    picture = _picture(pair, sentence, available, rate, frame_period_ms) if available else None
    return element(
        "details",
        element("summary", element("h4", "Sentence ", sentence)),
        players,
        picture,
        class_="sentence",
        open=not folded,
    )


def _player(system, pair, sentence, clip, rate, row, measures):
    """Return the player of one recording, with its scores; `clip` and `row` may be None."""
    speaker = {"source": pair[0], "converted": " → ".join(pair)}.get(system, pair[1])
    dot = element("span", class_=f"dot {system}")
    caption = element("figcaption", dot, element("b", SYSTEMS[system]), " ", speaker)
    if clip is None:
        return element("figure", caption, element("p", "no recording", class_="missing"))
    encoded = base64.b64encode(wav.to_flac(clip[0], rate)).decode()
    audio = element(
        "audio",
        controls=True,
        preload="metadata",
        src=f"data:audio/flac;base64,{encoded}",
        aria_label=f"{SYSTEMS[system]}, {speaker}, sentence {sentence}",
    )
    values = row["values"] if row else {}
    found = [(measure, values[measure.key]) for measure in measures if values.get(measure.key) is not None]
    scores = " · ".join(f"{measure.label} {measure.text(value)} {measure.unit}".strip() for measure, value in found)
    return element("figure", caption, audio, element("p", scores) if scores else None)


def _picture(pair, sentence, panels, rate, frame_period_ms):
    """Return the spectrograms, with the line that the page's script moves while a recording plays."""
    shown = f"Spectrograms with F0 of sentence {sentence}, {' to '.join(pair)}, above each other: {', '.join(panels)}."
    picture = pictures.inline(lambda scheme: pictures.sentence(panels, rate, frame_period_ms, scheme), shown)
    plot = element(
        "div",
        picture,
        element("div", class_="cursor", hidden=True),
        class_="plot",
        data_seconds=pictures.seconds(panels, rate),
        data_left=pictures.LEFT,
        data_right=pictures.RIGHT,
    )
    return element(
        "div", plot, class_="scrolled", role="region", aria_label=f"Spectrograms, sentence {sentence}", tabindex=0
    )
