"""A speaker that is made of a recording: consent, conversion to it, its file, and who gets it."""

import demo_server
import pytest
from calls import vconv_command
from demo_server import encoded, request
from new_voice import F0_HZ, RATE, speech

from vconv.demo import voices

ADD = "/api/add-speaker?voice=vcc2016&speaker=Zo%C3%AB"


@pytest.fixture(scope="module")
def port():
    """The port of a server whose voice has a codebook, and one whose voice has none."""
    with demo_server.running(["vcc2016", "sample"]) as found:
        yield found


@pytest.fixture(scope="module")
def recording():
    return encoded(speech(14.0), RATE)


@pytest.fixture(scope="module")
def made(port, recording):
    status, _, answer = request(port, f"{ADD}&consent=yes", recording)
    assert status == 200 and answer["notes"] == []
    return answer["voice"]


def test_without_consent_there_is_no_voice(port, recording):
    for more in "", "&consent=no":
        status, _, answer = request(port, ADD + more, recording)
        assert status == 400 and "only if its owner agrees" in answer["error"]


@pytest.mark.slow
def test_recordings_are_converted_to_the_new_speaker(port, made, sentence):
    assert made["title"] == "vcc2016-Zoë" and made["speakers"][-1]["name"] == "Zoë"
    status, _, answer = request(port, f"/api/convert?voice={made['name']}&target=Zo%C3%AB", sentence)
    assert status == 200 and answer["converted"]["mean_f0_hz"] == pytest.approx(F0_HZ, rel=0.1)


@pytest.mark.slow
def test_its_file_is_a_voice(port, made, tmp_path, capsys):
    status, headers, content = request(port, f"/api/voice?voice={made['name']}")
    assert status == 200 and "attachment" in headers["Content-Disposition"]
    (tmp_path / "mine.vconv").write_bytes(content)
    assert vconv_command("voices", tmp_path / "mine.vconv") == 0
    assert "Zoë" in capsys.readouterr().out


@pytest.mark.slow
def test_only_who_has_its_key_gets_it(port, made):
    assert [voice["name"] for voice in request(port, "/api/about")[2]["voices"]] == ["vcc2016", "sample"]
    status, _, answer = request(port, "/api/voice?voice=vcc2016-Zo%C3%AB")
    assert status == 400 and made["name"] not in answer["error"] and len(made["name"]) == 32


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("voice=sample&speaker=anna", "holds no codebook"),
        ("voice=vcc2016&speaker=TF1", "already has a speaker TF1"),
        ("voice=vcc2016&speaker=", "is no name of a speaker"),
        ("voice=none&speaker=anna", "voice"),
    ],
)
def test_a_bad_query_is_one_sentence(port, recording, query, expected):
    status, _, answer = request(port, f"/api/add-speaker?consent=yes&{query}", recording)
    assert status == 400 and expected in answer["error"]


def test_too_little_speech_is_one_sentence(port, temporary):
    status, _, answer = request(port, f"{ADD}&consent=yes", encoded(speech(2.0), RATE))
    assert status == 400 and answer["error"].startswith("the recording: holds ")
    assert not list(temporary.iterdir())


def test_a_voice_without_a_codebook_has_no_file(port):
    status, _, answer = request(port, "/api/voice?voice=sample")
    assert status == 400 and answer["error"].startswith("sample: has no file with a codebook")


def test_the_oldest_made_voices_are_forgotten(monkeypatch, temporary):
    monkeypatch.setattr(voices, "MOST_MADE", 2)
    offered = voices.load(["sample"])
    known = voices.Voices(offered)
    first, *rest = (known.add(offered["sample"].trained.path) for _ in range(3))
    assert [known.choose(voice.about["name"]) for voice in rest] == rest and len(list(temporary.iterdir())) == 2
    with pytest.raises(voices.VconvError, match="voice"):
        known.choose(first.about["name"])
