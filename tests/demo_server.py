"""The server of `vconv demo` in a thread, and requests to it as a browser or a stranger would send them."""

import contextlib
import http.client
import io
import json
import threading

import soundfile
from pages import REPOSITORY

from vconv.demo import app, server, voices

SENTENCE = REPOSITORY / "data" / "sample" / "evaluation" / "rms" / "e01.flac"  # a man, some 100 Hz


@contextlib.contextmanager
def running(runs=("sample",), limits=app.LIMITS, host="127.0.0.1"):
    """Run a server on a free port of this machine, which takes `host` for its address; yield the port."""
    listening = server.listen("127.0.0.1", 0)
    serving = server.server_of(app.build(voices.load(runs), host, limits))
    thread = threading.Thread(target=serving.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        serving.should_exit = True
        thread.join()


def request(port, path, body=None, headers=None):
    """Send a request, POST with a body; return status, headers and content, JSON being decoded."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with contextlib.closing(connection):
        connection.request("GET" if body is None else "POST", path, body, headers or {})
        answer = connection.getresponse()
        content = answer.read()
    is_json = answer.headers["Content-Type"] == "application/json"
    return answer.status, answer.headers, json.loads(content) if is_json else content


def encoded(y, rate=8000, form="WAV", subtype=None):
    """Return an audio file as bytes."""
    file = io.BytesIO()
    soundfile.write(file, y, rate, subtype, format=form)
    return file.getvalue()
