"""A voice file changes by one speaker, and only so."""

import numpy as np
import pytest
from calls import vconv_command

from vconv.common.errors import VconvError
from vconv.features.statistics import BY_SPEAKER
from vconv.voices import edit, ready
from vconv.voices.voice_file import VoiceFile


def added(name, seed):
    """Return a speaker with random numbers."""
    base, random = ready.open_run("vcc2016").statistics(), np.random.default_rng(seed)
    arrays = {key: random.uniform(0.1, 1, getattr(base, key).shape[1:]) for key in BY_SPEAKER}
    return arrays, random.normal(size=32).astype(np.float32), name


@pytest.fixture(scope="module")
def voices(tmp_path_factory):
    """The ready voice, the same with Ann, and with Ann and Bo."""
    folder, found = tmp_path_factory.mktemp("edited"), [ready.open_run("vcc2016")]
    for number, name in enumerate(("Ann", "Bo")):
        arrays, embedding, _ = added(name, number)
        known, shape = len(found[-1].facts["speakers"]), (25, 24)
        transforms = np.random.default_rng(number).normal(size=(2, known, *shape)).astype(np.float32)
        examples = np.full((5 + number, 3, 40), number + 1.0), np.full((5 + number, 40), number + 2.0)
        network = ready.open_run("sample").network_content() if name == "Bo" else None
        speaker = edit.AddedSpeaker(name, 12.0, arrays, embedding, *transforms, *examples, network)
        edit.append(found[-1], folder / f"{name}.vconv", speaker)
        found.append(VoiceFile(folder / f"{name}.vconv"))
    return found


def same(one, other, but=()):
    """Return whether two voices have the same members to the bit, but for some."""
    one, other = one.members(), other.members()
    return all(one.get(name) == other[name] for name in other if name not in but)


def test_added_speakers_are_the_last_in_the_order_in_which_they_came(voices):
    assert voices[2].statistics().speakers[-2:] == ("Ann", "Bo")
    assert voices[2].statistics().adapted == 2 and voices[0].statistics().adapted == 0
    for key in BY_SPEAKER:
        np.testing.assert_array_equal(getattr(voices[2].statistics(), key)[:10], getattr(voices[0].statistics(), key))
        np.testing.assert_array_equal(getattr(voices[2].statistics(), key)[11], added("Bo", 1)[0][key])
    np.testing.assert_array_equal(voices[2].network().embeddings[:10], voices[0].network().embeddings)
    np.testing.assert_array_equal(voices[2].network().embeddings[11], added("Bo", 1)[1])


def test_each_added_speaker_has_its_examples(voices):
    assert voices[0].examples() is None
    examples = voices[2].examples()
    assert [array.dtype for array in examples] == [np.float16, np.float16, np.int32]
    np.testing.assert_array_equal(examples.speaker, [10] * 5 + [11] * 6)
    np.testing.assert_array_equal(examples.recorded[:, 7], [2] * 5 + [3] * 6)
    np.testing.assert_array_equal(examples.predicted[:, 2, 7], [1] * 5 + [2] * 6)


def test_network_and_codebook_are_the_same_to_the_bit(voices):
    for voice in voices[1:]:
        assert voice.members()["network.onnx"] == voices[0].members()["network.onnx"]
        np.testing.assert_array_equal(voice.codebook().content, voices[0].codebook().content)


def test_removing_an_added_speaker_gives_what_was_before(voices, tmp_path):
    edit.remove(voices[2], tmp_path / "a.vconv", "Bo")
    assert VoiceFile(tmp_path / "a.vconv").digest == voices[1].digest
    edit.remove(voices[2], tmp_path / "b.vconv", "Ann")
    left = VoiceFile(tmp_path / "b.vconv")
    assert left.statistics().speakers[-1] == "Bo" and left.statistics().adapted == 1
    np.testing.assert_array_equal(left.network().embeddings[-1], voices[2].network().embeddings[-1])
    np.testing.assert_array_equal(left.transforms()[-1, :-1], voices[2].transforms()[-1, :10])
    np.testing.assert_array_equal(left.examples().speaker, [10] * 6)
    np.testing.assert_array_equal(left.examples().recorded, voices[2].examples().recorded[5:])


def test_a_fine_tuned_network_stays_with_its_speaker(voices, tmp_path):
    network = ready.open_run("sample").network_content()
    assert voices[1].fine_tuned() == {} and voices[2].fine_tuned() == {11: network}
    assert list(voices[2].network().fine_tuned) == [11]
    edit.remove(voices[2], tmp_path / "a.vconv", "Ann")
    assert VoiceFile(tmp_path / "a.vconv").fine_tuned() == {10: network}
    edit.remove(voices[2], tmp_path / "b.vconv", "Bo")
    assert VoiceFile(tmp_path / "b.vconv").fine_tuned() == {}


def test_the_last_examples_go_with_their_speaker(voices, tmp_path):
    edit.remove(voices[1], tmp_path / "a.vconv", "Ann")
    left = VoiceFile(tmp_path / "a.vconv")
    assert left.examples() is None and not [name for name in left.members() if name.startswith("examples")]


def test_a_speaker_of_the_training_cannot_be_removed(voices, tmp_path):
    with pytest.raises(VconvError, match="was trained with TF1, and the other speakers depend on it"):
        edit.remove(voices[1], tmp_path / "a.vconv", "TF1")


@pytest.mark.parametrize("name", ["TF1", "Ann"])
def test_a_renamed_speaker_keeps_its_place_and_numbers(voices, tmp_path, name):
    edit.rename(voices[1], tmp_path / "a.vconv", name, "Eve")
    renamed, before = VoiceFile(tmp_path / "a.vconv"), voices[1].statistics().speakers
    assert renamed.statistics().speakers == tuple("Eve" if one == name else one for one in before)
    assert same(voices[1], renamed, but=("voice.yaml",))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [("TF1", "SF1", "already has a speaker SF1"), ("TF9", "x", "'TF9' is not allowed"), ("TF1", "a:b", "is no name")],
)
def test_mistakes_of_renaming_are_told(voices, tmp_path, old, new, sentence):
    with pytest.raises(VconvError, match=sentence):
        edit.rename(voices[1], tmp_path / "a.vconv", old, new)


def test_another_file_name_is_refused(voices, tmp_path):
    with pytest.raises(VconvError, match="give a name that ends in .vconv"):
        edit.rename(voices[1], tmp_path / "a.zip", "TF1", "x")


def test_the_command_lists_renames_and_removes(voices, tmp_path, capsys):
    renamed, removed = tmp_path / "a.vconv", tmp_path / "b.vconv"
    assert vconv_command("voices", voices[1].path, "--rename", "Ann", "Eve", f"--output={renamed}") == 0
    assert vconv_command("voices", renamed, "--remove=Eve", f"--output={removed}") == 0
    assert VoiceFile(removed).statistics().speakers == voices[0].statistics().speakers
    capsys.readouterr()
    assert vconv_command("voices", renamed) == 0
    listed = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert "adapted with 12 s of speech" in listed["Eve"] and "adapted" not in listed["TF1"]


@pytest.mark.parametrize(
    "arguments",
    [["--remove=Ann"], ["vcc2016", "--output=x.vconv"], ["vcc2016", "sample", "--remove=Ann", "--output=x.vconv"]],
)
def test_incomplete_commands_are_told(arguments, capsys):
    assert vconv_command("voices", *arguments) == 2
    assert "--rename and --remove change one VOICE, and need --output" in capsys.readouterr().err
