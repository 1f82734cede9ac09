"""What a corpus.yaml says of an archive: its addresses, its size and its checksum."""

import hashlib
import re
from typing import NamedTuple

from vconv.common.errors import VconvError
from vconv.corpus import fetch
from vconv.corpus.unpack import BLOCK

DIGITS = {"md5": 32, "sha256": 64}  # hexadecimal digits of a checksum


class Archive(NamedTuple):
    """An archive to download.

    Attributes
    ----------
    url : str
        Address (https://, http://, file://) or path of a .zip or (compressed) .tar archive.
    mirrors : tuple of str
        Other addresses of the same file.
    size_bytes : int
        0 if it is unknown.
    md5, sha256 : str
        Checksums in lower case; empty if none is published.
    """

    url: str
    mirrors: tuple = ()
    size_bytes: int = 0
    md5: str = ""
    sha256: str = ""

    @classmethod
    def of(cls, entry):
        """Return the archive that an entry of `download` in corpus.yaml describes, or raise a VconvError."""
        if not isinstance(entry, dict) or not entry.get("url") or entry.keys() - set(cls._fields):
            raise VconvError(f"download: {entry!r} is no archive; write {{url: ADDRESS, sha256: CHECKSUM}}")
        sums = {name: str(entry.get(name) or "").lower() for name in DIGITS}
        for name, text in sums.items():
            if text and not re.fullmatch(f"[0-9a-f]{{{DIGITS[name]}}}", text):
                raise VconvError(
                    f"download: the {name} of {entry['url']} is {text!r}; it must be {DIGITS[name]} hexadecimal "
                    "digits, in quotes"
                )
        size_bytes = entry.get("size_bytes") or 0
        if type(size_bytes) is not int or size_bytes < 0:
            raise VconvError(
                f"download: the size_bytes of {entry['url']} is {size_bytes!r}; it must be a whole number of bytes"
            )
        addresses = [str(address) for address in (entry["url"], *(entry.get("mirrors") or ()))]
        for address in addresses:
            if fetch.local_path(address) is None:
                fetch.quoted(address)  # before anything is downloaded
        return cls(addresses[0], tuple(addresses[1:]), size_bytes, **sums)

    @property
    def name(self):
        """The name of the file."""
        return fetch.file_name(self.url)

    @property
    def mark(self):
        """The line that says that this archive is unpacked completely."""
        return f"{self.url} {self.sha256 or self.md5}".strip()

    def addresses(self, base_url=None):
        """Return the addresses to try in turn; with `base_url`, an address or a folder, only the file of this name."""
        return [f"{base_url.rstrip('/')}/{self.name}"] if base_url else [self.url, *self.mirrors]

    def verify(self, path):
        """Raise a VconvError unless the file `path` has the size and the checksums that are known."""
        remedy = "run the same command again, or correct corpus.yaml if the archive was published again"
        size_bytes = path.stat().st_size
        if self.size_bytes and size_bytes != self.size_bytes:
            raise VconvError(f"{path}: has {size_bytes} bytes, not {self.size_bytes}; {remedy}")
        for name in DIGITS:
            expected = getattr(self, name)
            if expected and (found := digest(path, name)) != expected:
                raise VconvError(f"{path}: has the {name} {found}, not {expected}; {remedy}")


def digest(path, name):
    """Return the checksum `name` (md5, sha256) of a file in hexadecimal digits."""
    result = hashlib.new(name, usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            result.update(block)
    return result.hexdigest()
