"""From the address of a corpus to its features: the real corpus.yaml of each recipe on archives of the real layout."""

import hashlib
import re
from types import SimpleNamespace

import archive_host
import pytest
import quick
import yaml
from calls import vconv_command
from official_layouts import LAYOUTS
from recipe_copy import REPOSITORY
from tiny import SET

from vconv.corpus.recordings import Corpus
from vconv.evaluation.transcripts import corpus_texts, lacking

ARCTIC = ("bdl", "clb", "rms", "slt")
VCC2018 = [f"VCC2{name}" for name in "SF1 SF2 SF3 SF4 SM1 SM2 SM3 SM4 TF1 TF2 TM1 TM2".split()]
SPOKE = ("VCC2SF3", "VCC2SF4", "VCC2SM3", "VCC2SM4")
VCTK = "p225 p226 p227 p228 p229 p230 p231 p232 p237 p243".split()
SPLITS = {  # split → what must be listed of the archives of `official_layouts`
    "vcc2018": {
        "training": [(name, "20001" if name in SPOKE else "10001") for name in VCC2018],
        "validation": [(name, "20081" if name in SPOKE else "10081") for name in VCC2018],
        "evaluation": [(name, "30001") for name in VCC2018],
    },
    "vcc2020": {
        "training": [
            *(("SEF1", "E10001"), ("SEM1", "E10001"), ("TEF1", "E20001"), ("TEM1", "E20001")),
            *(("TFF1", "F10001"), ("TGM1", "G10001"), ("TMM1", "M10001")),
        ],
        "validation": [
            *((name, "E10051") for name in ("SEF1", "SEM1", "TEF1", "TEM1")),
            *(("TFF1", "F10070"), ("TGM1", "G10070"), ("TMM1", "M10070")),
        ],
        "evaluation": [
            *((name, "E30001") for name in ("SEF1", "SEM1", "TEF1", "TEM1")),
            *(("TFF1", "F30001"), ("TGM1", "G30001"), ("TMM1", "M30001")),
        ],
    },
    "cmu_arctic": {
        "training": [(name, f"arctic_a0{number}") for name in ARCTIC for number in ("001", "593")],
        "validation": [(name, "arctic_b0001") for name in ARCTIC],
        "evaluation": [(name, "arctic_b0539") for name in ARCTIC],
    },
    "vctk": {
        "training": [(name, "366") for name in VCTK],
        "validation": [(name, "025") for name in VCTK],
        "evaluation": [(name, "001") for name in VCTK],
    },
}

TEXTS = {
    "vcc2018": "What was said.",
    "cmu_arctic": "Ten o'clock.",
    "vctk": "Please call Stella.",
    "librispeech": "HE'S HERE",
}


def with_own_checksums(recipe, archives, folder):
    """Write the corpus.yaml of a recipe, with size and checksum of our archives where it states those of others."""
    content = yaml.safe_load((REPOSITORY / "recipes" / recipe / "corpus.yaml").read_text(encoding="utf-8"))
    for entry in content["download"]:
        packed = (archives / entry["url"].rpartition("/")[2]).read_bytes()
        own = {
            "size_bytes": len(packed),
            "md5": hashlib.md5(packed).hexdigest(),
            "sha256": hashlib.sha256(packed).hexdigest(),
        }
        entry |= {key: value for key, value in own.items() if key in entry}
    path = folder / "corpus.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=LAYOUTS)
def fetched(request, tmp_path_factory):
    """A corpus that was downloaded from a host which broke off, redirects and does not go on where it stopped."""
    folder = tmp_path_factory.mktemp(request.param)
    with archive_host.serving(folder / "host") as host:
        LAYOUTS[request.param](host.folder)
        corpus_yaml = with_own_checksums(request.param, host.folder, folder)

        host.moved = {f"/moved/{path.name}": f"/{path.name}" for path in host.folder.iterdir()}
        download = "download", "--corpus", corpus_yaml, "--output", folder / "corpus", "--base-url"
        host.cut_after = 1000
        assert vconv_command(*download, f"{host.address}/moved") == 2
        assert [path.stat().st_size for path in (folder / "corpus").glob("*.part")] == [1000]
        host.cut_after, host.ranges = None, "wrong"
        assert vconv_command(*download, f"{host.address}/moved") == 0
    return SimpleNamespace(recipe=request.param, folder=folder, corpus_yaml=corpus_yaml, root=folder / "corpus")


def listed(corpus, split):
    return [(utterance.speaker, utterance.name) for utterance in corpus.utterances if utterance.split == split]


def test_each_split_has_the_right_recordings(fetched):
    corpus = Corpus.load(fetched.corpus_yaml, corpus_dir=fetched.root)
    if fetched.recipe in SPLITS:
        assert {split: listed(corpus, split) for split in SPLITS[fetched.recipe]} == SPLITS[fetched.recipe]
        return
    assert len(corpus.speakers) == 20 and "911" not in corpus.speakers
    assert all(len([one for one in corpus.utterances if one.speaker == name]) == 2 for name in corpus.speakers)
    assert {utterance.name for utterance in corpus.utterances if utterance.speaker == "19"} == {
        "1000-0000",
        "2000-0000",
    }
    assert {utterance.split for utterance in corpus.utterances} == {"training", "validation", "evaluation"}


def test_what_is_left_out_is_told_and_nothing_else(fetched):
    notes = Corpus.load(fetched.corpus_yaml, corpus_dir=fetched.root).notes
    expected = {"vcc2018": ["VCC2SF9 is left out, because none of its recordings is for training"]}
    assert notes == expected.get(fetched.recipe, [])


def test_every_evaluation_sentence_has_its_text(fetched):
    corpus = Corpus.load(fetched.corpus_yaml, corpus_dir=fetched.root)
    evaluated = {(one.speaker, one.name) for one in corpus.utterances if one.split == "evaluation"}
    assert corpus_texts(corpus) == (dict.fromkeys(evaluated, TEXTS[fetched.recipe]) if fetched.recipe in TEXTS else {})


@pytest.mark.parametrize("fetched", ["vctk"], indirect=True)
def test_a_speaker_without_texts_is_told_and_the_others_have_theirs(fetched):
    corpus = Corpus.load(fetched.corpus_yaml, {"speakers": ["p226", "p315"]}, fetched.root)
    texts = corpus_texts(corpus)
    assert texts == {("p226", "001"): "Please call Stella."}
    (note,) = lacking(texts, {"p226": ["001"], "p315": ["001"]})
    assert note.startswith("the transcripts have no text for 1 of 2 natural recordings (001 of p315 is one)")


def test_the_pairs_of_the_recipe_are_of_speakers_of_the_corpus(fetched):
    script = (REPOSITORY / "recipes" / fetched.recipe / "run.sh").read_text(encoding="utf-8")
    pairs = re.search(r"^pairs=(\S+)", script, re.MULTILINE)[1].split(",")
    corpus = Corpus.load(REPOSITORY / "recipes" / fetched.recipe / "corpus.yaml", corpus_dir=fetched.root)
    assert len(pairs) == 4 and {name for pair in pairs for name in pair.split("-")} <= set(corpus.speakers)


def test_all_recordings_are_extracted(fetched, capsys):
    options = f"--corpus={fetched.corpus_yaml}", f"--corpus-dir={fetched.root}"
    assert vconv_command("extract", *options, "--jobs=1", f"--output={fetched.folder / 'features.h5'}") == 0
    count = len(Corpus.load(fetched.corpus_yaml, corpus_dir=fetched.root).utterances)
    assert f"{count} recordings analyzed, 0 there already, 0 failed" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("fetched", ["cmu_arctic"], indirect=True)
def test_a_model_trains_on_what_was_fetched_and_converts_the_evaluation_sentences(fetched):
    options = f"--corpus={fetched.corpus_yaml}", f"--corpus-dir={fetched.root}"
    features, run, converted = (fetched.folder / name for name in ("train.h5", "run", "converted"))
    assert vconv_command("extract", *options, "--jobs=1", f"--output={features}") == 0
    assert vconv_command("statistics", f"--features={features}") == 0
    with quick.eager(), quick.light_epochs():
        assert vconv_command("train", "convvae", *options, f"--features={features}", f"--run={run}", *SET) == 0
    assert vconv_command("convert", *options, f"--run={run}", "--pairs=bdl-slt", f"--output={converted}") == 0
    assert [path.name for path in converted.rglob("*.wav")] == ["arctic_b0539.wav"]
