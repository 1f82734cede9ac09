import os
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.corpus.patterns import find
from vconv.corpus.recordings import Corpus, is_chosen, take_share

NAMES = st.text("abAB09 _-éñüß中'(", min_size=1, max_size=8).map(lambda text: text.strip() or "x")


def touch(root, *names):
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()


def load(tmp_path, yaml, changes=None):
    (tmp_path / "corpus.yaml").write_text(yaml, encoding="utf-8")
    return Corpus.load(tmp_path / "corpus.yaml", changes)


def listed(corpus, split):
    return [(utterance.speaker, utterance.name) for utterance in corpus.utterances if utterance.split == split]


@settings(max_examples=60, deadline=None)
@given(
    st.sets(st.tuples(NAMES, NAMES), min_size=1, max_size=6),
    st.booleans(),
    st.sampled_from(
        [
            "{speaker}/{utterance}",
            "wav 48/{speaker}/x/{utterance}.wav",
            "{speaker}/{speaker}_{utterance}_mic1",
            "cmu_us_{speaker}_arctic/*/{utterance}",
            "{speaker}+{utterance}",
        ]
    ),
)
def test_a_pattern_finds_what_was_written_with_it(pairs, decomposed, pattern):
    with tempfile.TemporaryDirectory() as folder:
        for speaker, utterance in pairs:
            name = pattern.format(speaker=speaker, utterance=utterance).replace("*", "any")
            name = name if name.endswith(".wav") else f"{name}.wav"
            touch(Path(folder), unicodedata.normalize("NFD", name) if decomposed else name)
        assert {(speaker, utterance) for speaker, utterance, _ in find(Path(folder), pattern).files} == pairs


def test_extensions_litter_and_folders(tmp_path):
    touch(
        tmp_path,
        "A/1.WAV",
        "A/2.flac",
        "A/3.Ogg",
        "A/4.txt",
        "A/._5.wav",
        "A/.DS_Store",
        "__MACOSX/6.wav",
        "7.wav",
        "A/8.wav/9.wav",
    )
    assert [name for _, name, _ in find(tmp_path, "{speaker}/{utterance}").files] == ["1", "2", "3"]
    assert [name for _, name, _ in find(tmp_path, "{speaker}/{utterance}.flac").files] == ["2"]
    assert [name for _, name, _ in find(tmp_path, "*/*/{speaker}{utterance}*.wav").files] == []


def test_recordings_without_folders_are_of_one_speaker_named_as_theirs(tmp_path):
    root = tmp_path / unicodedata.normalize("NFD", "my sóngs")
    touch(root, "b.wav", "a.flac", "notes.txt", "folder/c.wav")
    found = [("my sóngs", "a", root / "a.flac"), ("my sóngs", "b", root / "b.wav")]
    assert find(root, "{utterance}").files == found
    assert [utterance for _, utterance, _ in find(root / "folder" / "..", "*/{utterance}").files] == ["c"]
    (tmp_path / "corpus.yaml").write_text("splits: {training: {pattern: '{utterance}'}}")
    corpus = Corpus.load(tmp_path / "corpus.yaml", corpus_dir=root)
    assert corpus.speakers == ["my sóngs"] and len(corpus.utterances) == 2
    assert {utterance.split for utterance in corpus.utterances} == {"training", "validation"}


def test_a_repeated_placeholder_must_repeat_its_text(tmp_path):
    touch(tmp_path, "p1/p1_001.wav", "p1/p2_002.wav")
    assert find(tmp_path, "{speaker}/{speaker}_{utterance}").files == [("p1", "001", tmp_path / "p1/p1_001.wav")]


def test_the_shortest_reading_wins(tmp_path):
    touch(tmp_path, "anna_maria_01.wav")
    assert find(tmp_path, "{speaker}_{utterance}").files[0][:2] == ("anna", "maria_01")


@pytest.mark.parametrize(
    ("name", "utterances", "chosen"),
    [
        ("100150", "100001..100150", True),
        ("100001", "100001..100150", True),
        ("100151", "100001..100150", False),
        ("200001", ["1*", "2*"], True),
        ("300001", ["1*", "2*"], False),
        ("a[1]", ["a[1]"], True),
        ("x", "all", True),
        ("A1", ["a*"], False),
        ("b", ["x", "a..c"], True),
        ("é", [unicodedata.normalize("NFD", "é")], True),
    ],
)
def test_utterances_are_chosen_by_range_glob_or_name(name, utterances, chosen):
    assert is_chosen(name, utterances) == chosen


@given(st.sets(NAMES, min_size=2, max_size=40), st.floats(0.01, 0.99))
def test_a_share_is_stable_and_never_empty(names, share):
    chosen = take_share(names, share, "validation")
    assert chosen and chosen <= names
    assert take_share(names | {"newcomer"}, share, "validation") - {"newcomer"} <= chosen
    assert chosen <= take_share(names, min(share + 0.1, 1.0), "validation")


def test_a_share_has_its_size():
    names = {str(number) for number in range(5000)}
    assert 0.18 < len(take_share(names, 0.2, "validation")) / 5000 < 0.22
    # Half of what validation left must be half of it, not the hashes between 0.2 and 0.5 (3/8 of it).
    left = names - take_share(names, 0.2, "validation")
    assert 0.47 < len(take_share(left, 0.5, "training")) / len(left) < 0.53
    # Known answer: the choice must never change from one release to the next.
    assert take_share({"100001", "100002", "100003", "100004"}, 0.5, "validation") == {"100001", "100004"}


def test_the_layout_of_vcc2016_with_its_stray_file(tmp_path):
    touch(
        tmp_path,
        *(f"vcc2016_training/SF1/{n}.wav" for n in (100001, 100150, 100151, 100162)),
        *(f"evaluation_all/SF1/{n}.wav" for n in (100160, 200001, 200054)),
        "evaluation_all/.DS_Store",
    )
    corpus = load(
        tmp_path,
        """
splits:
  training:   {pattern: "vcc2016_training/{speaker}/{utterance}", utterances: "100001..100150"}
  validation: {pattern: "vcc2016_training/{speaker}/{utterance}", utterances: "100151..100162"}
  evaluation: {pattern: "evaluation_all/{speaker}/{utterance}", utterances: ["2*"]}""",
    )
    assert listed(corpus, "training") == [("SF1", "100001"), ("SF1", "100150")]
    assert listed(corpus, "validation") == [("SF1", "100151"), ("SF1", "100162")]
    assert listed(corpus, "evaluation") == [("SF1", "200001"), ("SF1", "200054")]
    assert corpus.utterances == sorted(corpus.utterances)


def test_an_empty_yaml_holds_out_the_same_sentences_of_every_speaker(tmp_path):
    touch(tmp_path, *(f"{speaker}/{n:03}.wav" for speaker in ("Zoë B", "a_b") for n in range(100)))
    corpus = load(tmp_path, "")
    held_out = [{name for speaker, name in listed(corpus, "validation") if speaker == one} for one in corpus.speakers]
    assert corpus.speakers == ["Zoë B", "a_b"]
    assert held_out[0] == held_out[1] and 1 <= len(held_out[0]) <= 12
    assert len(corpus.utterances) == 200


def test_a_single_sentence_is_training_material(tmp_path):
    touch(tmp_path, "A/1.wav")
    assert [utterance.split for utterance in load(tmp_path, "").utterances] == ["training"]


def test_the_first_split_that_accepts_a_file_has_it(tmp_path):
    touch(tmp_path, *(f"A/{n:03}.wav" for n in range(50)))
    yaml = "splits:\n  validation: {{share: {}}}\n  training: {{}}\n"
    corpus = load(tmp_path, yaml.format(0.2))
    assert len(corpus.utterances) == 50 and 3 <= len(listed(corpus, "validation")) <= 18
    with pytest.raises(VconvError, match="no file is left for the split training"):
        load(tmp_path, yaml.format(1.0))


def test_speakers_restrict_and_must_be_there(tmp_path):
    touch(tmp_path, "t/A/1.wav", "t/A/2.wav", "t/B/1.wav", "e/C/1.wav")
    yaml = (
        "splits:\n  training: {pattern: 't/{speaker}/{utterance}'}\n"
        "  validation: {pattern: 'e/{speaker}/{utterance}'}\n"
    )
    assert load(tmp_path, yaml).speakers == ["A", "B"]
    corpus = load(tmp_path, yaml + "speakers: [A]")
    assert corpus.speakers == ["A"] and listed(corpus, "training") == [("A", "1"), ("A", "2")]
    with pytest.raises(VconvError, match="speakers: 'C' is not allowed; choose one of: A, B$"):
        load(tmp_path, yaml + "speakers: [C]")
    with pytest.raises(VconvError, match="f0_range_hz: 'D' is not allowed; choose one of: A, B$"):
        load(tmp_path, yaml + "f0_range_hz: {D: [50, 100]}")


def test_no_speaker_loses_the_last_recording_to_a_share(tmp_path):
    touch(tmp_path, "Ann/a.wav", "Bo/02.wav", *(f"Çem/{n:02}.wav" for n in range(40)))
    corpus = load(tmp_path, "")
    assert corpus.speakers == ["Ann", "Bo", "Çem"]
    assert listed(corpus, "validation") == [("Çem", "02"), ("Çem", "11")]
    assert listed(corpus, "training")[:2] == [("Ann", "a"), ("Bo", "02")]
    assert corpus.notes == [
        "Bo: '02' is kept for training, because the split validation would take the last recording; "
        "cut long recordings into sentences"
    ]


@given(st.dictionaries(NAMES, st.sets(NAMES, min_size=1, max_size=3), min_size=1, max_size=4), st.floats(0.01, 0.99))
@settings(max_examples=30, deadline=None)
def test_every_speaker_is_trained_on_whatever_the_share(speakers, share):
    with tempfile.TemporaryDirectory() as folder:
        for speaker, names in speakers.items():
            touch(Path(folder), *(f"x/{speaker}/{name}.wav" for name in names))
        yaml = f"root: x\nsplits:\n  evaluation: {{share: {share}}}\n  validation: {{share: 1e-9}}\n  training: {{}}"
        try:
            corpus = load(Path(folder), yaml)
        except VconvError as error:
            assert "no file is left for the split" in str(error)
            return
        assert corpus.speakers == sorted(speakers) and len(corpus.utterances) == sum(map(len, speakers.values()))


def test_two_long_recordings_are_both_for_training_and_what_is_missing_is_told(tmp_path):
    touch(tmp_path, "Ann/a.wav", "Bo/b.wav")
    corpus = load(tmp_path, "")
    assert listed(corpus, "training") == [("Ann", "a"), ("Bo", "b")]
    assert len(corpus.notes) == 2 and corpus.notes[1].startswith("the split validation is empty; record more, or cut")


def test_files_that_are_chosen_by_name_are_never_moved(tmp_path):
    touch(tmp_path, "Ann/1.wav", "Ann/2.wav", "Bo/2.wav")
    corpus = load(tmp_path, "splits:\n  evaluation: {utterances: ['2']}\n  validation: {share: 1e-9}\n  training: {}")
    assert corpus.speakers == ["Ann"]
    assert "Bo is left out, because none of its recordings is for training" in corpus.notes


def test_what_is_left_out_is_counted_and_told_with_the_remedy(tmp_path):
    touch(
        tmp_path,
        *(f"Ann/{n:03}.wav" for n in range(50)),
        *("Ann/1.m4a", "Ann/2.M4A", "Ann/notes.txt", "Ann/deep/1.wav", "Ann/deep/er/2.mp3", "top.flac", ".hidden.wav"),
    )
    notes = load(tmp_path, "").notes
    assert notes[0].startswith(f"{tmp_path}: 2 .m4a files are left out, because this format cannot be read; convert")
    assert notes[1:] == [
        f"{tmp_path}: 3 recordings are left out, because they are above or below the folders that the patterns lead "
        f"to, such as {tmp_path / 'Ann/deep/1.wav'}; move them, or change the patterns in corpus.yaml"
    ]
    both = "splits:\n  training: {}\n  evaluation: {pattern: '{speaker}/deep/*{utterance}'}"
    (other,) = [note for note in load(tmp_path, both).notes if "above or below" in note]
    assert "2 recordings are left out, because they are above or below" in other and "er/2.mp3" in other


def test_recordings_of_other_formats_alone_are_told_apart_from_an_empty_folder(tmp_path):
    touch(tmp_path, "A/1.m4a")
    with pytest.raises(VconvError, match="no audio file below it matches .*; .* 1 .m4a files are left out"):
        load(tmp_path, "")


def test_names_that_are_not_utf_8_are_told_and_the_rest_is_there(tmp_path):
    touch(tmp_path, "Ann/1.wav", "Ann/2.wav", "Ann/x.wav")
    os.rename(tmp_path / "Ann/x.wav", os.fsencode(tmp_path) + b"/Ann/\xe4.wav")
    corpus = load(tmp_path, "")
    assert [utterance.name for utterance in sorted(corpus.utterances, key=lambda one: one.name)] == ["1", "2"]
    (note,) = corpus.notes
    assert note.startswith(f"{tmp_path}: 1 recordings are left out, because their names are not UTF-8, such as ")
    note.encode("utf-8")


def test_mp3_files_are_recordings(tmp_path):
    touch(tmp_path, "Ann/1.mp3", "Ann/2.MP3")
    assert len(load(tmp_path, "").utterances) == 2


def test_two_files_of_one_sentence_are_refused(tmp_path):
    touch(tmp_path, "A/1.wav", "A/1.flac", "A/2.wav")
    with pytest.raises(VconvError, match="'1' of 'A' in the split training, but so is .*1.flac"):
        load(tmp_path, "splits:\n  validation: {utterances: ['2']}\n  training: {}")


def test_nothing_found_names_pattern_and_folder(tmp_path):
    touch(tmp_path, "A/readme.txt")
    with pytest.raises(VconvError, match=f"{tmp_path}.* matches the pattern '{{speaker}}/{{utterance}}'"):
        load(tmp_path, "")
    with pytest.raises(VconvError, match="no such folder"):
        load(tmp_path, "root: elsewhere")


@pytest.mark.parametrize(("others", "speakers"), [("Zoë/{}.wav", "[Ann, Bo]"), ("Zoë {0}/{0}.wav", "all")])
def test_a_share_of_few_recordings_is_of_speakers_that_can_spare_one(tmp_path, others, speakers):
    touch(tmp_path, *(f"{speaker}/{speaker} {n}.wav" for speaker in ("Ann", "Bo") for n in range(8)))
    touch(tmp_path, *(others.format(n) for n in range(200)))
    corpus = load(tmp_path, f"speakers: {speakers}\nsplits:\n  validation: {{share: 1e-9}}\n  training: {{}}")
    assert [speaker for speaker, _ in listed(corpus, "validation")] in (["Ann"], ["Bo"])
    assert corpus.notes == []
