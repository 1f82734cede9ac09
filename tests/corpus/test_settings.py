import pytest

from vconv.common import config
from vconv.common.errors import VconvError
from vconv.corpus.settings import DEFAULTS, HELD_OUT, read_settings


def read(tmp_path, yaml, **options):
    (tmp_path / "corpus.yaml").write_text(yaml, encoding="utf-8")
    return read_settings(tmp_path / "corpus.yaml", **options)


def test_an_empty_file_gives_the_defaults_and_a_held_out_validation(tmp_path):
    settings = read(tmp_path, "")
    assert set(settings) == set(DEFAULTS)
    assert settings["root"] == str(tmp_path)
    assert settings["splits"]["training"] == DEFAULTS["splits"]["training"]
    assert list(settings["splits"]) == ["validation", "training"]  # validation chooses first
    assert settings["splits"]["validation"] == DEFAULTS["splits"]["training"] | {"share": HELD_OUT}


def test_splits_keep_their_order_and_validation_is_held_out_of_training_only(tmp_path):
    settings = read(tmp_path, "splits: {evaluation: {utterances: ['2*']}, training: {utterances: 'a..b'}}")
    assert list(settings["splits"]) == ["evaluation", "validation", "training"]
    assert settings["splits"]["validation"]["utterances"] == "a..b"


def test_root_is_beside_the_file_unless_corpus_dir_is_given(tmp_path):
    assert read(tmp_path, "root: wav")["root"] == str(tmp_path / "wav")
    assert read(tmp_path, "root: /data/x")["root"] == "/data/x"
    assert read(tmp_path, "root: wav", corpus_dir="/data/y")["root"] == "/data/y"


def test_changes_from_the_command_line(tmp_path):
    changes = config.parse_assignments(["sample_rate=22050", "splits.training.utterances=[a*]"])
    settings = read(tmp_path, "f0_method: harvest", changes=changes)
    assert settings["sample_rate"] == 22050 and settings["f0_method"] == "harvest"
    assert settings["splits"]["training"] == {"pattern": "{speaker}/{utterance}", "utterances": ["a*"], "share": 1.0}


def test_the_order_of_contents_does_not_matter(tmp_path):
    assert read(tmp_path, "")["contents"] == ["frames", "wave"]
    everything = ["frames", "wave", "copy_synthesis"]
    assert read(tmp_path, "contents: [copy_synthesis, frames, wave, frames]")["contents"] == everything
    assert read(tmp_path, "contents: [wave]")["contents"] == ["wave"]


def test_downloads(tmp_path):
    settings = read(tmp_path, "download:\n- {url: 'file:///a.zip', sha256: abc}\n- url: https://b.zip")
    unknown = {"mirrors": [], "size_bytes": 0, "md5": "", "sha256": ""}
    assert settings["download"] == [
        unknown | {"url": "file:///a.zip", "sha256": "abc"},
        unknown | {"url": "https://b.zip"},
    ]


def test_accents_are_composed(tmp_path):
    settings = read(tmp_path, 'speakers: ["Zoe\u0308"]\nf0_range_hz: {"Zoe\u0308": [100, 300]}')
    assert settings["speakers"] == ["Zo\u00eb"] and settings["f0_range_hz"] == {"Zo\u00eb": [100.0, 300.0]}


@pytest.mark.parametrize(
    ("yaml", "message"),
    [
        ("sample_rat: 16000", "there is no key sample_rat; the keys are: .*sample_rate.*speakers"),
        ("sample_rate: fast", "sample_rate: needs a whole number"),
        ("sample_rate: 8000", "sample_rate is 8000; it must be from 12000 to 192000"),
        ("frame_period_ms: 0", "frame_period_ms is 0; it must be from 1 to 100"),
        ("frame_period_ms: .nan", "frame_period_ms is nan; it must"),
        ("contents: wave", r"contents: needs a list such as \['frames', 'wave'\], found 'wave'"),
        ("contents: [frames, mel]", "contents: 'mel' is not allowed; choose one of: frames, wave, copy_synthesis"),
        ("contents: []", "contents is empty; it must hold one entry or more, each one of: frames, wave"),
        ("contents: [copy_synthesis]", "contents: needs at least one of frames and wave, found"),
        ("f0_method: swipe", "f0_method: 'swipe' is not allowed; choose one of: autocorrelation, dio, harvest"),
        ("speakers: SF1", "speakers: needs all or a list of names, found 'SF1'"),
        ("speakers: []", "speakers: needs all or a list"),
        (
            "speakers: [001]",
            "speakers: YAML reads a name as 1, which is no text; put the name as it is meant in quotes, such as '001'",
        ),
        ("speakers: [2001-01-31]", "speakers: YAML reads a name as 2001-01-31, which"),
        ("speakers: [12:30]", "speakers: YAML reads a name as 750, which"),
        ("language: no", "language: needs a text such as '', found False; put quotes around it"),
        ("license: [MIT]", r"license: needs a text such as '', found \['MIT'\]$"),
        ("speakers: [no]", "speakers: YAML reads a name as False, which is no text; put the name"),
        ("f0_range_hz: [50, 100]", "f0_range_hz: needs a section"),
        ("f0_range_hz: {A: [300, 100]}", r"f0_range_hz: A: needs \[floor, ceiling\] with .* found \[300, 100\]"),
        ("f0_range_hz: {A: 50}", "f0_range_hz: A: needs"),
        ("f0_range_hz: {A: [50, 5000]}", "ceiling <= 4000 Hz"),
        ("f0_range_hz: {1: [50, 100]}", "f0_range_hz: YAML reads a name as 1, which"),
        ("splits: all", "splits: needs a section with the key training"),
        ("splits: {validation: {}}", "splits: needs a section with the key training"),
        (
            "splits: {training: {}, test: {}}",
            "splits: 'test' is not allowed; choose one of: training, validation, eval",
        ),
        ("splits: {training: all}", "splits: training: needs a section"),
        ("splits: {training: {patern: x}}", "there is no key patern; the keys are: pattern, utterances, share"),
        ("splits: {training: {pattern: '{speaker}/*'}}", "lacks {utterance}"),
        ("splits: {training: {pattern: '{speaker}/{utt}'}}", "'utt' is not allowed; choose one of: speaker, utterance"),
        ("transcripts: 'txt/{name}.txt'", "transcripts: 'name' is not allowed; choose one of: speaker, utterance"),
        (
            "transcripts: 'txt/{utterance}'",
            "transcripts: 'txt/{utterance}' does not end in a dot and one to four letters",
        ),
        ("transcripts: [a.txt]", "transcripts: needs a text"),
        ("language: English", "language: 'English' is no code of two or three small letters such as 'en'"),
        ("splits: {training: {share: 0}}", "share is 0; it must be above 0"),
        ("splits: {training: {share: 1.5}}", "share is 1.5; it must be above 0"),
        ("splits: {training: {utterances: [100001]}}", "utterances: YAML reads a name as 100001, which"),
        (
            "splits: {training: {utterances: 100001}}",
            "utterances: needs a text such as 'all', found 100001; put quotes around it",
        ),
        ("download: https://a.zip", "download: needs a list"),
        ("download: [{sha256: abc}]", "an archive lacks its url"),
        ("download: [{url: a, sha1: b}]", "there is no key sha1"),
        ("download: [{url: a, mirrors: b}]", "mirrors: needs a list"),
        ("download: [{url: a, mirrors: [1]}]", "mirrors: YAML reads a name as 1, which"),
        ("download: [{url: a, md5: 12345678901234567890123456789012}]", "md5: needs a text"),
    ],
)
def test_mistakes_get_one_sentence_with_the_file(tmp_path, yaml, message):
    with pytest.raises(VconvError, match=message) as error:
        read(tmp_path, yaml)
    assert str(tmp_path / "corpus.yaml") in str(error.value) and "\n" not in str(error.value)
