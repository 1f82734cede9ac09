"""The browser of the page tests notices errors and requests, and emulates sizes and color schemes."""

import pytest
from browser import assert_quiet_and_alone, emulate, noticed, open_page, overflow

PAGE = """<!DOCTYPE html><html lang="en"><head><meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,"><title>page</title><style>@media (prefers-color-scheme: dark) {{ body {{ color: red }} }}
div {{ width: 500px }} body {{ margin: 0 }}</style></head><body><div>text</div>{}</body></html>"""


def write(folder, body):
    path = folder / "a page é.html"
    path.write_text(PAGE.format(body), encoding="utf-8")
    return path


def test_a_page_without_errors_and_requests_passes(browser, tmp_path):
    open_page(browser, write(tmp_path, "<script>new Audio('data:,')</script>"))
    assert browser.title == "page"
    assert_quiet_and_alone(browser)


@pytest.mark.parametrize(
    "body",
    ["<script>nonsense()</script>", "<script>console.error('no')</script>", "<img src='http://127.0.0.1:9/x.png'>"],
)
def test_errors_and_requests_are_noticed(browser, tmp_path, body):
    open_page(browser, write(tmp_path, body))
    with pytest.raises(AssertionError):
        assert_quiet_and_alone(browser)


def test_addresses_outside_are_noticed_without_an_error(browser, tmp_path):
    open_page(browser, write(tmp_path, "<script>fetch('http://127.0.0.1:9/').catch(() => 0)</script>"))
    assert "http://127.0.0.1:9/" in noticed(browser)[1]


def test_size_and_color_scheme_are_emulated(browser, tmp_path):
    open_page(browser, write(tmp_path, ""))
    color = "return getComputedStyle(document.body).color"
    assert (overflow(browser), browser.execute_script(color)) == (0, "rgb(0, 0, 0)")
    emulate(browser, 375, 700, dark=True)
    assert (overflow(browser), browser.execute_script(color)) == (125, "rgb(255, 0, 0)")
