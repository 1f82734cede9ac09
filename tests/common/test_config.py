"""Settings: complete, typed, and a mistake is told with what would have been right."""

import math

import pytest
import yaml

from vconv.common import config
from vconv.common.errors import VconvError
from vconv.common.limits import Interval, Words

DEFAULTS = {"rate": 1e-4, "steps": 5, "on": False, "kind": "a", "sizes": [1, 2], "section": {"deep": 1.0}}


def test_merge_changes_only_what_is_named():
    merged = config.merge(DEFAULTS, {"steps": 7, "section": {"deep": 2}}, "x")
    assert merged == DEFAULTS | {"steps": 7, "section": {"deep": 2.0}}
    assert isinstance(merged["steps"], int)
    assert DEFAULTS["section"] == {"deep": 1.0}, "the defaults themselves must not change"


@pytest.mark.parametrize("value", [2, "2e0", 2.0])
def test_a_number_may_be_written_in_several_ways(value):
    merged = config.merge(DEFAULTS, {"rate": value}, "x")
    assert merged["rate"] == 2.0 and isinstance(merged["rate"], float)


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"step": 1}, ("no key step", "rate, steps, on, kind, sizes, section")),
        ({"section": {"deeper": 1}}, ("section", "no key deeper", "deep")),
        ({"section": 3}, ("section", "deep", "3")),
        ({"steps": 1.5}, ("steps", "whole number", "1.5")),
        ({"steps": "7"}, ("steps", "whole number", "7")),
        ({"steps": True}, ("steps", "whole number", "True")),
        ({"on": 1}, ("on", "true or false")),
        ({"rate": "fast"}, ("rate", "a number", "fast")),
        ({"rate": False}, ("rate", "a number", "False")),
        ({"kind": 3}, ("kind", "a text")),
        ({"sizes": [1, "x"]}, ("sizes", "whole number", "x")),
        ({"sizes": 3}, ("sizes", "a list")),
        ({"rate": 10**5000}, ("rate", "a number")),
        ({"rate": "9" * 5000, "kind": 16**5000}, ("kind", "a text", "very many digits")),
        ({"kind": [["x" * 1000] * 1000] * 1000}, ("kind", "a text", "...")),
        ({"section": {"deeper": 1, "x" * 1000: 2}}, ("section", "no key deeper", "deep")),
    ],
)
def test_merge_refuses(changes, words):
    with pytest.raises(VconvError) as error:
        config.merge(DEFAULTS, changes, "x.yaml")
    assert all(word in str(error.value) for word in ("x.yaml", *words)) and len(str(error.value)) < 400


TEMPLATE = """# A template
rate: 1.0e-4          # (0, 1e2] of the optimizer
steps: 5              # [0, 4294967295] updates
share: 0.5            # [-0.5, 1)
kind: a               # {a,
                      #  b_c} what it is
name: x               # [0, 1] is no limit of a text... but it is read as one
sizes: [1, 2]         # [1, 65536] one a layer
parts: [a]            # {a, b}
free: 3               # (a remark in brackets, 3 words)
section:              # [0, 1] nothing, because this is a section
  deep: 1.0           # [0, 1e-2)
  flag: false
"""


@pytest.fixture
def template(tmp_path):
    (tmp_path / "x.yaml").write_text(TEMPLATE.replace("name: x ", "# name: x "))
    return config.read_template(tmp_path / "x.yaml")


def test_a_template_has_the_defaults_and_the_limits_beside_them(template):
    assert template.defaults == yaml.safe_load(TEMPLATE.replace("name: x ", "# name: x "))
    assert template.limits == {
        "rate": Interval(0, 100.0, low_open=True),
        "steps": Interval(0, 4294967295),
        "share": Interval(-0.5, 1, high_open=True),
        "kind": Words(("a", "b_c")),
        "sizes": Interval(1, 65536),
        "parts": Words(("a", "b")),
        "section": {"deep": Interval(0, 0.01, high_open=True)},
    }


def test_bounds_belong_to_an_interval_unless_it_is_open():
    closed, opened = Interval(0, 1), Interval(0, 1, True, True)
    assert all(value in closed for value in (0, 0.5, 1)) and 0.5 in opened
    assert not any(value in opened for value in (0, 1))
    assert not any(value in closed for value in (-1e-9, 1 + 1e-9, math.nan, math.inf, -math.inf))
    assert [str(Interval(0, 1, *ends)) for ends in ((), (True,), (False, True), (True, True))] == [
        "from 0 to 1",
        "above 0 and at most 1",
        "from 0 to below 1",
        "above 0 and below 1",
    ]


def test_what_lies_within_the_limits_is_taken(template):
    changes = {"rate": "1e-30", "steps": 0, "share": -0.5, "kind": "b_c", "sizes": [65536], "parts": ["b", "b"]}
    complete = template.complete(changes | {"section": {"deep": 0, "flag": True}, "free": -7}, "x")
    assert complete == changes | {"rate": 1e-30, "section": {"deep": 0.0, "flag": True}, "free": -7}
    assert template.complete({}, "x") == template.defaults


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"rate": 0}, "x: rate is 0; it must be above 0 and at most 100.0"),
        ({"rate": "nan"}, "x: rate is 'nan'; it must be above 0 and at most 100.0"),
        ({"rate": math.inf}, "x: rate is inf; it must be above 0 and at most 100.0"),
        ({"steps": 99999999999999}, "x: steps is 99999999999999; it must be from 0 to 4294967295"),
        ({"steps": "many"}, "x: steps: needs a whole number from 0 to 4294967295, such as 5, found 'many'"),
        ({"share": 1}, "x: share is 1; it must be from -0.5 to below 1"),
        ({"kind": "c"}, "x: kind: 'c' is not allowed; choose one of: a, b_c"),
        ({"kind": 3}, "x: kind: 3 is not allowed; choose one of: a, b_c"),
        ({"sizes": [4, 0]}, "x: sizes is [4, 0]; each entry must be from 1 to 65536"),
        ({"sizes": []}, "x: sizes is empty; it must hold one entry or more, each from 1 to 65536"),
        ({"sizes": 4}, "x: sizes: needs a list such as [1, 2], found 4"),
        ({"sizes": [1.5]}, "x: sizes: needs a whole number from 1 to 65536, such as 1, found 1.5"),
        ({"parts": ["a", "c"]}, "x: parts: 'c' is not allowed; choose one of: a, b"),
        ({"parts": []}, "x: parts is empty; it must hold one entry or more, each one of: a, b"),
        ({"section": {"deep": 0.01}}, "x: section.deep is 0.01; it must be from 0 to below 0.01"),
        (
            {"section": {"deep": "low"}},
            "x: section.deep: needs a number from 0 to below 0.01, such as 1.0, found 'low'",
        ),
        ({"section": {"dep": 1}}, "x: section: there is no key dep; the keys are: deep, flag"),
        ({"section": 1}, "x: section: needs a section with the keys deep, flag, found 1"),
    ],
)
def test_what_lies_beyond_gets_one_sentence_that_says_what_is_allowed(template, changes, sentence):
    with pytest.raises(VconvError) as error:
        template.complete(changes, "x")
    assert str(error.value) == sentence


def test_a_template_may_extend_another(template):
    own = config.Template(
        {"steps": 7, "section": {"new": 1}}, {"steps": Interval(7, 9), "section": {"new": Words("a")}}
    )
    both = template.extended(own)
    assert both.defaults == template.defaults | {"steps": 7, "section": {"deep": 1.0, "flag": False, "new": 1}}
    assert both.limits["steps"] == Interval(7, 9) and both.limits["rate"] == template.limits["rate"]
    assert both.limits["section"] == template.limits["section"] | {"new": Words("a")}
    assert "new" not in template.defaults["section"], "the templates themselves must not change"


def test_assignments_are_nested_and_read_as_yaml():
    assert config.parse_assignments(["a.b=1", "a.c=[x, 2]", "d=true", "e=x=y"]) == {
        "a": {"b": 1, "c": ["x", 2]},
        "d": True,
        "e": "x=y",
    }


@pytest.mark.parametrize(
    "assignment", [["a"], ["=3"], ["a=["], ["a=1", "a.b=2"], ["a=" + "[" * 5000], ["a=2001-99-99"], ["x" * 5000]]
)
def test_bad_assignments_are_refused(assignment):
    with pytest.raises(VconvError, match="--set") as error:
        config.parse_assignments(assignment)
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    "content, words",
    [
        (None, "cannot be read"),
        (b"a: [", "not valid YAML"),
        (b"- a", "a list"),
        (b"\xff\xfe\x00", "not valid YAML"),
        (b"!!python/object/apply:os.getcwd []", "not valid YAML"),
        (b"a: " + b"[" * 5000 + b"]" * 5000, "not valid YAML .nested too deeply"),
        (b"a: " + b"{b: " * 5000 + b"}" * 5000, "not valid YAML .nested too deeply"),
        (b"a: 2001-99-99", "not valid YAML .month"),
        (b"a: " + b"9" * 5000, "not valid YAML"),
        (b"a: !!int", "not valid YAML"),
        (b"a: !!bool x", "not valid YAML"),
        (b"a: !!timestamp x", "not valid YAML"),
        (b"? [1]\n: 2", "not valid YAML"),
    ],
)
def test_read_yaml_refuses(tmp_path, content, words):
    path = tmp_path / "é x.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VconvError, match=words) as error:
        config.read_yaml(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_read_yaml_takes_an_empty_file_for_no_changes(tmp_path):
    (tmp_path / "x.yaml").write_text("# nothing\n")
    assert config.read_yaml(tmp_path / "x.yaml") == {}


def test_one_of_lists_what_is_allowed():
    assert config.one_of(2, (1, 2), "x") == 2
    with pytest.raises(VconvError, match="x: 3 is not allowed; choose one of: 1, 2"):
        config.one_of(3, (1, 2), "x")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_read_yaml_takes_what_editors_write(tmp_path, encoding):
    (tmp_path / "x.yaml").write_text("name: Zoë\r\n", encoding=encoding)
    assert config.read_yaml(tmp_path / "x.yaml") == {"name": "Zoë"}
