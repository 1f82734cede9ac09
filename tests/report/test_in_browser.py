"""The report in a real Chromium: it plays, sorts, needs nothing from outside, and fits a phone by day and by night."""

import pytest
import reports
import soundfile
from browser import assert_quiet_and_alone, emulate, open_page, overflow
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from vconv.report import page as report


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a report of two pairs, one sentence in sight and one folded away."""
    folder = tmp_path_factory.mktemp("report")
    reports.make(folder, ("SF1-TM3", "SM1-TF1"), ("s1", "a_very_long_sentence_name" * 4), 1.0)
    report.write(folder / "scores.json", folder / "report.html")
    return folder


@pytest.fixture
def page(browser, folder):
    """The browser with the report open."""
    open_page(browser, folder / "report.html")
    return browser


def unfold(page):
    page.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")


def test_the_page_is_quiet_and_alone(page):
    unfold(page)
    assert_quiet_and_alone(page)


def test_players_know_their_duration(page, folder):
    ready = "return [...document.querySelectorAll('audio')].every(one => one.readyState >= 1 || one.error)"
    WebDriverWait(page, 10).until(lambda _: page.execute_script(ready))
    heard = page.execute_script(
        "return Object.fromEntries([...document.querySelectorAll('audio')].map("
        "one => [one.ariaLabel, one.error ? one.error.message : one.duration]))"
    )
    natural = {
        system: soundfile.info(folder / "recordings" / "SF1-TM3" / f"{system} {number} s1.wav").duration
        for number, system in enumerate(["converted", "source", None, "target"])
        if system
    }
    expected = {
        "source, SF1": natural["source"],
        "converted, SF1 → TM3": natural["converted"],
        "target, TM3": natural["target"],
        "copy-synthesis, TM3": natural["target"],
    }
    assert len(heard) == 16 and len(set(natural.values())) == 3
    for label, seconds in expected.items():
        assert heard[f"{label}, sentence s1"] == pytest.approx(seconds, abs=0.05)


def test_pictures_are_drawn(page):
    unfold(page)
    widths = "return [...document.images].map(one => one.complete && one.naturalWidth)"
    assert page.execute_script(widths) == [1092] * 4


def test_one_plays_at_a_time_and_its_line_moves(page):
    first, second = page.find_elements(By.TAG_NAME, "audio")[:2]
    places = "return [arguments[0].paused, arguments[1].paused, arguments[1].currentTime]"
    cursor = page.find_element(By.CLASS_NAME, "cursor")
    assert not cursor.is_displayed()
    page.execute_script("arguments[0].play()", first)
    page.execute_script("arguments[0].play()", second)
    WebDriverWait(page, 10).until(lambda _: page.execute_script(places, first, second)[2] > 0.2)
    assert page.execute_script(places, first, second)[:2] == [True, False]
    assert cursor.is_displayed() and float(cursor.value_of_css_property("left").removesuffix("px")) > 0.07 * 576
    WebDriverWait(page, 10).until(lambda _: not cursor.is_displayed())  # it ends


def column(page, number):
    return [
        row.find_elements(By.CSS_SELECTOR, "th, td")[number].text.split("\n")[0]
        for row in page.find_elements(By.CSS_SELECTOR, "table.sortable tbody tr")
    ]


def test_tables_sort_by_click_and_by_enter(page):
    header, other = page.find_elements(By.CSS_SELECTOR, "table.sortable thead th")[2:4]
    before = column(page, 2)
    header.find_element(By.TAG_NAME, "button").click()
    ascending = ["3.00"] * 3 + ["7.00", "7.50", "8.00"] + ["9.00"] * 3
    assert before != ascending + ["–"] * 3 == column(page, 2)
    assert header.get_attribute("aria-sort") == "ascending"
    header.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert column(page, 2) == ascending[::-1] + ["–"] * 3  # what is missing stays below
    assert header.get_attribute("aria-sort") == "descending"
    other.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert (header.get_attribute("aria-sort"), other.get_attribute("aria-sort")) == ("none", "ascending")
    page.find_element(By.CSS_SELECTOR, "table.sortable thead button").click()
    assert column(page, 0) == ["all"] * 4 + ["SF1-TM3"] * 4 + ["SM1-TF1"] * 4


@pytest.mark.parametrize("width", [375, 1200])
def test_the_page_is_as_wide_as_its_window(page, width):
    emulate(page, width, 800)
    unfold(page)
    assert overflow(page) == 0


def test_the_dark_scheme_changes_page_and_pictures(page):
    seen = []
    for dark in (False, True):
        emulate(page, dark=dark)
        style = "const style = getComputedStyle(document.body); return [style.backgroundColor, style.color]"
        seen.append([*page.execute_script(style), page.execute_script("return document.images[0].currentSrc")])
    assert all(light != dark for light, dark in zip(*seen, strict=True))
    assert seen[0][0] == "rgb(244, 246, 249)" and seen[1][0] == "rgb(15, 19, 25)"


def test_everything_can_be_reached_by_the_tab_key(page):
    wanted = page.execute_script("return document.querySelectorAll('a, summary, table button, .scrolled').length")
    page.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    reached = set()
    for _ in range(400):
        element = page.switch_to.active_element
        if element.tag_name == "body":
            break
        reached.add(element.id)
        element.send_keys(Keys.TAB)
    tags = page.execute_script("return document.querySelectorAll('audio').length")
    folded = page.execute_script("return document.querySelectorAll('details:not([open]) .scrolled').length")
    audible = tags - page.execute_script("return document.querySelectorAll('details:not([open]) audio').length")
    assert len(reached) >= wanted - folded + audible
