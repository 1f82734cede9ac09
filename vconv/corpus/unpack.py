"""Archives → files in one folder: .zip and (compressed) .tar; nothing is written outside of the folder."""

import lzma
import shutil
import tarfile
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath

from vconv.common.errors import VconvError

BLOCK = 1 << 20  # bytes per read
ENCRYPTED = 1  # flag of a file in a .zip
# Python's own checks, since 3.10.12 and 3.11.4; an older Python relies on those of this module alone.
DATA_FILTER = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
REFUSED = getattr(tarfile, "FilterError", ())
ELSEWHERE = "unpack it by another program and give its folder with --corpus-dir"
BY_HAND = "or unpack the corpus by hand and give its folder with --corpus-dir"


class UnpackByHand(VconvError):
    """A whole archive that another program must unpack; it is not to be deleted."""


def unpack(archive, folder):
    """Unpack a .zip or (compressed) .tar archive into `folder`; return the number of files.

    Files that file managers leave in archives (`__MACOSX`, `.DS_Store`) are skipped.

    Raises
    ------
    UnpackByHand
        The archive is encrypted or compressed in an unknown way, or `folder` has links that lead out of it.
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
        raise UnpackByHand(f"{archive}: {error}; unpack into a folder without links, if you trust it") from error
    except NotImplementedError as error:  # of zipfile
        raise UnpackByHand(f"{archive}: cannot be unpacked here ({error}); {ELSEWHERE}") from error
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
        if any(member.flag_bits & ENCRYPTED for member in packed.infolist()):
            raise UnpackByHand(f"{archive}: is encrypted; {ELSEWHERE}")
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
