"""Live conversion over a WebSocket: how many samples come back, whose voice it is, and who is refused."""

import json
from urllib.parse import urlencode

import numpy as np
import pytest
import soundfile
from demo_server import SENTENCE
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from vconv.audio import wav
from vconv.audio.f0_estimation import estimate_f0

RATE = 24000
BLOCK = 480  # 20 ms


@pytest.fixture(scope="module")
def speech():
    """The beginning of a sentence, 2 s at RATE, float32."""
    y, rate = soundfile.read(SENTENCE)
    return wav.resample(y, rate, RATE).astype("<f4")[: 2 * RATE]


def live(port, **changes):
    """Open a WebSocket as the page does, with changes of its query."""
    query = urlencode({"voice": "sample", "target": "slt", "rate": RATE, **changes})
    return connect(f"ws://127.0.0.1:{port}/api/live?{query}", origin=f"http://127.0.0.1:{port}", proxy=None)


def told(socket):
    return json.loads(socket.recv(timeout=20))


def convert(socket, y):
    """Send samples in blocks; return what came back after each."""
    parts = []
    for start in range(0, len(y), BLOCK):
        socket.send(y[start : start + BLOCK].tobytes())
        parts.append(ping(socket)[0])
    return parts


def ping(socket):
    """Return the samples that come before the answer to a ping, and the answer."""
    socket.send(json.dumps({"ping": 17.5}))
    sounds = []
    while isinstance(message := socket.recv(timeout=20), bytes):
        sounds.append(message)
    return np.frombuffer(b"".join(sounds), "<f4"), json.loads(message)


def end(socket):
    """End the stream; return the rest."""
    socket.send(json.dumps({"end": True}))
    return np.frombuffer(b"".join(socket), "<f4")


def mean_f0_hz(y):
    f0_hz = estimate_f0(y.astype(float), RATE, 60, 400)
    return np.exp(np.log(f0_hz[f0_hz > 0]).mean())


def test_as_many_samples_come_back_as_are_declared(port, speech):
    with live(port) as socket:
        declared = told(socket)
        assert declared["latency_ms"] == pytest.approx(sum(ms for _, ms in declared["terms"]))
        delay = round(declared["latency_ms"] * RATE / 1000)
        parts = convert(socket, speech)
        pushed, came = 0, np.cumsum([len(part) for part in parts])
        for count in came:
            pushed = min(pushed + BLOCK, len(speech))
            assert pushed - delay - 1 <= count <= pushed
        y = np.concatenate([*parts, end(socket)])
    assert len(y) == len(speech)
    assert mean_f0_hz(y) == pytest.approx(172.8, rel=0.2), "the voice is the target's"


def test_bypass_and_other_controls_work_while_it_runs(port, speech):
    with live(port, target="kal16") as socket:
        delay = round(told(socket)["latency_ms"] * RATE / 1000)
        socket.send(json.dumps({"bypass": True}))
        y = np.concatenate([*convert(socket, speech), end(socket)])
    half = len(speech) // 2
    np.testing.assert_allclose(y[half:-delay], speech[half:-delay], atol=1e-3)
    with live(port, target="kal16", strength=0) as socket:
        told(socket)
        socket.send(json.dumps({"target": "slt", "semitones": 12, "strength": 1}))
        y = np.concatenate([*convert(socket, speech), end(socket)])
    assert mean_f0_hz(y[half:]) > 250


def test_a_ping_is_answered_in_its_turn_with_both_f0(port, speech):
    with live(port) as socket:
        told(socket)
        convert(socket, speech[: RATE // 2])
        answer = ping(socket)[1]
    assert answer["pong"] == 17.5 and answer["notes"] == [] and len(answer["f0_hz"]) == 2


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"target": "nobody"}, "'nobody' is not allowed"),
        ({"voice": "nothing"}, "voice: 'nothing' is not allowed"),
        ({"rate": 7999}, "rate is '7999'; give a whole number of Hz from 8000 to 192000"),
        ({"rate": "9" * 5000}, "give a whole number of Hz"),
        ({"semitones": 99}, "semitones is 99.0"),
    ],
)
def test_a_bad_query_is_one_sentence(port, changes, sentence):
    with live(port, **changes) as socket:
        assert sentence in told(socket)["error"]


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        (b"123", "a message of 3 bytes holds no whole float32 samples"),
        ("no JSON", "a text message must be a JSON object"),
        ("[]", "a text message must be a JSON object"),
        ('{"target": "nobody"}', "'nobody' is not allowed"),
        ('{"target": "slt", "strength": [1]}', "semitones and strength must be numbers"),
    ],
)
def test_a_bad_message_is_one_sentence(port, message, sentence):
    with live(port) as socket:
        told(socket)
        socket.send(message)
        assert sentence in told(socket)["error"]


def test_samples_that_are_no_numbers_are_told_and_do_no_harm(port, speech):
    broken = speech.copy()
    broken[1000:1010] = np.nan
    with live(port) as socket:
        told(socket)
        y, notes = [], []
        for start in range(0, len(broken), BLOCK):
            socket.send(broken[start : start + BLOCK].tobytes())
            sound, answer = ping(socket)
            y, notes = [*y, *sound], notes + answer["notes"]
    assert len(notes) == 1
    assert np.isfinite(y).all() and len(y) > len(speech) / 2


def test_one_live_conversion_runs_at_a_time(port):
    with live(port) as first:
        told(first)
        with live(port) as second:
            assert "somebody else is using the live conversion" in told(second)["error"]
        end(first)
    with live(port) as third:
        assert "latency_ms" in told(third)


def test_only_the_own_page_may_connect(port):
    address = f"ws://127.0.0.1:{port}/api/live?voice=sample&target=slt&rate={RATE}"
    for origin in None, "http://evil.example", f"http://127.0.0.1:{port + 1}", "null":
        with pytest.raises(InvalidStatus, match="403"), connect(address, origin=origin, proxy=None):
            pass
