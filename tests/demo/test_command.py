"""The command: mistakes are one sentence, warnings about other machines, HTTPS, and the end by Ctrl-C."""

import contextlib
import logging
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from vconv.commands import cli, demo
from vconv.demo import server

OPENSSL = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]

SLOW = """
import sys, time
from vconv.commands import cli
from vconv.demo import recordings

def convert(converter, path, *_):
    print(path, flush=True)
    time.sleep(600)

recordings.convert = convert
sys.exit(cli.main(["demo", "--no-browser", "--run=sample", "--port=0"]))
"""


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A certificate for localhost and its key."""
    folder = tmp_path_factory.mktemp("certificate")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = [*OPENSSL, "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs the program openssl")
    return certificate, key


def mistake(capsys, *arguments):
    """Run the command, which must fail; return the sentence."""
    assert cli.main(["demo", "--no-browser", "--run", "sample", *map(str, arguments)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("vconv: ") and error.count("\n") == 1
    return error


def test_a_port_in_use_is_one_sentence(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"--port {port}: cannot be opened" in mistake(capsys, "--port", port)


def test_small_messages_are_sent_at_once():
    with server.listen("127.0.0.1", 0) as listening:
        assert listening.proto == socket.IPPROTO_TCP, "then asyncio switches off Nagle's algorithm"


def test_the_logging_of_the_process_stays():
    class Handler(logging.Handler):
        def close(self):
            raise AssertionError("closed")

    handler = Handler()
    try:
        server.server_of(None)
    finally:
        Handler.close = logging.Handler.close
        handler.close()


def test_an_address_of_another_machine_is_one_sentence(capsys):
    assert "--host 192.0.2.1" in mistake(capsys, "--host", "192.0.2.1", "--port=0")


def test_wrong_certificates_are_one_sentence(capsys, pair, tmp_path):
    certificate, key = pair
    text = tmp_path / "text.pem"
    text.write_text("no certificate")
    assert "belong together; give both or none" in mistake(capsys, "--certificate", certificate)
    for first, second in (key, certificate), (text, key), (certificate, text), (tmp_path / "none.pem", key):
        assert f"{first} and {second}: are no certificate and its key" in mistake(
            capsys, "--certificate", first, "--key", second
        )


def test_two_voices_of_one_name_are_refused(capsys):
    assert "two voices have the name 'sample'" in mistake(capsys, "--run", "sample", "sample")


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", 1), ("::1", 1), ("localhost", 1), ("0.0.0.0", 0)])
def test_what_only_this_machine_reaches(host, loopback):
    assert server.is_loopback(host) == bool(loopback)


def test_an_address_for_others_is_told(monkeypatch, capsys):
    monkeypatch.setattr(server.uvicorn.Server, "run", lambda self, sockets: None)
    for more, lines in ([], 2), (["--host=127.0.0.1"], 0):
        assert cli.main(["demo", "--no-browser", "--run=sample", "--port=0", "--host=0.0.0.0", *more]) == 0
        told = capsys.readouterr().err
        assert told.count("note: ") == lines
    assert list(demo._warnings(encrypted=True)) == [
        "whoever reaches this machine can use the page; there is no password"
    ]


def test_it_serves_https_until_ctrl_c(pair):
    certificate, key = pair
    command = [sys.executable, "-m", "vconv.commands.cli", "demo", "--no-browser", "--run=sample", "--port=0"]
    command += [f"--certificate={certificate}", f"--key={key}", "--host=localhost"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ
    ) as process:
        address = process.stdout.readline().split()[0]
        assert address.startswith("https://localhost:")
        context = ssl.create_default_context(cafile=certificate)
        with urllib.request.urlopen(f"{address}api/about", context=context, timeout=20) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert process.returncode == 0 and errors == ""


def test_ctrl_c_does_not_wait_for_a_conversion(tmp_path):
    def ask(address):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{address}api/convert?voice=sample&target=awb", b"sound", timeout=60)

    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(
        [sys.executable, "-c", SLOW], env=os.environ | {"TMPDIR": str(tmp_path)}, **streams
    ) as process:
        client = threading.Thread(target=ask, args=[process.stdout.readline().split()[0]])
        client.start()
        recording = Path(process.stdout.readline().strip())
        assert recording.read_bytes() == b"sound"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    client.join()
    assert process.returncode == 130
    assert errors == "\nvconv: interrupted; the conversion that was running is lost\n"
    assert not recording.parent.exists() and not list(tmp_path.glob("vconv-demo*"))
