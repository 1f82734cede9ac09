"""`vconv match`: frames are paired with frames of the same sound, whatever the names; mistakes are one sentence."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from vconv.alignment import match, speaker_pairs
from vconv.alignment.adaptation import adapt
from vconv.alignment.frame_pairs import FramePairs
from vconv.alignment.frames import AlignmentFrames
from vconv.alignment.speaker_frames import SpeakerFrames
from vconv.commands import cli
from vconv.common.errors import VconvError
from vconv.data.frame_pairs import FramePairSegments


def run(corpus, output, **changes):
    lines = []
    match.match(corpus.store, corpus.statistics, output, match.settings(changes), lines.append)
    return FramePairs(output), lines


def test_each_frame_is_matched_to_frames_of_the_same_sound_of_the_other_speaker(trio, tmp_path):
    found, lines = run(trio, tmp_path / "p.h5")
    assert found.speakers == ["A", "B", "C"] and found.fingerprint == trio.store.fingerprint
    assert found.settings == match.settings() and found.matched.shape == (3, len(trio.sounds), 40)
    speech = trio.sounds >= 0
    speaker = np.repeat([row.speaker for row in found.utterances], [row.length for row in found.utterances])
    for number, name in enumerate(found.speakers):
        true, weight = trio.coefficients(name, trio.sounds), found.weight[number]
        others, own = speech & (speaker != name) & (weight > 0), speaker == name
        known = np.isin(trio.sounds, trio.sounds[speech & own])
        distance = np.sqrt(np.square(found.matched[number, :, 1:25] - true).sum(axis=1))
        apart = np.sqrt(np.square(true[others] - true[others].mean(axis=0)).sum(axis=1)).mean()
        assert np.median(distance[others & known]) < 0.25 * apart, name
        assert distance[speech & own].mean() < 0.1 * apart, "the speaker's own frames keep their features"
        np.testing.assert_array_equal(weight[own], speech[own])
        assert not weight[~speech].any() and not found.matched[number, ~own & (weight == 0)].any()
        assert (weight[speech & ~own] > 0).mean() > 0.6
    assert lines[-1].startswith("3 pairs of speakers: ")


def test_training_frames_are_paired_both_ways_and_held_out_frames_one_way(trio):
    frames = AlignmentFrames(trio.store, trio.statistics)
    one, other = SpeakerFrames(frames, 0), SpeakerFrames(frames, 1)
    settings = match.settings({"matching": {"keep": 1.0}})
    there, back = (found.pairs for found in speaker_pairs.match_two(one, other, settings))
    training = len(one.speech) + len(other.speech)
    np.testing.assert_array_equal(there[:training], back[:training, ::-1])
    assert set(there[:training, 0]) == set(one.numbers[one.speech])
    assert set(back[:training, 0]) == set(other.numbers[other.speech]) and len(back) == training  # B holds nothing out
    # Exactly those held-out frames are paired that are no farther off than the most distant pair of training frames.
    adapted = adapt(one, other, settings["adaptation"])
    known = other.alignment_features(other.coefficients, other.speech)
    trained, held_out = (cdist(one.alignment_features(adapted, chosen), known) for chosen in (one.speech, one.held_out))
    near = held_out.min(axis=1) <= max(trained.min(axis=0).max(), trained.min(axis=1).max())
    np.testing.assert_array_equal(there[training:, 0], one.numbers[one.held_out[near]])
    assert near.any() and not near.all()
    assert frames.training[there[:, 1]].all() and (frames.speaker[there] == (0, 1)).all()
    fewer = speaker_pairs.match_two(one, other, match.settings({"matching": {"keep": 0.5}}))[0].pairs
    assert {tuple(pair) for pair in fewer} < {tuple(pair) for pair in there} and len(fewer) < 0.7 * len(there)
    few = speaker_pairs.match_two(one, other, match.settings({"matching": {"frames": 20, "keep": 1.0}}))[1]
    assert len(few.pairs) == 40


def test_the_file_holds_the_transforms_between_all_speakers_in_both_directions(trio, tmp_path):
    found, _ = run(trio, tmp_path / "p.h5")
    frames = AlignmentFrames(trio.store, trio.statistics)
    speakers = [SpeakerFrames(frames, speaker) for speaker in range(3)]
    for one, other in [(0, 1), (0, 2), (1, 2)]:
        there, back = speaker_pairs.match_two(speakers[one], speakers[other], match.settings())
        np.testing.assert_array_equal(found.transforms[other, one], there.transform)
        np.testing.assert_array_equal(found.transforms[one, other], back.transform)
        for source, affine in (speakers[one], there.transform), (speakers[other], back.transform):
            moved = source.coefficients[source.speech] @ affine[:-1] + affine[-1]
            np.testing.assert_allclose(moved.std(axis=0), 1, atol=1e-3)
            # These speakers differ by scale and offset alone; C has only some of the sounds.
            assert other == 2 or np.abs(moved - source.coefficients[source.speech]).mean() < 0.4
    for speaker in range(3):
        np.testing.assert_array_equal(found.transforms[speaker, speaker], np.eye(25, 24))


def test_the_matched_features_of_a_frame_are_the_mean_over_its_pairs():
    frames = SimpleNamespace(
        speaker=np.array([0, 0, 0, 1, 1, 1]),
        speech=np.array([1, 1, 1, 1, 0, 1], bool),
        acoustic=np.outer(np.arange(6), np.ones(40)).astype(np.float32),
    )
    found, weight = match.matched_features(
        frames.speaker == 1, frames, [np.array([[0, 3], [0, 5], [2, 5]] + [[1, 4]] * 300)]
    )
    np.testing.assert_array_equal(found[:, 0], [4, 4, 5, 3, 4, 5])
    assert weight.tolist() == [2, 255, 1, 1, 0, 1] and weight.dtype == np.uint8 and found.shape == (6, 40)
    alone, weight = match.matched_features(frames.speaker == 0, frames, [np.zeros((0, 2), np.int64)])
    np.testing.assert_array_equal(alone[:, 0], [0, 1, 2, 0, 0, 0])
    assert weight.tolist() == [1, 1, 1, 0, 0, 0]


def test_matching_depends_neither_on_names_of_utterances_nor_on_the_number_of_threads(
    make_corpus, tmp_path, monkeypatch
):
    lengths = {("A", "training"): [140, 90], ("A", "validation"): [70], ("B", "training"): [120, 100]}
    matched = {}
    for name, names in {"same": lambda number: f"u{number % 3}", "other": lambda number: f"x{9 - number}"}.items():
        corpus = make_corpus(tmp_path / f"{name}.h5", lengths, names)
        matched[name], _ = run(corpus, tmp_path / f"{name}-p.h5")
    assert matched["same"].utterances != matched["other"].utterances
    np.testing.assert_array_equal(matched["same"].matched, matched["other"].matched)
    monkeypatch.setattr(speaker_pairs, "available_cores", lambda: 5)
    again, _ = run(make_corpus(tmp_path / "again.h5", lengths), tmp_path / "again-p.h5")
    np.testing.assert_array_equal(again.matched, matched["same"].matched, "with 5 threads")


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"adaptation": {"warp": 1.0}}, "match: adaptation.warp is 1.0; it must be from 0 to below 1"),
        ({"adaptation": {"keep": 0.0}}, "match: adaptation.keep is 0.0; it must be above 0 and at most 1"),
        ({"adaptation": {"ridge": 0}}, "match: adaptation.ridge is 0; it must be above 0"),
        ({"matching": {"keep": 1.5}}, "match: matching.keep is 1.5; it must be above 0 and at most 1"),
        ({"matching": {"frames": 0}}, "match: matching.frames is 0; it must be from 1 to"),
        ({"neighbors": 3}, "match: there is no key neighbors"),
    ],
)
def test_settings_out_of_range_are_refused(changes, message):
    with pytest.raises(VconvError, match=message):
        match.settings(changes)


def test_a_folder_that_cannot_be_written_is_refused_before_any_computation(trio, tmp_path, monkeypatch):
    monkeypatch.setattr(match, "AlignmentFrames", lambda *_: pytest.fail("computed first"))
    (tmp_path / "file").write_text("")
    with pytest.raises(VconvError, match="cannot be written"):
        run(trio, tmp_path / "file" / "p.h5")


def test_unfinished_files_of_a_killed_run_are_removed_by_the_next(trio, tmp_path):
    (tmp_path / ".unfinished-1-2-p.h5").write_text("half")
    run(trio, tmp_path / "p.h5")
    assert not list(tmp_path.glob(".unfinished*"))


def test_a_corpus_of_one_speaker_is_refused(make_corpus, tmp_path):
    alone = make_corpus(tmp_path / "f.h5", {("A", "training"): [90]})
    with pytest.raises(VconvError, match="f.h5: holds one speaker, A; matching needs two or more"):
        run(alone, tmp_path / "p.h5")
    assert not (tmp_path / "p.h5").exists()


def test_the_command_writes_frame_pairs_and_refuses_an_unknown_setting(tiny, tmp_path, capsys):
    output = tmp_path / "é p.h5"
    assert cli.main(["match", f"--corpus={tiny.corpus}", f"--output={output}", "--set=adaptation.rounds=2"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{output}: written"
    with FramePairs(output) as found:
        assert found.speakers == list(tiny.speakers) and found.settings["adaptation"]["rounds"] == 2
        assert {row.split for row in found.utterances} == {"training", "validation"}
        assert np.ptp(found.matched.astype(float), axis=(0, 1)).min() > 0
    assert cli.main(["match", f"--corpus={tiny.corpus}", "--set=adaptation.round=2"]) == 2
    assert "match: adaptation: there is no key round" in capsys.readouterr().err


@pytest.fixture
def many(make_corpus, tmp_path):
    """Five speakers."""
    lengths = {(name, "training"): [120, 80] for name in "ABCDE"} | {("A", "validation"): [90]}
    return make_corpus(tmp_path / "many.h5", lengths)


def test_with_few_partners_the_file_holds_the_same_of_fewer_pairs(many, tmp_path):
    every, _ = run(many, tmp_path / "every.h5")
    few, lines = run(many, tmp_path / "few.h5", matching={"partners": 2})
    np.testing.assert_array_equal(every.targets, [list(range(5))] * 5)
    np.testing.assert_array_equal(few.targets[:2], [[0, 1, 4], [0, 1, 2]])
    assert lines[-1].startswith("5 pairs of speakers: ") and few.matched.shape == (3, *every.matched.shape[1:])
    for row in few.utterances:
        inside, source = slice(row.start, row.start + row.length), few.speakers.index(row.speaker)
        targets = few.targets[source]
        np.testing.assert_array_equal(few.matched[:, inside], every.matched[targets, inside])
        np.testing.assert_array_equal(few.weight[:, inside], every.weight[targets, inside])
        np.testing.assert_array_equal(few.transforms[targets, source], every.transforms[targets, source])
    composed = few.transforms[1, 0][:-1] @ few.transforms[2, 1][:-1]
    np.testing.assert_allclose(few.transforms[2, 0][:-1], composed, rtol=1e-5, atol=1e-6)


def test_segments_have_the_partners_as_targets(many, tmp_path):
    few, _ = run(many, tmp_path / "few.h5", matching={"partners": 2})
    segments = FramePairSegments(many.store, few, many.statistics, "training", 30)
    (_, targets), matched, weight = segments.read(np.arange(segments.ends[-1]))
    rows = [row for row in few.utterances if row.split == "training"]
    counts = [max(row.length - 30, 0) + 1 for row in rows]
    expected = [np.repeat(few.targets[few.speakers.index(row.speaker)], n) for row, n in zip(rows, counts, strict=True)]
    np.testing.assert_array_equal(targets, np.concatenate(expected))
    first, second = rows[0].start, segments.ends[0] // 3  # the first segment in the voice of A's second target
    mean = many.statistics.acoustic_mean[few.targets[0, 1]]
    np.testing.assert_allclose(
        matched[second] * many.statistics.acoustic_std.mean(axis=0) + mean,
        few.matched[1, first : first + 30],
        atol=2e-3,
    )
    np.testing.assert_array_equal(weight[second], few.weight[1, first : first + 30])
