"""Matching as a whole: sounds meet the same sounds, nobody looks at names, mistakes are told in one sentence."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from vconv import cli
from vconv.alignment import match
from vconv.alignment.adaptation import apply
from vconv.alignment.pairs import Pairs
from vconv.alignment.rows import Rows
from vconv.errors import VconvError


def run(voices, output, settings, **changes):
    lines = []
    match.match(voices.store, voices.statistics, output, settings | changes, lines.append)
    return Pairs(output), lines


def test_each_sound_is_matched_to_the_same_sound_in_the_other_voice(trio, tmp_path, small_match):
    found, lines = run(trio, tmp_path / "p.h5", small_match)
    assert found.speakers == ["A", "B", "C"] and found.fingerprint == trio.store.fingerprint
    assert found.settings == small_match and found.matched.shape == (3, len(trio.sounds), 24)
    spoken = trio.sounds >= 0
    speaker = np.repeat([row.speaker for row in found.utterances], [row.length for row in found.utterances])
    for number, name in enumerate(found.speakers):
        true = trio.voices.say(name, trio.sounds)
        others = spoken & (speaker != name)
        heard = np.isin(trio.sounds, trio.sounds[spoken & (speaker == name)])
        distance = np.sqrt(np.square(found.matched[number] - true).sum(axis=1))
        apart = np.sqrt(np.square(true[others] - true[others].mean(axis=0)).sum(axis=1)).mean()
        assert np.median(distance[others & heard]) < 0.25 * apart, name
        assert distance[spoken & (speaker == name)].mean() < 0.1 * apart, "his own rows are what he said"
    assert lines[-4:] == ["6 maps from voice to voice", *(f"{name}: the others' rows matched" for name in "ABC")]


def test_each_voice_goes_through_its_own_map(trio):
    rows, random = Rows(trio.store, trio.statistics), np.random.default_rng(0)
    turns = [np.linalg.qr(random.normal(size=(27, 27)))[0] for _ in range(3)]
    space = np.concatenate([rows.content[rows.speaker == speaker] @ turn + 9 * speaker
                            for speaker, turn in enumerate(turns)])
    chosen = [rows.of_speaker(speaker) for speaker in range(3)]
    for source, target in [(0, 1), (1, 0), (2, 1)]:
        turn = turns[source].T @ turns[target]
        truth = np.vstack([turn, 9 * target - 9 * source * turn.sum(axis=0)])
        maps = dict.fromkeys(((one, target) for one in range(3)), np.zeros((28, 27))) | {(source, target): truth}
        with ThreadPoolExecutor(2) as pool:
            found = match._in_voice(target, rows, space.astype(np.float32), maps, {"rows": 999, "neighbours": 1}, pool)
        distance = np.square(rows.content[chosen[source], None] - rows.content[chosen[target]]).sum(axis=2)
        expected = rows.cepstra[chosen[target][distance.argmin(axis=1)], 1:25]
        assert (found[chosen[source]] == expected).all(axis=1).mean() > 0.98
        np.testing.assert_allclose(found[rows.speaker == target], rows.cepstra[rows.speaker == target, 1:25], atol=1e-5)


def test_maps_lead_from_the_first_speaker_to_the_second(trio, small_match):
    rows = Rows(trio.store, trio.statistics)
    codes = rows.content
    space = (rows.content * (1 + rows.speaker[:, None]) + 5 * rows.speaker[:, None]).astype(np.float32)
    with ThreadPoolExecutor(2) as pool:
        maps = match.adapt_all(rows, codes, space, small_match["adaptation"], pool, list)
    assert set(maps) == {(one, other) for one in range(3) for other in range(3) if one != other}
    for one, other in maps:
        moved = apply(maps[one, other], space[rows.of_speaker(one)])
        np.testing.assert_allclose(moved.mean(), space[rows.of_speaker(other)].mean(), atol=1.0)


def test_a_pause_is_moved_by_mean_and_deviation(trio, tmp_path, small_match):
    found, _ = run(trio, tmp_path / "p.h5", small_match)
    pause = np.flatnonzero(trio.sounds < 0)[0]
    assert found.utterances[0].speaker == "A" and pause < found.utterances[0].length
    mean, deviation = trio.statistics.cepstrum_mean[:, 1:25], trio.statistics.cepstrum_deviation[:, 1:25]
    own = found.matched[0, pause].astype(float)
    expected = (own - mean[0]) / deviation[0] * deviation[1] + mean[1]
    np.testing.assert_allclose(found.matched[1, pause], expected, atol=0.02)


def test_names_play_no_part(make_voices, tmp_path, small_match, monkeypatch):
    lengths = {("A", "training"): [140, 90], ("A", "validation"): [70], ("B", "training"): [120, 100]}
    settings = small_match | {"encoder": small_match["encoder"] | {"steps": 2}}
    matched = {}
    for name, names in {"same": lambda number: f"u{number % 3}", "other": lambda number: f"x{9 - number}"}.items():
        voices = make_voices(tmp_path / f"{name}.h5", lengths, names)
        matched[name], _ = run(voices, tmp_path / f"{name}-p.h5", settings)
    assert matched["same"].utterances != matched["other"].utterances
    np.testing.assert_array_equal(matched["same"].matched, matched["other"].matched)
    monkeypatch.setattr(match, "available_cores", lambda: 5)
    again, _ = run(make_voices(tmp_path / "again.h5", lengths), tmp_path / "again-p.h5", settings)
    np.testing.assert_array_equal(again.matched, matched["same"].matched, "nor does the number of threads")
    other_seed, _ = run(make_voices(tmp_path / "seed.h5", lengths), tmp_path / "seed-p.h5", settings, seed=1)
    assert (other_seed.matched != matched["same"].matched).any()


@pytest.mark.parametrize("changes, message", [
    ({"encoder": {"warp": 1.0}}, "match: encoder: warp: is 1.0; it must be from 0 to below 1"),
    ({"encoder": {"dropout": -0.1}}, "match: encoder: dropout: is -0.1; it must be from 0 to below 1"),
    ({"adaptation": {"keep": 0.0}}, "match: adaptation: keep: is 0.0; it must be above 0 and at most 1"),
    ({"adaptation": {"ridge": 0}}, "match: adaptation: ridge: is 0.0; it must be above 0"),
    ({"matching": {"neighbours": 0}}, "match: matching: neighbours: is 0; it needs whole numbers of 1 or more"),
    ({"neighbours": 3}, "match: there is no key neighbours"),
])
def test_impossible_settings(changes, message):
    with pytest.raises(VconvError, match=message):
        match.settings(changes)


def test_a_folder_that_cannot_be_written_is_told_at_once(trio, tmp_path, small_match, monkeypatch):
    monkeypatch.setattr(match, "Rows", lambda *_: pytest.fail("computed first"))
    (tmp_path / "file").write_text("")
    with pytest.raises(VconvError, match="cannot be written"):
        run(trio, tmp_path / "file" / "p.h5", small_match)


def test_what_a_killed_run_left_goes_with_the_next(trio, tmp_path, small_match):
    (tmp_path / ".unfinished-1-2-p.h5").write_text("half")
    run(trio, tmp_path / "p.h5", small_match | {"encoder": small_match["encoder"] | {"steps": 1}})
    assert not list(tmp_path.glob(".unfinished*"))


def test_one_speaker_has_nobody_to_match(make_voices, tmp_path, small_match):
    alone = make_voices(tmp_path / "f.h5", {("A", "training"): [90]})
    with pytest.raises(VconvError, match="f.h5: holds the one speaker A; it takes two or more to match"):
        run(alone, tmp_path / "p.h5", small_match)
    assert not (tmp_path / "p.h5").exists()


def test_the_command(tiny, tmp_path, capsys, small_changes):
    changes = [f"--set={section}.{key}={value}" for section, values in small_changes.items()
               for key, value in values.items()]
    output = tmp_path / "é p.h5"
    assert cli.main(["match", f"--corpus={tiny.corpus}", f"--output={output}", *changes, "--set=encoder.steps=2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{output}: written"
    with Pairs(output) as found:
        assert found.speakers == list(tiny.speakers)
        assert {row.split for row in found.utterances} == {"training", "validation"}
        assert np.ptp(found.matched.astype(float), axis=(0, 1)).min() > 0
    assert cli.main(["match", f"--corpus={tiny.corpus}", "--set=encoder.step=2"]) == 2
    assert "match: encoder: there is no key step" in capsys.readouterr().err
