"""Download of the archives of a corpus: resumed, checked, and unpacked into one folder only."""

import errno
import hashlib
import re
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.corpus import fetch
from vconv.corpus.unpack import BLOCK, BY_HAND, UnpackByHand, unpack

MARK = ".completed"  # file in the corpus folder with a line for each archive that is unpacked completely


def download_corpus(entries, folder, report=print):
    """Download the archives of a corpus and unpack them into `folder`.

    The call can be repeated: unpacked archives are skipped, and an interrupted download is resumed. Downloaded archives
    are removed after unpacking; archives at a path of this machine stay, and those that must be unpacked by hand.

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
        There is nothing to download, an address is none, the host does not answer, the connection breaks, the checksum
        differs, the disk is full, or the archive is broken, encrypted, of another format or has paths outside `folder`.
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
    if fetch.local_path(url) is None:
        fetch.quoted(url)  # before anything is downloaded
    return url, sha256


def _bring(url, sha256, folder, report):
    """Download and unpack one archive, unless the mark has its line."""
    mark, line = folder / MARK, f"{url} {sha256}".strip()
    if mark.exists() and line in mark.read_text(encoding="utf-8").splitlines():
        report(f"{url}: is already in {folder}")
        return
    local = fetch.local_path(url)
    archive = local or folder / fetch.file_name(url)
    if local and not local.is_file():
        raise VconvError(f"{local}: there is no such archive; correct its url in corpus.yaml {BY_HAND}")
    if not archive.exists():
        report(f"{url}: downloading")
        fetch.fetch(url, archive)
    try:
        _verify(archive, sha256)
        report(f"{url}: unpacked {unpack(archive, folder)} files to {folder}")
    except UnpackByHand:
        raise
    except VconvError:
        if not local:
            archive.unlink()  # so that the next call downloads it again
        raise
    if not local:
        archive.unlink()
    with mark.open("a", encoding="utf-8") as stream:
        stream.write(line + "\n")


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
