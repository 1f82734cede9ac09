"""A web server of archives that can be as awkward as real ones, and archives to serve."""

import http.server
import io
import tarfile
import threading
import zipfile
from contextlib import contextmanager

FILES = {"corpus/A/1.wav": b"first" * 1000, "corpus/B b/2.wav": b"second"}


def make_zip(path, files=FILES):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def make_tar(path, files=FILES, extra=()):
    with tarfile.open(path, "w:" + path.suffix.lstrip(".").replace("tar", "")) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        for member in extra:
            archive.addfile(member)
    return path


class Handler(http.server.BaseHTTPRequestHandler):
    """Sends the files of `server.folder`; see `serving`."""

    def do_GET(self):
        server, asked = self.server, self.headers.get("Range")
        server.requests.append((self.path, asked))
        if self.path in server.moved:
            self.send_response(302)
            self.send_header("Location", server.moved[self.path])
            return self.end_headers()
        path = server.folder / self.path.lstrip("/").partition("?")[0]
        if not path.is_file():
            return self.send_error(404)
        content = path.read_bytes()
        begin = int(asked[len("bytes=") : -1]) if asked and server.ranges != "ignored" else 0
        if begin >= len(content) or (asked and server.ranges == "refused"):
            return self.send_error(416)
        begin -= begin > 0 and server.ranges == "wrong"
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", server.length or str(len(content) - begin))
        self.end_headers()
        self.wfile.write(content[begin:][: server.cut_after])

    def log_message(self, *_):
        pass


@contextmanager
def serving(folder):
    """Run a web server of `folder`, which is made.

    Its attributes may be changed: `cut_after` (bytes after which a reply breaks off), `length` (text to send as
    Content-Length), `ranges` ("kept"; "ignored": always the whole file; "refused": status 416; "wrong": one byte too
    early), `moved` (path → path or address to redirect to). `requests` lists (path, Range).
    """
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.folder, server.requests, server.cut_after, server.length = folder, [], None, None
    server.ranges, server.moved = "kept", {}
    server.folder.mkdir()
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
