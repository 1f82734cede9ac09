"""`python -m benchmarks`: every row runs, the ratios are right, the page is made from the JSON, losses are told."""

import itertools
import json
import math
import platform
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from calls import parse_json

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))

import results
import side_by_side
from inputs import Inputs
from measurement import measure
from performance_page import page
from row import LeftOut, Limit, Probe, Row, Work
from rows import all_rows

REPOSITORY = Path(__file__).parents[1]
BENCHMARKS = REPOSITORY / "benchmarks"
main = runpy.run_path(str(BENCHMARKS / "__main__.py"))["main"]
ROW = "evaluate-bootstrap"


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """JSON and page of all rows in their tiny form."""
    folder = tmp_path_factory.mktemp("benchmarks é")
    files = [f"--json={folder / 'all.json'}", f"--page={folder / 'all.md'}"]
    command = [sys.executable, "-m", "benchmarks", "--quick", *files]
    subprocess.run(command, cwd=REPOSITORY, check=True, stdout=subprocess.DEVNULL)
    return folder / "all.json", folder / "all.md"


@pytest.mark.slow
@pytest.mark.parametrize("name", all_rows())
def test_every_row_is_measured(quick, name):
    (row,) = (row for row in results.read(quick[0])["rows"] if row["name"] == name)
    if "left_out" in row:
        pytest.skip(row["left_out"])
    numbers = [row["speed"], *(row["ratio"] or {}).values()]
    if row["limit"]:
        numbers += [row["limit"]["peak"], *row["limit"]["share"].values()]
    assert len(numbers) > 1 and all(math.isfinite(number) and number > 0 for number in numbers)
    assert bool(row["ratio"]) == bool(row["peer"])


@pytest.mark.slow
def test_the_page_is_made_from_the_json_which_names_no_host_and_no_path(quick):
    text = quick[0].read_text(encoding="utf-8")
    found = parse_json(text)
    assert quick[1].read_text(encoding="utf-8") == page(found)
    assert found["command"] == "python -m benchmarks --quick" and found["machine"]["cores"] > 0
    private = [str(REPOSITORY), str(quick[0].parent), str(Path.home()), platform.node()]
    assert not [name for name in private if len(name) > 1 and name in text]


def test_each_module_of_the_folder_gives_rows_of_its_own():
    modules = [path.stem for path in (BENCHMARKS / "rows").glob("[!_]*.py")]
    rows = [runpy.run_path(str(BENCHMARKS / "rows" / f"{module}.py"))["ROWS"] for module in modules]
    assert all(rows) and len(all_rows()) == sum(map(len, rows))


@pytest.fixture
def clock(monkeypatch):
    """A clock that only `spend` moves."""
    now = [0.0]
    monkeypatch.setattr(side_by_side.time, "perf_counter", lambda: now[0])

    def spend(seconds):
        now[0] += seconds

    return spend


@pytest.fixture
def inputs():
    with Inputs() as made:
        yield made


def row_of(work):
    return Row("row", "a title", "frames", lambda inputs: work, "a peer")


def test_ratio_share_and_speed_of_known_times(clock, inputs):
    """Own 2 s, peer 3 s; a limit of 4 GFLOP/s, at which 1 GFLOP takes 0.25 s."""
    probe = Probe("a limit", "GFLOP", 2.0, lambda: clock(0.5))
    found = measure(row_of(Work(10, lambda: clock(2.0), lambda: clock(3.0), Limit(probe, 1.0))), inputs)
    assert found["speed"] == 5 and found["ratio"] == {"median": 1.5, "low": 1.5, "high": 1.5}
    assert found["limit"]["peak"] == 4 and found["limit"]["share"]["median"] == 0.125


def test_a_ratio_is_taken_within_each_round(clock, inputs):
    """The machine is twice as slow in every other round, for both; the ratio stays."""
    slow = itertools.cycle([1, 1, 2, 2])
    found = measure(row_of(Work(1, lambda: clock(3 * next(slow)), lambda: clock(6 * next(slow)))), inputs)
    assert found["rounds"] >= 3 and found["ratio"] == {"median": 2, "low": 2, "high": 2}


def test_a_peer_may_be_a_known_time(clock, inputs):
    assert measure(row_of(Work(1, lambda: clock(0.25), 1.0)), inputs)["ratio"]["median"] == 4


def test_a_row_that_is_left_out_says_why(inputs):
    def prepare(inputs):
        raise LeftOut("a package is not installed")

    found = measure(Row("row", "a title", "frames", prepare), inputs)
    assert found["left_out"] == "a package is not installed" and results.headline(found) is None
    assert "a package is not installed" in page(document(found))


def measured(name, ratio=None, share=None):
    """Return a row as it stands in the JSON."""
    spreads = [number and {"median": number, "low": number, "high": number} for number in (ratio, share)]
    limit = share and {"name": "memory", "unit": "GB/s", "peak": 1.0, "share": spreads[1]}
    about = {"name": name, "title": name, "unit": "frames", "peer": ratio and "a peer", "rounds": 1, "speed": 1.0}
    return about | {"ratio": spreads[0], "limit": limit}


def document(*rows, quick=True):
    return results.document(list(rows), "python -m benchmarks", quick, "synthetic")


@pytest.mark.parametrize(("new", "falls"), [(0.8, True), (0.5, True), (0.81, False), (1.5, False)])
@pytest.mark.parametrize("what", ["ratio", "share"])
def test_a_fall_by_a_fifth_is_a_loss(what, new, falls):
    lines, fallen = results.compared(document(measured("a", **{what: new})), document(measured("a", **{what: 1.0})))
    assert fallen == ["a"] * falls and len(lines) == 1 and f"{100 * (new - 1):+.0f} %" in lines[0]


def test_rows_of_one_run_only_are_no_loss():
    left_out = {"name": "c", "title": "c", "peer": None, "left_out": "why"}
    lines, fallen = results.compared(document(measured("a", 1.0), left_out), document(measured("b", 1.0), left_out))
    assert not fallen and [line.split(maxsplit=1) for line in lines] == [
        ["a", "measured in the new run only"],
        ["c", "measured in neither run"],
        ["b", "measured in the old run only"],
    ]


@pytest.mark.parametrize(
    ("number", "text"), [(0.005336, "0.00534"), (2.0, "2.00"), (234.77, "235"), (63361.0, "63,400"), (0.0, "0")]
)
def test_three_digits_without_an_exponent(number, text):
    assert results.rounded(number) == text


def write(path, found):
    path.write_text(json.dumps(found), encoding="utf-8")
    return path


@pytest.mark.parametrize(("old_ratio", "status"), [(1e9, 1), (1e-9, 0)])
def test_the_status_tells_a_loss(tmp_path, capsys, old_ratio, status):
    old = write(tmp_path / "old.json", document(measured(ROW, old_ratio)))
    assert main([ROW, "--quick", f"--compare={old}"]) == status
    assert (f"The ratio fell by 20 % or more in 1 of 1 rows: {ROW}." in capsys.readouterr().out) == bool(status)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read"),
        ("no json", "is not JSON"),
        ("[1]", "is not of the format"),
        (json.dumps(document({"name": ROW})), "lacks a number"),
        (json.dumps(document(measured(ROW, 1.0), quick=False)), "without --quick"),
    ],
)
def test_what_cannot_be_compared_gives_one_sentence(tmp_path, capsys, content, why):
    old = tmp_path / "old.json"
    if content is not None:
        old.write_text(content, encoding="utf-8")
    assert main([ROW, "--quick", f"--compare={old}"]) == 2
    told = capsys.readouterr()
    assert not told.out and told.err.count("\n") == 1 and str(old) in told.err and why in told.err


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["no-row"], "row: 'no-row' is not allowed; choose one of"),
        ([ROW, f"--json={REPOSITORY}"], "is a folder"),
        ([ROW, "--corpus=missing.yaml"], "missing.yaml"),
    ],
)
def test_a_mistake_gives_one_sentence(capsys, arguments, why):
    assert main(arguments) == 2
    told = capsys.readouterr()
    assert not told.out and told.err.count("\n") == 1 and why in told.err


def test_the_list_names_every_row(capsys):
    assert main(["--list"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == list(all_rows())
