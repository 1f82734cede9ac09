"""Download of the archives of a corpus: resumed, checked, and unpacked into one folder only."""

import errno
from pathlib import Path

from vconv.common.errors import VconvError
from vconv.corpus import fetch
from vconv.corpus.archive import Archive, digest
from vconv.corpus.unpack import BY_HAND, UnpackByHand, unpack

MARK = ".completed"  # file in the corpus folder with a line for each archive that is unpacked completely


def download_corpus(entries, folder, report=print, base_url=None, license=""):
    """Download the archives of a corpus and unpack them into `folder`.

    The call can be repeated: unpacked archives are skipped, and an interrupted download is resumed. Downloaded archives
    are removed after unpacking; archives at a path of this machine stay, and those that must be unpacked by hand.

    Parameters
    ----------
    entries : list of dict
        What the fields of an `Archive` say, `url` at least. If one address fails, the next of `mirrors` is tried.
    folder : str or Path
        Made if it does not exist.
    report : callable
        Called with one line of text for each step.
    base_url : str, optional
        Address or folder that holds all archives by their names; it replaces all addresses.
    license : str
        Of the corpus; reported before the first download.

    Raises
    ------
    VconvError
        There is nothing to download, an address is none, no address gives the archive, size or checksum differ, the
        disk is full, or the archive is broken, encrypted, of another format or has paths outside `folder`.
    """
    folder = Path(folder)
    archives = [Archive.of(entry) for entry in entries]
    if not archives:
        raise VconvError("download: corpus.yaml names no archives; add some to it or name a folder with --corpus-dir")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done = [archive for archive in archives if archive.mark in _marks(folder)]
        for archive in done:
            report(f"{archive.url}: is already in {folder}")
        if license and len(done) < len(archives):
            report(f"license of the corpus: {license}")
        for archive in archives:
            if archive not in done:
                _bring(archive, archive.addresses(base_url), folder, report)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise VconvError(f"{folder}: the disk is full; make room and run the same command again") from error
        raise VconvError(f"{error.filename or folder}: cannot be used ({error.strerror or error})") from error


def _marks(folder):
    """Return the lines of the mark."""
    mark = folder / MARK
    return mark.read_text(encoding="utf-8").splitlines() if mark.exists() else []


def _bring(archive, addresses, folder, report):
    """Download and unpack one archive, and add its line to the mark."""
    path, downloaded = _first_copy(archive, addresses, folder / archive.name, report)
    lines = [archive.mark]
    if not archive.md5 and not archive.sha256:
        lines.append(f"# {archive.name}: no checksum is published; this copy has the sha256 {digest(path, 'sha256')}")
        report(lines[-1].removeprefix("# "))
    try:
        report(f"{archive.url}: unpacked {unpack(path, folder)} files to {folder}")
    except UnpackByHand:
        raise
    except VconvError:
        if downloaded:
            path.unlink()  # so that the next call downloads it again
        raise
    if downloaded:
        path.unlink()
    with (folder / MARK).open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines)


def _first_copy(archive, addresses, target, report):
    """Return the path of the archive, and whether it was downloaded to `target` or lies on this machine.

    It comes from the first address that gives it. If no address gives it, the error is that of the first.
    """
    errors = []
    for address in addresses:
        if errors:
            report(f"{errors[-1]}; trying {address}")
        try:
            return _copy(archive, address, target, report)
        except VconvError as error:
            errors.append(error)
    raise errors[0]


def _copy(archive, address, target, report):
    """Return the path of the checked archive of an address, and whether it was downloaded to `target`."""
    if local := fetch.local_path(address):
        if not local.is_file():
            raise VconvError(f"{local}: there is no such archive; correct its url in corpus.yaml {BY_HAND}")
        archive.verify(local)
        return local, False
    if not target.exists():
        report(f"{address}: downloading")
        fetch.fetch(address, target, archive.size_bytes)
    try:
        archive.verify(target)
    except VconvError:
        target.unlink()  # so that the next address or call downloads it again
        raise
    return target, True
