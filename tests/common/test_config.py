"""Settings: complete, typed, and a mistake is told with what would have been right."""

import pytest

from vconv.common import config
from vconv.common.errors import VconvError

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
    ],
)
def test_merge_refuses(changes, words):
    with pytest.raises(VconvError) as error:
        config.merge(DEFAULTS, changes, "x.yaml")
    assert all(word in str(error.value) for word in ("x.yaml", *words))


def test_assignments_are_nested_and_read_as_yaml():
    assert config.parse_assignments(["a.b=1", "a.c=[x, 2]", "d=true", "e=x=y"]) == {
        "a": {"b": 1, "c": ["x", 2]},
        "d": True,
        "e": "x=y",
    }


@pytest.mark.parametrize("assignment", [["a"], ["=3"], ["a=["], ["a=1", "a.b=2"]])
def test_bad_assignments_are_refused(assignment):
    with pytest.raises(VconvError, match="--set"):
        config.parse_assignments(assignment)


@pytest.mark.parametrize(
    "content, words",
    [
        (None, "cannot be read"),
        (b"a: [", "not valid YAML"),
        (b"- a", "a list"),
        (b"\xff\xfe\x00", "not valid YAML"),
        (b"!!python/object/apply:os.getcwd []", "not valid YAML"),
    ],
)
def test_read_yaml_refuses(tmp_path, content, words):
    path = tmp_path / "é x.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(VconvError, match=words) as error:
        config.read_yaml(path)
    assert str(path) in str(error.value)


def test_read_yaml_takes_an_empty_file_for_no_changes(tmp_path):
    (tmp_path / "x.yaml").write_text("# nothing\n")
    assert config.read_yaml(tmp_path / "x.yaml") == {}


@pytest.mark.parametrize(
    "section, words",
    [
        ({"latent": 0}, "latent: is 0"),
        ({"channels": []}, r"channels: is \[\]"),
        ({"channels": [4, -1]}, "1 or more"),
        ({"a_channels": [1, 2], "a_kernels": [3]}, "a_channels: has 2 entries and a_kernels has 1"),
        ({"a_channels": [1], "a_kernels": [3, 4]}, "a_channels: has 1 entries and a_kernels has 2"),
    ],
)
def test_impossible_sizes_are_refused(section, words):
    with pytest.raises(VconvError, match=words):
        config.check_sizes(section, "x")


def test_possible_sizes_pass():
    config.check_sizes({"latent": 1, "l2": 0.0, "flag": False, "a_channels": [1, 2], "a_kernels": [3, 4]}, "x")


def test_one_of_lists_what_is_allowed():
    assert config.one_of(2, (1, 2), "x") == 2
    with pytest.raises(VconvError, match="x: 3 is not allowed; choose one of: 1, 2"):
        config.one_of(3, (1, 2), "x")
