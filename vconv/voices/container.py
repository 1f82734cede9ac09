"""The container of a voice file: a zip of members that are checked when they are read.

The member `digests` has a line for each other member, sorted by name: BLAKE2b (32 bytes, hexadecimal), two spaces,
name. The digest of the voice is that of this member (16 bytes). Members are stored as they are, with a fixed time, so
that the same content gives the same bytes. Nothing in it is executed.
"""

import hashlib
import io
import struct
import zipfile

from vconv.common import files
from vconv.common.errors import VconvError

DIGESTS = "digests"
TIME = (1980, 1, 1, 0, 0, 0)  # the earliest of a zip
LARGEST_MEMBER = 1 << 28  # bytes
DAMAGE = (zipfile.BadZipFile, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError, struct.error)


def write(path, members):
    """Write a container, whole or not at all, and return its digest.

    Parameters
    ----------
    path : str or Path
    members : dict
        Name → bytes.

    Raises
    ------
    VconvError
        The file cannot be written.
    """
    lines = (f"{_hash(members[name], 32)}  {name}\n" for name in sorted(members))
    digests = "".join(lines).encode()
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_STORED) as archive:
        for name, member in {**members, DIGESTS: digests}.items():
            archive.writestr(zipfile.ZipInfo(name, TIME), member)
    files.write(path, lambda temporary: temporary.write_bytes(content.getvalue()))
    return _hash(digests, 16)


class Container:
    """A container, open for reading; only what is asked for is read.

    Parameters
    ----------
    path : str or Path

    Attributes
    ----------
    digest : str
        Of all members.

    Raises
    ------
    VconvError
        The file is missing, no zip, or damaged.
    """

    def __init__(self, path):
        self.path = path
        digests = self._member(DIGESTS)
        self.digest = _hash(digests, 16)
        lines = digests.decode("utf-8", errors="replace").splitlines()
        self._digests = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}

    def __contains__(self, name):
        return name in self._digests

    def __iter__(self):
        return iter(self._digests)

    def read(self, name):
        """Return the bytes of a member; VconvError if it is missing or its digest is another one."""
        content = self._member(name)
        if _hash(content, 32) != self._digests.get(name):
            raise self.damaged(f"the digest of {name} is another one")
        return content

    def damaged(self, reason):
        """Return the VconvError for a file that is no voice or a damaged one."""
        return VconvError(f"{self.path}: is no vconv voice, or a damaged one ({reason}); copy or pack it again")

    def _member(self, name):
        """Return the bytes of a member, unchecked."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                found = archive.getinfo(name)
                if found.file_size > LARGEST_MEMBER or found.compress_type != zipfile.ZIP_STORED:
                    raise ValueError(f"{name} is too large or compressed")
                return archive.read(found)
        except OSError as error:
            raise VconvError(f"{self.path}: cannot be read ({files.reason(error)}); name a .vconv file") from error
        except DAMAGE as error:
            raise self.damaged(" ".join(str(error).split())) from error


def _hash(content, size):
    return hashlib.blake2b(content, digest_size=size).hexdigest()
