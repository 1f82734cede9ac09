"""Scores of listening tests: numbers worked out by hand, who is dropped and why, and files that are refused."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.listening import output as listening_output
from vconv.listening import scores as listening_scores
from vconv.listening.scores import crossed_interval

SENTENCES = ("s1", "s2")
# What a careful listener answers: a grade by who speaks; of an ABX pair, the system.
CAREFUL = {
    "mos": {"old": 2, "new": 4, "target": 5},
    "similarity": {"old": 3, "new": 2, "target": 1, "source": 4},
    "abx": "new",
}


def make_key(tests=("mos", "similarity", "abx")):
    """A key of two systems and two sentences, as `build` writes it; the clip of old, s1 is called old-s1."""
    speakers = "old", "new", "target", "source"
    items = {}
    for sentence in SENTENCES:
        other = f"target-{SENTENCES[sentence == 's1']}"
        for speaker in speakers[:3]:
            items[f"m-{speaker}-{sentence}"] = "mos", sentence, [f"{speaker}-{sentence}"]
        for speaker in speakers:
            items[f"v-{speaker}-{sentence}"] = "similarity", sentence, [f"{speaker}-{sentence}", other]
        a_b = [f"new-{sentence}", f"old-{sentence}"]
        items[f"x-{sentence}"] = "abx", sentence, [*(a_b if sentence == "s1" else a_b[::-1]), other]
    return {
        "format": "vconv listening-test key",
        "version": 1,
        "test": "t1",
        "systems": ["old", "new"],
        "items": {
            name: dict(zip(("test", "sentence", "clips"), item, strict=True))
            for name, item in items.items()
            if item[0] in tests
        },
        "clips": {f"{speaker}-{sentence}": {"system": speaker} for speaker in speakers for sentence in SENTENCES},
    }


def make_result(key, listener="Anna", finished="2026-01-01T10:00:00Z", **changes):
    """The file of a careful listener; `changes` are answers, by item with _ for -."""
    answers = {}
    for name, item in key["items"].items():
        speaker = item["clips"][0].split("-")[0]
        expected = CAREFUL[item["test"]]
        answers[name] = f"{expected}-{item['sentence']}" if item["test"] == "abx" else expected[speaker]
    answers |= {name.replace("_", "-"): answer for name, answer in changes.items()}
    return {
        "format": "vconv listening-test result",
        "version": 1,
        "test": "t1",
        "listener": listener,
        "finished": finished,
        "answers": answers,
    }


@pytest.fixture
def score(tmp_path):
    """Write key and results as files and score them."""

    def run(results, key=None):
        key_path = tmp_path / "page.key.json"
        key_path.write_text(json.dumps(key or make_key()))
        paths = []
        for number, result in enumerate(results):
            paths.append(tmp_path / f"{number}.json")
            paths[-1].write_text(json.dumps(result))
        return listening_scores.score(key_path, [*paths, key_path])

    return run


def test_numbers_worked_out_by_hand(score):
    key = make_key()
    scores, failures = score(
        [
            make_result(key),
            make_result(key, "Bo", m_old_s1=1, m_new_s2=3, v_new_s1=3, x_s1="old-s1"),
            make_result(key, "Cy", m_old_s1=3, m_old_s2=3, v_old_s2=1, v_source_s1=3),
        ]
    )
    assert failures == [] and scores["listeners"] == 3 and scores["dropped"] == {} and scores["duplicates"] == []
    mos = {name: entry["mean"] for name, entry in scores["mos"].items()}
    assert mos == pytest.approx({"old": (2 + 2 + 1 + 2 + 3 + 3) / 6, "new": (4 * 5 + 3) / 6, "target": 5})
    [difference] = scores["mos_differences"]
    assert difference["systems"] == ["old", "new"] and difference["mean"] == pytest.approx(mos["old"] - mos["new"])
    same = {name: (entry["mean"], entry["answers"]) for name, entry in scores["similarity"].items()}
    assert same == {
        "old": (pytest.approx(1 / 6), [1, 0, 5, 0]),
        "new": (pytest.approx(5 / 6), [0, 5, 1, 0]),
        "target": (1.0, [6, 0, 0, 0]),
        "source": (0.0, [0, 0, 1, 5]),
    }
    [abx] = scores["abx"]
    assert abx["systems"] == ["old", "new"] and abx["mean"] == pytest.approx(1 / 6)
    assert abx["p_value"] == pytest.approx(2 * (1 + 6) / 2**6), "one of six or fewer, and the same on the other side"
    for entry in (*scores["mos"].values(), *scores["similarity"].values(), difference, abx):
        assert (entry["listeners"], entry["ratings"]) == (3, 6)
        assert entry["interval"][0] <= entry["mean"] <= entry["interval"][1]


def test_nine_of_ten_choices_are_significant_and_five_of_ten_are_not(score):
    key = make_key(("abx",))
    results = [make_result(key, f"listener {number}") for number in range(5)]
    results[3]["answers"]["x-s2"] = "old-s2"
    [abx] = score(results, key)[0]["abx"]
    assert abx["mean"] == pytest.approx(0.1) and abx["p_value"] == pytest.approx(2 * (1 + 10) / 1024)
    for result in results[:4]:
        result["answers"] |= {"x-s1": "old-s1", "x-s2": "new-s2"}
    results[4]["answers"]["x-s2"] = "old-s2"
    [abx] = score(results, key)[0]["abx"]
    assert abx["mean"] == 0.5 and abx["p_value"] == 1


# Intervals


def test_what_listeners_disagree_about_is_not_made_sure_by_many_sentences():
    """Two listeners, 1 and 5: a resample has mean 1, 3 or 5 with 1/4, 1/2, 1/4, however many sentences there are."""
    table = np.repeat([[1.0], [5.0]], 50, axis=1)
    assert crossed_interval(table) == pytest.approx([1, 5])
    assert crossed_interval(table.T) == pytest.approx([1, 5])


def test_the_interval_over_listeners_has_binomial_ends():
    table = np.repeat([[0.0], [1.0]], 10, axis=0)
    assert crossed_interval(table) == pytest.approx(binom.ppf([0.025, 0.975], 20, 0.5) / 20)


def test_listeners_and_sentences_are_drawn_independently():
    """In the table of r + c the variances add up; drawn by the same numbers, the deviations would."""
    values = np.linspace(-1, 1, 12)
    low, high = crossed_interval(values[:, None] + values)
    assert (high - low) / 2 == pytest.approx(1.96 * np.sqrt(2 * values.var() / 12), rel=0.05)


@given(st.integers(1, 5), st.integers(1, 5), st.randoms(use_true_random=False), st.integers(-3, 3))
def test_the_interval_stays_among_the_grades_and_moves_with_them(listeners, sentences, random, shift):
    table = np.array([[random.randint(1, 5) for _ in range(sentences)] for _ in range(listeners)], float)
    low, high = crossed_interval(table, resamples=500)
    assert table.min() - 1e-9 <= low <= high <= table.max() + 1e-9
    assert crossed_interval(table + shift, resamples=500) == pytest.approx([low + shift, high + shift])


# Anchors

BOTH = {"m_target_s1": 3, "m_target_s2": 4}
FLAT = {f"m_{speaker}_{sentence}": 4 for speaker in ("old", "new", "target") for sentence in SENTENCES}


@pytest.mark.parametrize(
    "answers, reason",
    [
        ({"m_target_s1": 3, "m_target_s2": 3, "m_old_s1": 1}, "a mean MOS of 3.00, below 3.5"),
        ({**BOTH, "m_old_s1": 4, "m_old_s2": 4}, "a mean MOS of 3.50, below the 4.00 of old"),
        (FLAT, "gives every recording a 4"),
        ({"v_target_s1": 3}, "calls 1 of 2 pairs of target and target the same"),
        ({"v_source_s2": 2}, "calls 1 of 2 pairs of source and target different"),
    ],
)
def test_a_listener_who_fails_an_anchor_is_dropped_with_the_reason(score, answers, reason):
    key = make_key()
    scores, _ = score([make_result(key), make_result(key, "Bo", **answers)])
    assert list(scores["dropped"]) == ["Bo"]
    [found] = scores["dropped"]["Bo"]
    assert reason in found
    alone, _ = score([make_result(key)])
    assert {**scores, "dropped": {}} == alone
    assert f"dropped: Bo: {found}" in listening_output.as_text(scores)


@pytest.mark.parametrize(
    "answers",
    [
        {**BOTH, "m_old_s1": 3, "m_old_s2": 3},  # natural 3.5, and above the lowest system though below the other
        {**BOTH, "m_old_s1": 3, "m_old_s2": 4},  # the same as the lowest
        {"v_target_s1": 2, "v_source_s2": 3},  # right, if not sure
    ],
)
def test_a_listener_at_the_limit_is_kept(score, answers):
    key = make_key()
    assert score([make_result(key, **answers)])[0]["dropped"] == {}


def test_the_rule_names_the_anchors_there_are(score):
    key = make_key(("abx",))
    assert score([make_result(key)], key)[0]["rule"] == "no anchors, so nobody can be dropped"
    key = make_key(("mos",))
    scores = score([make_result(key)], key)[0]
    assert "3.5" in scores["rule"] and "pairs" not in scores["rule"]
    assert scores["similarity"] is None and scores["abx"] is None


def test_when_all_fail_there_is_no_score(score):
    key = make_key()
    with pytest.raises(VconvError, match="all 2 listeners fail the anchors.* Anna, for one, calls 1 of 2"):
        score([make_result(key, name, v_source_s1=1) for name in ("Anna", "Bo")])


# Files


def test_of_two_files_of_one_listener_the_first_finished_counts(score):
    key = make_key()
    scores, failures = score([make_result(key, "Anna", "2026-01-02", m_old_s1=3), make_result(key, " anna ")])
    assert failures == [] and scores["listeners"] == 1 and scores["mos"]["old"]["mean"] == 2
    assert scores["duplicates"] == ["anna sent 2 files (1.json, 0.json); the one finished first counts"]


def spoilt(**changes):
    return json.dumps(make_result(make_key()) | changes).encode()


def answered(**changes):
    return json.dumps(make_result(make_key(), **changes)).encode()


DAMAGED = {
    "empty": (b"", "is no JSON"),
    "cut short": (spoilt()[:300], "was cut short"),
    "binary": (b"\x89PNG\xff\x00", "is no JSON"),
    "deep": (b"[" * 100000, "is no JSON"),
    "a list": (b"[1]", "is no file of a listening test"),
    "foreign": (b'{"a": 1}', "is no result of a listening test"),
    "another version": (spoilt(version=2), "or of another version"),
    "another test": (spoilt(test="t2"), "answers another test (t2, the key is of t1)"),
    "nobody": (spoilt(listener=""), "is damaged: no listener"),
    "no time": (spoilt(finished=None), "is damaged: no listener, time"),
    "no answers": (spoilt(answers=[]), "is damaged: no listener, time or answers"),
    "one answer": (spoilt(answers={"m-old-s1": 3}), "answers 1 questions and lacks 15 of the 16"),
    "one too many": (answered(m_old_s3=3), "answers 17 questions and lacks 0 of the 16"),
    "grade 0": (answered(m_old_s1=0), "0 is no answer to question m-old-s1"),
    "grade 6": (answered(m_old_s1=6), "6 is no answer"),
    "similarity 5": (answered(v_old_s1=5), "5 is no answer"),
    "a half": (answered(m_old_s1=3.5), "3.5 is no answer"),
    "a float": (answered(m_old_s1=3.0), "3.0 is no answer"),
    "true": (answered(m_old_s1=True), "True is no answer"),
    "a text": (answered(m_old_s1="3"), "'3' is no answer"),
    "null": (answered(m_old_s1=None), "None is no answer"),
    "NaN": (answered(m_old_s1=float("nan")), "nan is no answer"),
    "X": (answered(x_s1="target-s2"), "'target-s2' is no answer"),
    "a choice by number": (answered(x_s1=1), "1 is no answer"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_or_foreign_file_is_refused_in_one_sentence_and_the_others_are_scored(case, tmp_path, capsys):
    content, sentence = DAMAGED[case]
    (tmp_path / "bad.json").write_bytes(content)
    (tmp_path / "page.key.json").write_text(json.dumps(make_key()))
    (tmp_path / "good.json").write_text(json.dumps(make_result(make_key())))
    arguments = ["listening-test", "score", "--key", str(tmp_path / "page.key.json"), str(tmp_path / "bad.json")]
    assert cli.main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and "no file holds answers" in err and sentence in err
    assert cli.main([*arguments, str(tmp_path / "good.json")]) == 2
    out, err = capsys.readouterr()
    assert err.startswith(f"vconv: {tmp_path / 'bad.json'}: ") and err.count("\n") == 1 and sentence in err
    assert "listeners: 1 kept, 0 dropped" in out


@pytest.mark.parametrize(
    "content, sentence",
    [
        ("{", "is no JSON"),
        ("{}", "is no key of a listening test"),
        (
            json.dumps(make_key() | {"clips": {}}),
            "is damaged; the same `vconv listening-test build` writes the same key",
        ),
        (json.dumps(make_key() | {"items": {"a": 1}}), "is damaged"),
        (None, "cannot be read (No such file"),
    ],
)
def test_a_key_that_is_none(content, sentence, tmp_path, capsys):
    if content is not None:
        (tmp_path / "key.json").write_text(content)
    (tmp_path / "good.json").write_text(json.dumps(make_result(make_key())))
    assert cli.main(["listening-test", "score", "--key", str(tmp_path / "key.json"), str(tmp_path / "good.json")]) == 2
    err = capsys.readouterr().err
    assert sentence in err and err.count("\n") == 1


def test_the_command_prints_tables_and_writes_json_that_a_second_run_passes_over(tmp_path, capsys):
    key = make_key()
    (tmp_path / "page.key.json").write_text(json.dumps(key))
    (tmp_path / "é.json").write_text("\ufeff" + json.dumps(make_result(key, "Zoë")), encoding="utf-8")
    arguments = [
        "listening-test",
        "score",
        "--key",
        str(tmp_path / "page.key.json"),
        "--json",
        str(tmp_path / "scores.json"),
    ]
    outputs = []
    for _ in range(2):
        assert cli.main([*arguments, *(str(path) for path in tmp_path.glob("*.json"))]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    for line in (
        "listeners: 1 kept, 0 dropped",
        "few: intervals from fewer than 5 listeners are too narrow",
        "old           2.00 [2.00, 2.00]  2 ratings of 1 listener",
        "old - new: -2.00 [-2.00, -2.00]  2 ratings of 1 listener",
        "source        0% [0%, 0%]  2 ratings of 1 listener",
        "old rather than new: 0% [0%, 0%]  2 ratings of 1 listener, p = 0.5",
    ):
        assert line in outputs[0].splitlines(), outputs[0]
    written = json.loads((tmp_path / "scores.json").read_text(encoding="utf-8"))
    assert written["mos"]["new"]["mean"] == 4 and written["format"] == "vconv listening-test scores"
