"""Addresses of archives → files on this machine, by https, http or from a path; an interrupted download is resumed."""

import http.client
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from vconv.common.errors import VconvError
from vconv.corpus.unpack import BLOCK, BY_HAND

TIMEOUT_S = 60  # longest time without a byte from the host


def local_path(url):
    """Return the path that a file:// address or a plain path names; None for an address on the network."""
    parts = _parts(url)
    if parts.scheme in ("http", "https"):
        return None
    if parts.scheme == "file":
        return Path(urllib.request.url2pathname(parts.path))
    if "://" in url:
        raise VconvError(
            f"download: {url} cannot be downloaded; use an address that begins with https://, http:// or file://"
        )
    return Path(url).expanduser()


def quoted(url):
    """Return a network address as it is sent: blanks and letters beyond ASCII are escaped, escapes stay.

    VconvError if it names no host or an impossible port.
    """
    parts = _parts(url)
    try:
        host, port = (parts.hostname or "").encode("idna").decode("ascii"), parts.port
    except ValueError as error:
        raise _no_address(url, error) from error
    if not host:
        raise _no_address(url, "it names no host")
    netloc = parts.netloc if parts.netloc.isascii() else f"{host}:{port}" if port else host
    path, query = (
        urllib.parse.quote(re.sub("%(?![0-9A-Fa-f]{2})", "%25", text), safe="/?%:@!$&'()*+,;=")
        for text in (parts.path, parts.query)
    )
    return urllib.parse.urlunsplit((parts.scheme, netloc, path, query, ""))


def _parts(url):
    """Return the parts of an address."""
    try:
        return urllib.parse.urlsplit(url)
    except ValueError as error:
        raise _no_address(url, error) from error


def _no_address(url, reason):
    """Return the error for what is no address."""
    return VconvError(f"download: {url} is no address ({reason}); correct it in corpus.yaml")


def file_name(url):
    """Return the file name at the end of a network address."""
    return PurePosixPath(urllib.parse.unquote(urllib.parse.urlsplit(url).path)).name or "archive"


def fetch(url, archive, size_bytes=0):
    """Save `url` as `archive`. An incomplete file is called NAME.part, and the next call resumes it.

    Parameters
    ----------
    url : str
    archive : Path
    size_bytes : int
        Of the whole file; 0 if it is unknown.

    Raises
    ------
    VconvError
        The host does not answer, refuses, announces another size, or the connection breaks.
    """
    part = archive.with_name(archive.name + ".part")
    had = part.stat().st_size if part.exists() else 0
    try:
        if not (size_bytes and had == size_bytes or _complete(url, part, had, size_bytes)):
            part.unlink()
            _complete(url, part, 0, size_bytes)
    except urllib.error.HTTPError as error:
        raise VconvError(f"{url}: answers {error.code} {error.reason}; correct it in corpus.yaml {BY_HAND}") from error
    except urllib.error.URLError as error:
        raise VconvError(f"{url}: cannot be reached ({error.reason}); try again later {BY_HAND}") from error
    except http.client.InvalidURL as error:  # also of a page that the host refers to
        raise _no_address(url, error) from error
    except (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
        raise VconvError(f"{url}: the connection broke; run the same command again to resume") from error
    part.replace(archive)


def _complete(url, part, had, size_bytes):
    """Download what `part` lacks after its first `had` bytes; return False if the host does not go on after them."""
    request = urllib.request.Request(quoted(url), headers={"Range": f"bytes={had}-"} if had else {})
    try:
        reply = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code == 416 and had:
            return False
        raise
    with reply:
        begin, length = _first_byte(reply, had), reply.headers.get("Content-Length", "")
        if begin not in (0, had):
            return False
        total = begin + int(length) if length.isdecimal() else size_bytes
        if size_bytes and total != size_bytes:
            raise VconvError(
                f"{url}: has {total} bytes, not {size_bytes}; correct url or size_bytes in corpus.yaml {BY_HAND}"
            )
        _save(reply, part, begin, total)
    return True


def _first_byte(reply, had):
    """Return the position in the file at which the reply to a request of what follows `had` bytes begins."""
    if reply.status != 206:  # the host sends the whole file
        return 0
    stated = re.match(r"bytes (\d+)-", reply.headers.get("Content-Range", ""))
    return int(stated[1]) if stated else had


def _save(reply, part, had, size):
    """Append the reply to the first `had` bytes of `part`; `size` is that of the whole file, 0 if unknown."""
    with (
        part.open("ab" if had else "wb") as stream,
        tqdm(total=size or None, initial=had, unit="B", unit_scale=True, desc=part.stem, disable=None) as bar,
    ):
        while block := reply.read(BLOCK):
            stream.write(block)
            bar.update(len(block))
    if size and part.stat().st_size < size:
        raise http.client.IncompleteRead(b"")
