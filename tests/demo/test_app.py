"""The server by plain HTTP: what it converts and refuses, whom it answers, and that nothing is kept."""

import base64
import http.client
import io
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import demo_server
import numpy as np
import pytest
import soundfile
from demo_server import encoded, request

from vconv.audio.f0_estimation import estimate_f0
from vconv.demo import app, recordings
from vconv.demo.queue import PLACES

SLT = "/api/convert?voice=sample&target=slt"
SLT_HZ = 172.8  # mean F0 of the speaker
RATE = 8000


def sound_of(base64_wav):
    """Return signal, rate and comment of a WAV file in base64."""
    with soundfile.SoundFile(io.BytesIO(base64.b64decode(base64_wav))) as file:
        return file.read(), file.samplerate, file.comment


def mean_f0_hz(y, rate):
    f0_hz = estimate_f0(y, rate, 60, 400)
    return np.exp(np.log(f0_hz[f0_hz > 0]).mean())


def test_the_page_is_told_voices_and_limits(port):
    _, _, about = request(port, "/api/about")
    assert about["limits"] == {"minutes": 5, "megabytes": 50}
    (voice,) = about["voices"]
    assert voice["name"] == "sample" and "flite" in voice["card"]["license"]
    assert {"name": "slt", "sex": "female", "mean_f0_hz": SLT_HZ} in voice["speakers"]


def test_an_upload_is_converted_to_the_target(port, sentence, temporary):
    status, _, answer = request(port, SLT, sentence)
    y, rate, comment = sound_of(answer["wav"])
    source, source_rate = soundfile.read(io.BytesIO(sentence))
    assert status == 200 and answer["notes"] == []
    assert len(y) / rate == pytest.approx(len(source) / source_rate, abs=0.02)
    assert mean_f0_hz(y, rate) == pytest.approx(SLT_HZ, rel=0.2)
    assert answer["converted"]["mean_f0_hz"] == pytest.approx(mean_f0_hz(y, rate), rel=0.05)
    assert "This voice is converted" in comment and "to slt" in comment
    assert not list(temporary.iterdir())


def test_pitch_and_strength_are_used(port, sentence):
    unchanged = request(port, SLT + "&strength=0", sentence)[2]
    assert unchanged["converted"]["mean_f0_hz"] == pytest.approx(unchanged["source"]["mean_f0_hz"], rel=0.03)
    higher = request(port, SLT + "&strength=0&semitones=12", sentence)[2]
    assert higher["converted"]["mean_f0_hz"] == pytest.approx(2 * unchanged["source"]["mean_f0_hz"], rel=0.05)


def test_all_speakers_are_heard(port, sentence, temporary):
    status, _, answer = request(port, "/api/convert-to-all?voice=sample", sentence)
    assert status == 200 and set(answer) == {"awb", "kal16", "rms", "slt"}
    pitches_hz = {name: mean_f0_hz(*sound_of(wav)[:2]) for name, wav in answer.items()}
    assert pitches_hz["slt"] == pytest.approx(SLT_HZ, rel=0.2)
    assert sorted(pitches_hz, key=pitches_hz.get) == ["kal16", "rms", "awb", "slt"]
    assert "to kal16" in sound_of(answer["kal16"])[2]
    assert not list(temporary.iterdir())


def test_only_the_beginning_is_converted_to_all(port):
    tone = np.tile(np.sin(2 * np.pi * 150 * np.arange(RATE) / RATE) ** 5, 8)
    _, _, answer = request(port, "/api/convert-to-all?voice=sample", encoded(tone))
    y, rate, _ = sound_of(answer["slt"])
    assert len(y) / rate == pytest.approx(recordings.SAMPLE_S, abs=0.02)


BAD = {
    "nothing": (b"", "the recording is empty; record something or choose a file"),
    "text": (b"no sound at all", "the recording: is no readable audio file"),
    "no samples": (encoded(np.zeros(0)), "the recording: holds no samples"),
    "silence": (encoded(np.zeros(RATE)), "the recording: is silent"),
    "NaN": (encoded(np.full(RATE, np.nan), subtype="FLOAT"), "the recording: holds NaN or infinite samples"),
    "two samples": (encoded(np.array([0.5, -0.5])), "WORLD needs at least 3"),
    "ten minutes": (
        encoded(np.tile([0.1, -0.1], 300 * RATE), form="FLAC"),
        "the recording: lasts longer than 5 minutes, which this page converts at most",
    ),
}


@pytest.mark.parametrize("path", [SLT, "/api/convert-to-all?voice=sample"])
@pytest.mark.parametrize("case", BAD)
def test_a_bad_recording_is_one_sentence(port, temporary, path, case):
    body, sentence = BAD[case]
    status, _, answer = request(port, path, body)
    assert status == 400 and sentence in answer["error"]
    assert str(temporary) not in answer["error"]
    assert not list(temporary.iterdir())


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("voice=sample&target=nobody", "'nobody' is not allowed; choose one of: awb, kal16, rms, slt"),
        ("voice=nothing&target=slt", "voice: 'nothing' is not allowed; choose one of: sample"),
        ("target=slt", "voice: '' is not allowed"),
        ("voice=sample&target=slt&semitones=25", "semitones is 25.0; give a number from -24 to 24"),
        ("voice=sample&target=slt&semitones=nan", "semitones is nan"),
        ("voice=sample&target=slt&strength=much", "semitones and strength must be numbers"),
    ],
)
def test_a_bad_query_is_one_sentence(port, sentence, temporary, query, expected):
    status, _, answer = request(port, f"/api/convert?{query}", sentence)
    assert status == 400 and expected in answer["error"]
    assert not list(temporary.iterdir())


def test_too_large_an_upload_is_refused(sentence, temporary):
    with demo_server.running(limits=app.Limits(megabytes=1)) as port:
        status, _, answer = request(port, SLT, bytes(1_000_001))
        assert status == 413 and answer["error"].startswith("the recording has more than 1 MB")
        assert "no readable audio" in request(port, SLT, bytes(1_000_000))[2]["error"]
        assert request(port, SLT, sentence)[0] == 200
    assert not list(temporary.iterdir())


def test_names_of_the_client_are_no_paths(port, sentence, temporary, monkeypatch):
    seen = []

    def look(converter, path, *rest):
        seen.extend(path.relative_to(temporary).parts[1:])
        assert path.read_bytes() == sentence
        return {}

    monkeypatch.setattr(recordings, "convert", look)
    headers = {"Content-Disposition": 'attachment; filename="../../evil.wav"'}
    assert request(port, f"{SLT}&ticket=../../evil", sentence, headers)[0] == 200
    assert seen == ["recording"] and not list(temporary.iterdir())


def test_a_defect_is_one_sentence_and_nothing_is_kept(port, sentence, temporary, monkeypatch):
    monkeypatch.setattr(recordings, "convert", lambda *_: 1 / 0)
    status, _, answer = request(port, SLT, sentence)
    assert status == 500 and "defect of vconv" in answer["error"] and "ZeroDivision" not in answer["error"]
    assert not list(temporary.iterdir())


def until_ahead(port, ticket, number):
    """Wait until so many conversions are ahead of a ticket."""
    end = time.monotonic() + 10
    while request(port, f"/api/place?ticket={ticket}")[2] != {"ahead": number}:
        assert time.monotonic() < end


def test_conversions_wait_in_a_queue_of_limited_length(port, sentence, monkeypatch):
    started, go_on, running = threading.Semaphore(0), threading.Event(), []

    def convert(*_):
        running.append(1)
        started.release()
        assert go_on.wait(20) and len(running) == 1, "one at a time"
        running.pop()
        return {}

    monkeypatch.setattr(recordings, "convert", convert)
    with ThreadPoolExecutor(PLACES) as pool:
        answers = [pool.submit(request, port, f"{SLT}&ticket=0", sentence)]
        assert started.acquire(timeout=20)
        for number in range(1, PLACES):
            answers.append(pool.submit(request, port, f"{SLT}&ticket={number}", sentence))
            until_ahead(port, number, number)
        status, _, answer = request(port, SLT, bytes(2_000_000))
        assert status == 503 and "too many requests are waiting" in answer["error"]
        go_on.set()
        assert [answer.result()[0] for answer in answers] == PLACES * [200]
    assert request(port, "/api/place?ticket=0")[2] == {"ahead": None}


@pytest.mark.parametrize("size", [1000, 65_000, 70_000, 1_000_000])  # the server pauses after 65,536 bytes
def test_a_client_that_leaves_the_queue_is_not_waited_for(port, size, monkeypatch):
    started, go_on, count = threading.Semaphore(0), threading.Event(), []

    def convert(*_):
        count.append(1)
        started.release()
        assert go_on.wait(20)
        return {}

    monkeypatch.setattr(recordings, "convert", convert)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(request, port, SLT, bytes(size))
        assert started.acquire(timeout=20)
        leaving = http.client.HTTPConnection("127.0.0.1", port)
        leaving.request("POST", f"{SLT}&ticket=leaving", bytes(size))
        until_ahead(port, "leaving", 1)
        leaving.close()
        last = pool.submit(request, port, f"{SLT}&ticket=last", bytes(size))
        until_ahead(port, "last", 2)
        go_on.set()
        assert first.result()[0] == last.result()[0] == 200
    assert len(count) == 2


# Who is answered


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:{}", 200),
        ("127.0.0.1:{}", 200),
        ("[::1]:{}", 200),
        ("LOCALHOST", 200),
        ("evil.example:{}", 403),
        ("localhost.evil.example", 403),
        ("192.0.2.1", 403),
        ("[::", 403),
        ("", 403),
    ],
)
def test_the_host_must_be_an_address_of_this_machine(port, host, status):
    assert request(port, "/", headers={"Host": host.format(port)})[0] == status


def test_an_address_for_all_machines_allows_ip_addresses_but_no_names():
    with demo_server.running(host="0.0.0.0") as port:
        status = {
            host: request(port, "/", headers={"Host": host})[0]
            for host in ("192.0.2.1:8000", "[2001:db8::1]", "evil.example")
        }
    assert status == {"192.0.2.1:8000": 200, "[2001:db8::1]": 200, "evil.example": 403}


def test_other_pages_may_not_ask(port, sentence):
    own = {"Origin": f"http://127.0.0.1:{port}"}
    assert request(port, "/api/about", headers=own)[0] == 200
    for origin in f"http://127.0.0.1:{port + 1}", "https://evil.example", "null":
        status, _, answer = request(port, SLT, sentence, {"Origin": origin})
        assert status == 403 and "comes from another page" in answer["error"]


def test_every_answer_forbids_what_the_page_does_not_need(port):
    for path in "/", "/page.js", "/api/about", "/nothing":
        headers = request(port, path)[1]
        policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'" and policy["script-src"] == policy["connect-src"] == "'self'"
        assert "unsafe" not in headers["Content-Security-Policy"] and "http" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_only_the_files_of_the_page_are_served(port):
    assert request(port, "/page.js")[1]["Content-Type"].startswith("text/javascript")
    for path in "/app.py", "/../app.py", "/%2e%2e/app.py", "/nothing":
        status, _, answer = request(port, path)
        assert status == 404 and answer == {"error": "Not Found"}
