"""A packed voice converts as its run does, to the bit, and whatever is damaged in the file is told."""

import io
import json
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import tiny as tiny_corpus
import yaml
from calls import vconv_command

from vconv.common.errors import VconvError
from vconv.conversion.converter import VoiceConverter
from vconv.voices import container
from vconv.voices.pack import pack
from vconv.voices.voice_file import VoiceFile

REPOSITORY = Path(__file__).parents[2]
CARD = """corpus: tiny é
license: none
sexes: {bob: male}
"""
SCORES = {
    "format": "vconv scores",
    "version": 2,
    "mcd": {
        "protocol": "x",
        "converted": {"measure": "mcd24", "mean": 6.5, "interval": [6, 7], "files": 3, "details": {}},
    },
    "wer": {"protocol": "x", "converted": None},
    "pairs": {"bob-Zoë M": {}},
    "settings": {},
}


@pytest.fixture(scope="module")
def voice(tiny, tmp_path_factory):
    """The voice file of the tiny run."""
    folder = tmp_path_factory.mktemp("voice é")
    (folder / "card.yaml").write_text(CARD, encoding="utf-8")
    (folder / "scores.json").write_text(json.dumps(SCORES))
    arguments = f"--card={folder / 'card.yaml'}", f"--scores={folder / 'scores.json'}"
    assert (
        vconv_command("export", f"--run={tiny.run}", "--format=voice", *arguments, "--output", folder / "a.vconv") == 0
    )
    return folder / "a.vconv"


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_voice_converts_as_its_run_to_the_bit(tiny, voice, tmp_path):
    run, packed = VoiceConverter.load(tiny.run), VoiceConverter.load(voice)
    assert packed.speakers == tiny.speakers and packed.rate == run.rate
    for source, target in ("bob", "Zoë M"), (None, {"bob": 0.3, "Mary-Ann": 0.7}):
        y = tiny_corpus.sentence("bob", 1.5)
        np.testing.assert_array_equal(packed.convert(y, target, source)[0], run.convert(y, target, source)[0])
    recording, outputs = tiny.evaluation / "bob" / "é 1.wav", []
    for number, one in enumerate((tiny.run, voice)):
        output = tmp_path / f"{number}.wav"
        assert vconv_command("convert", f"--run={one}", "--target=Zoë M", recording, "--output", output) == 0
        outputs.append(output.read_bytes().partition(b"data")[2])  # the tags name the run and the voice
    assert outputs[0] == outputs[1]


def test_a_voice_takes_settings_of_the_conversion_as_its_run_does(tiny, voice):
    assert yaml.safe_load(members(voice)["voice.yaml"])["settings"]["conversion"]["gv"] == 0.0, "as published"
    path, change = tiny.evaluation / "bob" / "é 1.wav", {"gv": 0.9, "f0": "percentiles", "keep_source_silence": True}
    found = [VoiceConverter.load(run, change).convert(path, "Zoë M", "bob")[0] for run in (tiny.run, voice)]
    np.testing.assert_array_equal(*found)
    assert np.abs(found[0] - VoiceConverter.load(voice).convert(path, "Zoë M", "bob")[0]).max() > 1e-3


def test_packing_twice_gives_the_same_bytes(tiny, tmp_path):
    digests = {pack(tiny.run, tmp_path / name / "a.vconv") for name in "xy"}
    assert (tmp_path / "x" / "a.vconv").read_bytes() == (tmp_path / "y" / "a.vconv").read_bytes()
    assert digests == {VoiceFile(tmp_path / "x" / "a.vconv").digest}


def test_the_facts_come_from_card_scores_and_statistics(tiny, voice):
    found, statistics = VoiceFile(voice), VoiceFile(voice).statistics()
    assert found.name == "a" and found.codebook() is None and found.transforms() is None
    speakers = {one["name"]: one for one in found.facts["speakers"]}
    assert tuple(speakers) == tiny.speakers == statistics.speakers
    assert [one["sex"] for one in speakers.values()] == ["not stated", "not stated", "male"]
    assert speakers["bob"]["mean_f0_hz"] == pytest.approx(np.exp(statistics.log_f0_mean[2]), abs=0.1)
    assert found.facts["card"]["corpus"] == "tiny é" and found.facts["card"]["consent"] == "not stated"
    assert found.facts["scores"] == {
        "pairs": ["bob-Zoë M"],
        "mcd": {"measure": "mcd24", "mean": 6.5, "interval": [6, 7], "files": 3},
    }
    assert "corpus" not in found.settings(), "no path of the machine that trained"


def changed(path, name, change):
    """Rewrite a container with `change` applied to a member, with right digests."""
    parts = members(path)
    del parts["digests"]
    container.write(path, parts | {name: change(parts[name])})


def of_objects(_):
    content = io.BytesIO()
    np.save(content, np.array([{"a": 1}], object), allow_pickle=True)
    return content.getvalue()


DAMAGES = {
    "a text": (lambda path: path.write_text("I am a text"), "is no vconv voice, or a damaged one (File is not a zip"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-1000]), "is no vconv voice, or a damaged one"),
    "an empty zip": (
        lambda path: zipfile.ZipFile(path, "w").close(),
        "damaged one (\"There is no item named 'digests'",
    ),
    "a flipped bit": (
        lambda path: path.write_bytes(path.read_bytes().replace(b"NUMPY\x01", b"NUMPY\x03", 1)),
        "damaged one (",
    ),
    "pickled objects": (
        lambda path: changed(path, "statistics/log_f0_mean.npy", of_objects),
        "log_f0_mean.npy is no array",
    ),
    "no network": (lambda path: changed(path, "network.onnx", lambda _: b"x"), "holds no network for conversion"),
    "another version": (
        lambda path: changed(path, "voice.yaml", lambda text: text.replace(b"version: 1", b"version: 2", 1)),
        "is version 2 of vconv voice, this vconv reads version 1",
    ),
    "facts that are no YAML": (lambda path: changed(path, "voice.yaml", lambda _: b"{"), "voice.yaml cannot be read"),
    "facts that lack one": (
        lambda path: changed(path, "voice.yaml", lambda text: text.replace(b"\nfingerprint", b"\nfinger")),
        "voice.yaml lacks fingerprint",
    ),
    "an unknown model": (
        lambda path: changed(path, "voice.yaml", lambda text: text.replace(b"model: convvae", b"model: other")),
        "packed by vconv",
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_voice_is_one_sentence_that_names_it(voice, tmp_path, damage):
    path = tmp_path / "b.vconv"
    shutil.copy(voice, path)
    spoil, sentence = DAMAGES[damage]
    spoil(path)
    with pytest.raises(VconvError) as error:
        VoiceConverter.load(path)
    assert sentence in str(error.value) and "\n" not in str(error.value)
    assert str(error.value).startswith(f"{path}: ")


def test_every_bit_of_what_is_read_is_checked(voice, tmp_path):
    parts = members(voice)
    for name in set(parts) - {"digests"}:
        spoiled = parts | {name: parts[name][:-1] + bytes([parts[name][-1] ^ 1])}
        with zipfile.ZipFile(tmp_path / "b.vconv", "w") as archive:
            for member, content in spoiled.items():
                archive.writestr(member, content)
        with pytest.raises(VconvError, match=f"the digest of {name} is another one"):
            VoiceConverter.load(tmp_path / "b.vconv")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--output={new}.zip"], "{new}.zip: is no name of a voice file; give a name that ends in .vconv"),
        (["--output={new}.vconv", "--card={card}"], "{card}: there is no key voices; the keys are: corpus, license"),
        (["--output={new}.vconv", "--scores={new}"], "{new}: cannot be read"),
        (["--output={new}.vconv", "--scores={card}"], "{card}: holds no scores of `vconv evaluate`"),
        (["--output={new}.vconv", "--features={card}"], "{card}: is no HDF5 file"),
    ],
)
def test_a_mistake_of_packing_is_one_sentence(tiny, tmp_path, capsys, options, sentence):
    paths = {"new": tmp_path / "new", "card": tmp_path / "card.yaml"}
    paths["card"].write_text("voices: 3")
    assert (
        vconv_command("export", f"--run={tiny.run}", "--format=voice", *(one.format(**paths) for one in options)) == 2
    )
    err = capsys.readouterr().err
    assert sentence.format(**paths) in err and err.count("\n") == 1 and [*tmp_path.iterdir()] == [paths["card"]]


@pytest.mark.parametrize(("text", "sentence"), [("X: male", "there is no key X"), ("bob: m", "'m' is not allowed")])
def test_sexes_are_of_the_speakers(tiny, tmp_path, text, sentence):
    (tmp_path / "card.yaml").write_text(f"sexes: {{{text}}}")
    with pytest.raises(VconvError, match=sentence):
        pack(tiny.run, tmp_path / "a.vconv", tmp_path / "card.yaml")


def test_options_of_a_voice_are_refused_with_other_formats(tiny, tmp_path, capsys):
    command = "export", f"--run={tiny.run}", "--format=tflite", f"--output={tmp_path / 'a'}", "--scores=x"
    assert vconv_command(*command) == 2
    assert "--scores belongs to --format voice" in capsys.readouterr().err


def test_the_cards_of_the_recipes_are_complete():
    for path in sorted(REPOSITORY.joinpath("recipes").glob("*/voice.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert set(content) == {"corpus", "license", "attribution", "source", "consent", "sexes"}
