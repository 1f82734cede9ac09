"""No text can become markup, nor a script."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.report.markup import Html, element, from_template, join

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]))


class Reader(HTMLParser):
    def __init__(self, markup):
        super().__init__()
        self.seen, self.text = [], ""
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


@given(TEXT, TEXT)
def test_text_and_attributes_come_back_as_they_were(text, value):
    reader = Reader(element("p", text, title=value))
    assert reader.seen == [("p", {"title": value})] and reader.text == text


def test_markup_stays_markup():
    inner = element("b", "<&>")
    assert element("p", inner, " & ", None, 3) == "<p><b>&lt;&amp;&gt;</b> &amp; 3</p>"
    assert join([inner, "<"]) == inner + "&lt;" and isinstance(join([]), Html)


def test_attributes_are_spelt_as_html_has_them():
    assert (
        element("img", class_="a b", aria_label='"', hidden=True, open=False, alt="", tabindex=0, title=None)
        == '<img class="a b" aria-label="&quot;" hidden alt="" tabindex="0">'
    )


@pytest.mark.parametrize("name, scripts", [("samples", False), ("page", True)])
def test_a_page_may_run_only_the_scripts_of_its_template_and_load_nothing(name, scripts):
    template = (files("vconv.report") / f"{name}.html").read_text(encoding="utf-8")
    parts = dict.fromkeys(re.findall(r"\$(\w+)", template))
    text = from_template(name, **parts | {"cards": "<script>x()</script>", "making": "<script>x()</script>"})
    assert text.startswith("<!DOCTYPE html>") and "default-src 'none'" in text and "None" not in text
    assert ("script-src" in text) == scripts
