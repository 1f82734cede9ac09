"""No text can become markup, nor a script."""

import re
from html.parser import HTMLParser
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from vconv.report.markup import element, from_template, join

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
    assert join([inner, "<"]) == f"{inner}&lt;" and isinstance(join([]), Markup)


def test_attributes_are_spelt_as_html_has_them():
    assert (
        element("img", class_="a b", aria_label='"', hidden=True, open=False, alt="", tabindex=0, title=None)
        == '<img class="a b" aria-label="&#34;" hidden alt="" tabindex="0">'
    )


@pytest.mark.parametrize("name, scripts", [("samples", False), ("page", True)])
def test_a_page_may_run_only_the_scripts_of_its_template_and_load_nothing(name, scripts):
    template = (files("vconv.report") / f"{name}.html").read_text(encoding="utf-8")
    parts = dict.fromkeys(re.findall(r"\$(\w+)", template))
    script = Markup("<script>x()</script>")  # in the data of a page, if it ever got there
    text = from_template(name, **parts | {"cards": script, "making": script})
    assert text.startswith("<!DOCTYPE html>") and "default-src 'none'" in text and "None" not in text
    assert ("script-src" in text) == scripts


def test_a_template_escapes_text_and_inserts_markup():
    page = from_template("samples", title="a <b>bold</b> & $cards", cards=element("b", "x"))
    assert "<h1>a &lt;b&gt;bold&lt;/b&gt; &amp; $cards</h1>" in page and "<b>x</b>" in page
