"""Download of the archives of a corpus: resumed, checked, and unpacked into one folder only."""

import errno
import hashlib
import http.client
import lzma
import re
import shutil
import ssl
import tarfile
import urllib.error
import urllib.parse
import urllib.request
import zipfile
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from tqdm import tqdm

from vconv.common.errors import VconvError

MARK = ".completed"  # file in the corpus folder with a line for each archive that is unpacked completely
BLOCK = 1 << 20  # bytes per read
TIMEOUT_S = 60  # longest time without a byte from the host
# Python's own checks, since 3.10.12 and 3.11.4; an older Python relies on those of this module alone.
DATA_FILTER = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
REFUSED = getattr(tarfile, "FilterError", ())
BY_HAND = "or unpack the corpus by hand and give its folder with --corpus-dir"


def download_corpus(entries, folder, report=print):
    """Download the archives of a corpus and unpack them into `folder`.

    The call can be repeated: unpacked archives are skipped, and an interrupted download is resumed. Downloaded archives
    are removed after unpacking; archives at a path of this machine stay.

    Parameters
    ----------
    entries : list of dict
        `url`: address (https://, http://, file://) or path of a .zip or (compressed) .tar archive. `sha256`: 64
        hexadecimal digits; missing or empty if no checksum is published.
    folder : str or Path
        Made if it does not exist.
    report : callable
        Called with one line of text for each step.

    Raises
    ------
    VconvError
        There is nothing to download, the host does not answer, the connection breaks, the checksum differs, the disk is
        full, or the archive is broken, of another format or has paths outside `folder`.
    """
    folder = Path(folder)
    sources = [_checked(entry) for entry in entries]
    if not sources:
        raise VconvError("download: corpus.yaml names no archives; add some to it or name a folder with --corpus-dir")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for url, sha256 in sources:
            _bring(url, sha256, folder, report)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise VconvError(f"{folder}: the disk is full; make room and run the same command again") from error
        raise VconvError(f"{error.filename or folder}: cannot be used ({error.strerror or error})") from error


def _checked(entry):
    """Return (url, sha256) of an entry, or raise a VconvError."""
    if not isinstance(entry, dict) or not entry.get("url") or entry.keys() - {"url", "sha256"}:
        raise VconvError(f"download: {entry!r} is no archive; write {{url: ADDRESS, sha256: CHECKSUM}}")
    url, sha256 = str(entry["url"]), str(entry.get("sha256") or "").lower()
    if sha256 and not re.fullmatch("[0-9a-f]{64}", sha256):
        raise VconvError(f"download: the sha256 of {url} is {sha256!r}; it must be 64 hexadecimal digits, in quotes")
    return url, sha256


def _bring(url, sha256, folder, report):
    """Download and unpack one archive, unless the mark has its line."""
    mark, line = folder / MARK, f"{url} {sha256}".strip()
    if mark.exists() and line in mark.read_text(encoding="utf-8").splitlines():
        report(f"{url}: is already in {folder}")
        return
    local = _local_path(url)
    archive = local or folder / _file_name(url)
    if local and not local.is_file():
        raise VconvError(f"{local}: there is no such archive; correct its url in corpus.yaml {BY_HAND}")
    if not archive.exists():
        report(f"{url}: downloading")
        _fetch(url, archive)
    try:
        _verify(archive, sha256)
        report(f"{url}: unpacked {unpack(archive, folder)} files to {folder}")
    except VconvError:
        if not local:
            archive.unlink()  # so that the next call downloads it again
        raise
    if not local:
        archive.unlink()
    with mark.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


def _local_path(url):
    """Return the path that a file:// address or a plain path names; None for an address on the network."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme in ("http", "https"):
        return None
    if parts.scheme == "file":
        return Path(urllib.request.url2pathname(parts.path))
    if "://" in url:
        raise VconvError(
            f"download: {url} cannot be downloaded; use an address that begins with https://, http:// or file://"
        )
    return Path(url).expanduser()


def _file_name(url):
    """Return the file name at the end of a network address."""
    return PurePosixPath(urllib.parse.unquote(urllib.parse.urlsplit(url).path)).name or "archive"


def _fetch(url, archive):
    """Save `url` as `archive`. An incomplete file is called NAME.part, and the next call resumes it."""
    part = archive.with_name(archive.name + ".part")
    had = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={had}-"} if had else {})
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:
            had = had if reply.status == 206 else 0  # with 200 the host sends the whole file
            length = reply.headers.get("Content-Length")
            _save(reply, part, had, length and had + int(length))
    except urllib.error.HTTPError as error:
        if error.code == 416 and had:  # nothing follows the bytes that are here: start again
            part.unlink()
            return _fetch(url, archive)
        raise VconvError(f"{url}: answers {error.code} {error.reason}; correct it in corpus.yaml {BY_HAND}") from error
    except urllib.error.URLError as error:
        raise VconvError(f"{url}: cannot be reached ({error.reason}); try again later {BY_HAND}") from error
    except (TimeoutError, ConnectionError, ssl.SSLError, http.client.HTTPException) as error:
        raise VconvError(f"{url}: the connection broke; run the same command again to resume") from error
    part.replace(archive)


def _save(reply, part, had, size):
    """Append the reply to the first `had` bytes of `part`; `size` is that of the whole file, or None if unknown."""
    with (
        part.open("ab" if had else "wb") as stream,
        tqdm(total=size, initial=had, unit="B", unit_scale=True, desc=part.stem, disable=None) as bar,
    ):
        while block := reply.read(BLOCK):
            stream.write(block)
            bar.update(len(block))
    if size and part.stat().st_size < size:
        raise http.client.IncompleteRead(b"")


def _verify(archive, sha256):
    """Raise a VconvError unless the file has this checksum; an empty one is not checked."""
    digest = hashlib.sha256()
    with archive.open("rb") as stream:
        while sha256 and (block := stream.read(BLOCK)):
            digest.update(block)
    if sha256 and digest.hexdigest() != sha256:
        raise VconvError(
            f"{archive}: has the sha256 {digest.hexdigest()}, not {sha256}; run the same command again, "
            "or correct the checksum in corpus.yaml if the archive was published again"
        )


def unpack(archive, folder):
    """Unpack a .zip or (compressed) .tar archive into `folder`; return the number of files.

    Files that file managers leave in archives (`__MACOSX`, `.DS_Store`) are skipped.

    Raises
    ------
    VconvError
        The file is no archive, is broken or empty, or has links or paths that lead out of `folder`.
    """
    try:
        if tarfile.is_tarfile(archive):
            written = _unpack_tar(archive, folder)
        elif zipfile.is_zipfile(archive):
            written = _unpack_zip(archive, folder)
        else:
            raise VconvError(f"{archive}: is not a .zip or .tar archive; correct its url in corpus.yaml {BY_HAND}")
    except REFUSED as error:
        raise VconvError(f"{archive}: {error}; unpack into a folder without links, if you trust it") from error
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError, OSError) as error:
        if getattr(error, "errno", None):  # an error of the disk, not of the archive
            raise
        raise VconvError(f"{archive}: is broken ({error}); download it again {BY_HAND}") from error
    if not written:
        raise VconvError(f"{archive}: holds no files; correct its url in corpus.yaml {BY_HAND}")
    return written


def _unpack_tar(archive, folder):
    """Unpack a .tar archive; return the number of files."""
    written = 0
    with tarfile.open(archive) as tar:
        for member in tar:
            if not (member.isfile() or member.isdir()):
                raise VconvError(f"{archive}: {member.name} is a link or a device; correct its url {BY_HAND}")
            if member.isfile() and not _is_litter(member.name):
                member.name = str(_safe(member.name, archive))
                tar.extract(member, folder, set_attrs=False, **DATA_FILTER)
                written += 1
    return written


def _unpack_zip(archive, folder):
    """Unpack a .zip archive; return the number of files."""
    written = 0
    with zipfile.ZipFile(archive) as packed:
        for member in packed.infolist():
            if not (member.is_dir() or _is_litter(member.filename)):
                target = folder / _safe(member.filename, archive)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as source, target.open("wb") as stream:
                    shutil.copyfileobj(source, stream, BLOCK)
                written += 1
    return written


def _is_litter(name):
    """Return whether a file manager left the path in the archive."""
    return not {"__MACOSX", ".DS_Store"}.isdisjoint(PurePosixPath(name).parts)


def _safe(name, archive):
    """Return the relative path of a member; VconvError if it leads out of the folder."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or PureWindowsPath(name).drive:
        raise VconvError(f"{archive}: the path {name} leads out of the folder to unpack to; do not trust this archive")
    return path
