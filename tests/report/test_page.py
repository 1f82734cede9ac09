"""The report contains every number and recording of the scores, and lists what is missing."""

import base64
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import reports
import soundfile
import yaml
from PIL import Image
from voice import voice

from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.report import page as report
from vconv.report import pictures as report_pictures
from vconv.report import tables as report_tables
from vconv.training.run_folder import RunFolder

VOID = {"meta", "link", "img", "source"}


class Page(HTMLParser):
    """A page as elements: SimpleNamespace(tag, attributes, text, inside: tags around it)."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.open = [], []
        self.feed(Path(path).read_text(encoding="utf-8"))
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        element = SimpleNamespace(tag=tag, attributes=dict(attrs), text="", inside=[other.tag for other in self.open])
        assert len(attrs) == len(element.attributes)
        self.elements.append(element)
        self.open += [element] * (tag not in VOID)

    def handle_endtag(self, tag):
        assert self.open.pop().tag == tag

    def handle_data(self, data):
        for element in self.open:
            element.text += data

    def all(self, tag, **attributes):
        return [
            element
            for element in self.elements
            if element.tag == tag and attributes.items() <= element.attributes.items()
        ]

    def texts(self, tag, **attributes):
        return [element.text for element in self.all(tag, **attributes)]

    def table(self, title):
        """The rows of the table in the scrolling region of that name, lists of texts."""
        begin = self.elements.index(self.all("div", role="region", **{"aria-label": title})[0])
        rows = []
        for element in self.elements[begin + 2 :]:
            if element.tag == "table":
                break
            if element.tag == "tr":
                rows.append([])
            if element.tag in ("th", "td"):
                rows[-1].append(element.text.strip())
        return rows


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A report of two pairs and a run: folder, scores, page; tests must leave it as it is."""
    folder = tmp_path_factory.mktemp("report é")
    scores = reports.make(folder)
    scores["failures"], scores["notes"] = ["SF1-TM3/s9: <is> missing"], ["a note & more"]
    reports.write(folder, scores)
    _write_run(folder)
    failures = report.write(folder / "scores.json", folder / "report.html", RunFolder(folder), sentences=2)
    return SimpleNamespace(folder=folder, scores=scores, failures=failures, page=Page(folder / "report.html"))


def _write_run(folder):
    (folder / "checkpoints").mkdir()
    (folder / "checkpoints" / "epoch-0002.weights.h5").touch()
    (folder / "history.csv").write_text("epoch,loss,val_loss\n1,3,4\n2,1,2\n")
    run = {"model": "convvae", "settings": {"training": {"seed": 77}}, "corpus": {}, "features": {}, "versions": {}}
    (folder / "settings.yaml").write_text(yaml.safe_dump(run))


def make(folder, **arguments):
    return report.write(folder / "scores.json", folder / "report.html", **arguments), Page(folder / "report.html")


# What is on the page


def test_every_pair_and_sentence_has_four_players(written):
    assert written.failures == []
    assert [text for text in written.page.texts("h3") if "→" in text] == ["SF1 → TM3", "SM1 → TF1"]
    assert written.page.texts("h4") == ["Sentence s1", "Sentence s2"] * 2
    labels = [audio.attributes["aria-label"] for audio in written.page.all("audio")]
    of_s1 = ["source, SF1", "converted, SF1 → TM3", "target, TM3", "copy-synthesis, TM3"]
    assert labels[:4] == [f"{label}, sentence s1" for label in of_s1] and len(labels) == len(set(labels)) == 16
    assert ["open" in details.attributes for details in written.page.all("details")[:4]] == [True, False] * 2


def test_the_players_show_the_scores_of_their_recording(written):
    captions = [figure.text for figure in written.page.all("figure")]
    found = [caption.rpartition("MCD (mcd24) ")[2] for caption in captions[:4]]
    assert found == [f"{mcd_db} dB · cosine to target 0.81" for mcd_db in ("2.25", "1.25", "4.25", "3.25")]


def test_the_players_play_the_files(written):
    flac = [
        base64.b64decode(audio.attributes["src"].removeprefix("data:audio/flac;base64,"))
        for audio in written.page.all("audio")
    ]
    sounds = [soundfile.read(io.BytesIO(one)) for one in flac]
    rows = {
        row["system"]: row
        for row in reversed(written.scores["files"])
        if (row["pair"], row["sentence"]) == ("SF1-TM3", "s1")
    }
    for (y, rate), system in zip(sounds, ["source", "converted", "target"], strict=False):
        assert rate == reports.RATE
        np.testing.assert_array_equal(y, soundfile.read(rows[system]["path"])[0])
    copy, target = sounds[3][0], sounds[2][0]
    assert abs(len(copy) - len(target)) <= 80 and np.abs(copy).max() > 0.01 and not np.array_equal(copy, target)


def test_the_pictures_come_for_light_and_dark(written):
    pictures = [picture for image in written.page.all("img") for picture in [image.attributes["src"]]]
    dark = [source.attributes["srcset"] for source in written.page.all("source", media="(prefers-color-scheme: dark)")]
    assert len(pictures) == len(dark) == 4 + 1  # a sentence each, and the curves
    means = [
        [np.asarray(Image.open(io.BytesIO(base64.b64decode(one.split(",")[1]))).convert("L")).mean() for one in images]
        for images in (pictures, dark)
    ]
    assert min(means[0]) > 170 and max(means[1]) < 90
    assert all(
        "Spectrograms" in image.attributes["alt"] or "curves" in image.attributes["alt"]
        for image in written.page.all("img")
    )


def test_the_score_table_has_every_number_and_interval(written):
    head, *rows = written.page.table("Scores")
    assert head == [
        "pair",
        "system",
        "MCD (mcd24) / dB ↓",
        "F0 RMSE / cents ↓",
        "GV log-ratio →0",
        "normalized similarity →1",
        "cosine to target ↑",
        "WER / % ↓",
        "files",
    ]
    assert [row[:2] for row in rows[:5]] == [
        ["all", "converted"],
        ["all", "source"],
        ["all", "copy-synthesis"],
        ["all", "target"],
        ["SF1-TM3", "converted"],
    ]
    assert len(rows) == 12
    assert rows[4][2:] == [
        "7.00 [6.75, 7.25]",
        "400 [400, 400]",
        "−1.36 [−1.61, −1.11]",
        "0.40 [0.15, 0.65]",
        "–",
        "34.5 [9.5, 59.5] 0 files",
        "1",
    ]
    assert rows[7][2] == "–" and rows[8][2] == "8.00 [7.75, 8.25]"


def test_a_number_that_rests_on_fewer_files_says_so(written):
    cells = [row[7] for row in written.page.table("Scores")[1:5]]
    assert all(cell.endswith("8 files") for cell in cells)
    assert not any("files" in row[2] for row in written.page.table("Scores")[1:])


def test_each_measure_stands_beside_its_protocol(written):
    protocols = written.page.texts("p", **{"class": "protocol"})
    assert protocols == [f"the protocol of {name}" for name in ("mcd", "f0", "gv_log_ratio", "similarity", "wer")]
    assert written.page.table("Fundamental frequency")[2] == [
        "log-F0 correlation",
        "higher",
        "0.30 [0.05, 0.55] 9 files",
        "0.20 [−0.05, 0.45] 9 files",
        "0.80 [0.55, 1.05] 9 files",
        "1.00 [0.75, 1.25] 9 files",
    ]
    assert "Not measured: modulation spectrum, predicted naturalness." in written.page.texts("p")


def test_the_matrices_are_source_by_target(written):
    assert written.page.table("MCD (mcd24) / dB") == [
        ["source ↓ target →", "TF1", "TM3"],
        ["SF1", "–", "7.00"],
        ["SM1", "8.00", "–"],
    ]
    assert written.page.table("normalized similarity")[1:] == [["SF1", "–", "0.40"], ["SM1", "1.40", "–"]]
    levels = [float(cell.attributes["style"].split(":")[1]) for cell in written.page.all("td", **{"class": "level"})]
    assert levels == pytest.approx([0.4 / 0.9, 1, 2.5 / 3.5, 2.5 / 3.5, 2 / 6, 1 / 6], abs=1e-3)


def test_command_settings_versions_and_warnings_are_told(written):
    texts = " ".join(written.page.texts("section"))
    for told in (
        "vconv evaluate --run 'a run' --pairs all",
        "7.8.9",
        "1.2.3",
        "f0_method: dio",
        "seed: 77",
        "SF1-TM3/s9: <is> missing",
        "a note & more",
    ):
        assert told in texts
    assert written.page.texts("p", **{"class": "banner"}) == ["1 warning"]


def test_without_a_run_there_are_no_curves(written, tmp_path):
    report.write(written.folder / "scores.json", tmp_path / "page.html", pairs="SM1-TF1", sentences=1)
    page = Page(tmp_path / "page.html")
    assert page.texts("h4") == ["Sentence s1"] and len(page.all("audio")) == 4
    assert "Training" not in page.texts("h2") and "Training" in written.page.texts("h2")
    assert page.table("Scores") == written.page.table("Scores")


@pytest.mark.parametrize(("pairs", "shown", "each"), [(1, 1, 5), (4, 4, 5), (5, 5, 4), (12, 12, 1), (25, 20, 1)])
def test_by_default_a_page_of_many_pairs_holds_twenty_sentences(tmp_path, monkeypatch, pairs, shown, each):
    scores = reports.make(tmp_path, [f"A-{number:02d}" for number in range(pairs)], [])
    asked = []
    monkeypatch.setattr(report, "sections", lambda *arguments: asked.append(arguments) or ("", []))
    _, page = make(tmp_path)
    assert [(list(chosen), number) for _, chosen, number in asked] == [(list(scores["pairs"])[:shown], each)]
    assert any(f"{shown} of {pairs} pairs" in text for text in page.texts("p"))


# What the page is made of


def test_the_same_files_give_the_same_page(written, tmp_path):
    pages = [tmp_path / "a.html", tmp_path / "b.html"]
    for page in pages:
        report.write(written.folder / "scores.json", page, RunFolder(written.folder), "SM1-TF1", 1)
    assert pages[0].read_bytes() == pages[1].read_bytes()


def test_headings_have_an_order_and_all_that_needs_one_has_a_name(written):
    levels = [int(element.tag[1]) for element in written.page.elements if re.fullmatch("h[1-6]", element.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(levels, levels[1:], strict=False))
    assert written.page.all("html", lang="en") and written.page.texts("title")[0]
    for region in written.page.all("div", role="region"):
        assert region.attributes["aria-label"] and region.attributes["tabindex"] == "0"
    targets = {element.attributes.get("id") for element in written.page.elements}
    assert {link.attributes["href"][1:] for link in written.page.all("a")} <= targets


def test_no_address_leads_out_of_the_page(written):
    for element in written.page.elements:
        for name in ("src", "srcset", "href"):
            assert element.attributes.get(name, "#").startswith(("#", "data:"))
    assert "http" not in re.sub('base64,[^"]*|http-equiv', "", (written.folder / "report.html").read_text())


def test_four_pairs_of_five_sentences_fit_into_15_mb(tmp_path):
    reports.make(tmp_path, ["A-B"], ["s1"], seconds=4.0)  # VCC2016's sentences last 3.4 s
    make(tmp_path)
    assert 20 * (tmp_path / "report.html").stat().st_size < 15e6


def luminance(color):
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return np.dot(linear, [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("scheme", [0, 1])
def test_colors_have_the_contrast_of_wcag_aa(scheme):
    color = {}
    for name in "head.html", "page.html":
        style = Path(report.__file__).with_name(name).read_text()
        blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
        color |= dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", blocks[scheme]))
    for ink, papers in {"ink": "paper card strong warning", "faint": "paper card", "link": "paper"}.items():
        for paper in papers.split():
            dark, light = sorted([luminance(color[ink]), luminance(color[paper])])
            assert (light + 0.05) / (dark + 0.05) >= 4.5, (ink, paper)


# Names and mistakes


def test_any_name_stays_text(tmp_path):
    speaker, sentence = "<b>&\"'$", "</script><i>é $x ${y}"
    scores = reports.make(tmp_path, [f"{speaker}-T-M"], [sentence], 0.2)
    scores["settings"]["f0_range_hz"] = {speaker: [70, 400], "T-M": [70, 400]}
    scores["command"] = scores["versions"]["numpy"] = "<u>$command</u>"
    reports.write(tmp_path, scores)
    failures, page = make(tmp_path)
    assert failures == [] and not page.all("i") and not page.all("u")
    assert page.texts("h4") == [f"Sentence {sentence}"] and f"{speaker} → T-M" in page.texts("h3")
    assert page.all("audio")[0].attributes["aria-label"] == f"source, {speaker}, sentence {sentence}"
    assert page.table("MCD (mcd24) / dB")[1] == [speaker, "7.00"] and "<u>$command</u>" in page.texts("pre")


def test_a_name_that_is_no_unicode_is_written(tmp_path):
    scores = reports.make(tmp_path, sentences=["s1"])
    scores["failures"] = ["bad\udce9.wav: is missing"]
    reports.write(tmp_path, scores)
    assert "bad?.wav: is missing" in make(tmp_path)[1].texts("li")


def test_missing_recordings_are_listed_and_the_rest_goes_on(tmp_path):
    scores = reports.make(tmp_path, sentences=["s1"])
    paths = [Path(row["path"] or "") for row in scores["files"]]
    paths[0].unlink()  # converted, of the first pair
    paths[7].write_text("no audio")  # target, of the second: nothing to synthesize either
    failures, page = make(tmp_path)
    assert [str(path) in failure for path, failure in zip([paths[0], paths[7], paths[7]], failures, strict=True)]
    assert len(page.all("audio")) == 5 and page.texts("p", **{"class": "missing"}) == ["no recording"] * 3
    assert set(failures) <= set(page.texts("li")) and page.texts("p", **{"class": "banner"}) == ["3 warnings"]


def test_a_pair_without_parallel_recordings_has_no_target_to_play(tmp_path):
    scores = reports.make(tmp_path, ["A-B"], ["s1"])
    scores["files"] = [row for row in scores["files"] if row["system"] in ("converted", "source")]
    for group in (scores, scores["pairs"]["A-B"]):
        group["mcd"] = dict.fromkeys(reports.SYSTEMS) | {"protocol": ""}
    scores["settings"]["f0_range_hz"] = {}
    reports.write(tmp_path, scores)
    failures, page = make(tmp_path)
    assert failures == [] and len(page.all("audio")) == 2
    assert "MCD (mcd24) / dB ↓" not in page.table("Scores")[0]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "there is no such file; run `vconv evaluate"),
        ("{", "is no JSON file"),
        ("[]", "no scores of version 2"),
        (json.dumps({"format": "vconv scores", "version": 9}), "no scores of version 2"),
        (
            json.dumps({"format": "vconv scores", "version": 2, "pairs": {}}),
            "lacks files, failures, settings, versions, ",
        ),
    ],
)
def test_what_is_no_scores_file_is_one_sentence(tmp_path, content, sentence):
    path = tmp_path / "scores.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(VconvError, match=re.escape(sentence)) as error:
        make(tmp_path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_the_command_writes_the_page_and_tells_mistakes(written, tmp_path, capsys):
    page = tmp_path / "page.html"
    scores = ["--scores", str(written.folder / "scores.json"), "--output", str(page)]
    assert cli.main(["report", *scores, "--pairs", "SF1-TM3", "--sentences", "1"]) == 0
    assert f"wrote {page}" in capsys.readouterr().out and Page(page).texts("h4") == ["Sentence s1"]
    for arguments, sentence in [
        (["--scores", "x"], "--scores and --output"),
        ([], "--run"),
        ([*scores, "--pairs", "A-B"], "'A-B' has no scores; choose from: SF1-TM3, SM1-TF1"),
        ([*scores, "--run", str(tmp_path)], "holds no vconv run"),
    ]:
        assert cli.main(["report", *arguments]) == 2
        assert sentence in capsys.readouterr().err


def test_the_command_counts_what_is_missing(tmp_path, capsys):
    scores = reports.make(tmp_path, ["A-B"], ["s1"])
    Path(scores["files"][0]["path"]).unlink()
    _write_run(tmp_path)
    assert cli.main(["report", "--run", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "1 warning" in error and scores["files"][0]["path"] in error
    assert (tmp_path / "report.html").is_file()


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path):
    reports.make(tmp_path, ["A-B"], ["s1"], 0.2)
    (tmp_path / "report.html" / "folder").mkdir(parents=True)
    with pytest.raises(VconvError, match="report.html: cannot be written"):
        report.write(tmp_path / "scores.json", tmp_path / "report.html")
    assert (tmp_path / "report.html" / "folder").is_dir() and not list(tmp_path.glob(".*"))


# Numbers and pictures


def test_which_half_of_a_pair_is_the_source():
    assert report.split("Mary-Ann-bob", ["bob", "Mary-Ann"]) == ("Mary-Ann", "bob")
    assert report.split("A-B-C", ["A", "B-C", "x"]) == ("A", "B-C")
    assert report.split("SF1-TM3", []) == ("SF1", "TM3")


def test_a_level_goes_from_the_unconverted_source_to_copy_synthesis():
    level = report_tables._level
    assert [level(value, 9.0, 3.0) for value in (9.5, 9.0, 6.0, 3.0, 1.0)] == [0, 0, 0.5, 1, 1]
    assert [level(value, 0.0, 0.8) for value in (0.2, 0.8)] == [0.25, 1] and level(5, None, 3) == level(5, 3, 3) == 0


def test_levels_show_a_tone_where_and_when_it_is():
    y = np.zeros(16000)
    y[8000:] = np.sin(2 * np.pi * 2000 * np.arange(8000) / 16000)
    level_db = report_pictures.levels_db(y, 16000, 5.0)
    assert len(level_db) == 200 and level_db.max() == 0
    assert np.argmax(level_db[150]) / (level_db.shape[1] - 1) * 8000 == pytest.approx(2000, abs=16)
    assert level_db[:97].max() < -70 and level_db[100, 64] == pytest.approx(-6, abs=0.5)  # half of the window
    assert report_pictures.levels_db(np.zeros(100), 16000, 5.0).max() < -70


def test_f0_lies_over_the_spectrogram_on_one_time_axis():
    f0_hz = np.r_[np.zeros(50), np.full(50, 200.0), np.zeros(100)]
    panels = {"one $": (voice(200, 1.0), f0_hz), "two": (voice(100, 0.5), np.zeros(100))}
    figure = report_pictures.sentence(panels, 16000, 5.0, "light")
    one, two, f0_one, f0_two = figure.axes
    assert one.get_title(loc="left") == "one $" and one.get_xlim() == two.get_xlim() == f0_one.get_xlim() == (0, 1.0)
    (line,) = f0_one.get_lines()
    times, values = line.get_data()
    np.testing.assert_allclose(times[values == 200], np.arange(50, 100) * 0.005)
    assert np.isnan(values).sum() == 150 and f0_one.get_ylim() == f0_two.get_ylim()
    assert tuple(one.get_images()[0].get_extent()[2:]) == (0, 8.0)
