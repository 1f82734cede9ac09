"""The page of `vconv doctor`: speakers, findings and pictures inside, text escaped, nothing from outside."""

import html
import re

import numpy as np
import pytest
import soundfile
from browser import assert_quiet_and_alone, emulate, open_page, overflow
from speech import RATE, speech

from vconv.commands import cli
from vconv.diagnosis import page
from vconv.diagnosis.doctor import Diagnosis
from vconv.diagnosis.findings import NOTE, WARNING, Finding
from vconv.diagnosis.pictures import excerpt
from vconv.diagnosis.speakers import f0_counts, f0_quantiles_hz


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """The page of a corpus of one speaker with five clipped recordings and one that is no audio."""
    folder = tmp_path_factory.mktemp("voices")
    (folder / "<b>anna & co").mkdir()
    y = speech(2.5, f0_hz=200)
    for number in range(5):
        limit = (0.3 + 0.05 * number) * y.max()
        soundfile.write(folder / "<b>anna & co" / f"loud{number}.wav", np.clip(y, -limit, limit), RATE)
    soundfile.write(folder / "<b>anna & co" / "good.wav", y, RATE)
    (folder / "<b>anna & co" / "notes.wav").write_text("no audio" * 1000)
    (folder / "corpus.yaml").write_text(f"sample_rate: {RATE}\n")  # without one the speaker's name would be replaced
    assert cli.main(["doctor", str(folder), "--jobs", "1", "--page", str(folder / "doctor.html")]) == 1
    return folder / "doctor.html"


def plain(text):
    """Return the text of HTML without its tags."""
    return html.unescape(re.sub(r"<[^>]*>", " ", text))


def test_findings_are_under_their_severity_with_file_second_and_remedy(written):
    text = written.read_text(encoding="utf-8")
    error, warning = text.index("Cannot be used (1)"), text.index("Harms training and conversion")
    assert error < warning and error < text.index("is no readable audio file") < warning
    assert warning < text.index("clipping (5)")
    (item,) = [plain(one) for one in re.findall("<li>.*?</li>", text) if "loud3.wav" in one and "cut off" in one]
    assert re.search(r"loud3\.wav, \d\.\d\d s", item) and "record again with a lower gain" in item


def test_text_is_escaped_and_nothing_comes_from_outside(written):
    text = written.read_text(encoding="utf-8")
    assert "&lt;b&gt;anna &amp; co" in text and "<b>anna" not in text
    assert not re.search('(src|srcset|href)="(?!data:)', text) and "<script" not in text


def test_the_first_three_findings_with_a_place_have_a_picture_for_light_and_dark(written):
    text = written.read_text(encoding="utf-8")
    pictures = re.findall(r"<picture>(.*?)</picture>", text)
    assert len(pictures) == 3 and all(one.count("data:image/webp") == 2 for one in pictures)


def test_the_summary_of_a_speaker(written):
    row = re.search(r"<tr>(<th scope=\"row\">.*?)</tr>", written.read_text(encoding="utf-8"))[1]
    name, recordings, speech_time, level, median, f0_range = re.split(r"\s{2,}", plain(row).strip())
    assert (name, recordings) == ("<b>anna & co", "6") and re.fullmatch(r"0 min \d+ s", speech_time)
    assert re.fullmatch(r"-\d+ \(-\d+ to -\d+\)", level)
    low, high = map(int, f0_range.split(" to "))
    assert 185 < int(median) < 215 and 150 < low < 200 < high < 260


def test_the_excerpt_is_the_signal_around_the_second(tmp_path):
    y = speech(9.0)
    soundfile.write(tmp_path / "a.wav", y, RATE, subtype="FLOAT")
    times_s, part = excerpt(tmp_path / "a.wav", 8.5)
    assert times_s[0] == pytest.approx(8.49) and len(part) == 0.04 * RATE
    np.testing.assert_allclose(part, y[int(8.49 * RATE) :][: len(part)], atol=1e-6)
    assert excerpt(tmp_path / "a.wav", 0.0)[0][0] == 0


def test_quantiles_of_f0_are_those_of_the_frames():
    f0_hz = np.concatenate([np.zeros(100), np.geomspace(100, 200, 1000)])
    np.testing.assert_allclose(
        f0_quantiles_hz(f0_counts(f0_hz)), np.quantile(f0_hz[100:], (0.05, 0.5, 0.95)), rtol=0.01
    )
    assert f0_quantiles_hz(f0_counts(np.zeros(9))) is None


def test_a_corpus_without_findings_and_one_without_speakers(tmp_path):
    page.write(tmp_path / "a.html", Diagnosis([], 0, 0.0, []), "voices")
    assert "Nothing was found." in (tmp_path / "a.html").read_text(encoding="utf-8")
    findings = [Finding("too little speech", WARNING, "has none", "record", speaker="ben")]
    findings += [Finding("mixed rates", NOTE, "they differ", "set it")]
    page.write(tmp_path / "b.html", Diagnosis(findings, 0, 0.0, []), "voices")
    text = (tmp_path / "b.html").read_text(encoding="utf-8")
    assert "<li><b>ben</b>: has none<" in text and "<li>they differ<" in text and "<table" not in text


@pytest.mark.parametrize("dark", [False, True])
def test_the_page_is_alone_and_fits_a_phone(browser, written, dark):
    emulate(browser, 360, 700, dark)
    open_page(browser, written)
    assert_quiet_and_alone(browser)
    assert overflow(browser) == 0
