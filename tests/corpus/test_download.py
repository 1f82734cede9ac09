"""Archives arrive whole, once, and never write outside their folder."""

import hashlib
import http.server
import io
import os
import random
import socket
import tarfile
import threading
import zipfile

import pytest

from vconv.common.errors import VconvError
from vconv.corpus import download, fetch, unpack
from vconv.corpus.download import download_corpus

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


def contents(folder):
    """All files below `folder` but the mark, by relative name."""
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    found.pop(download.MARK, None)
    return found


@pytest.fixture
def host(tmp_path):
    """A web server of `host.folder` that counts requests, cuts replies after `host.cut_after` bytes, knows Range."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            server.requests.append((self.path, self.headers.get("Range")))
            path = server.folder / self.path.lstrip("/").partition("?")[0]
            if not path.is_file():
                return self.send_error(404)
            content, asked = path.read_bytes(), self.headers.get("Range")
            begin = int(asked[len("bytes=") : -1]) if asked and server.knows_range else 0
            if begin >= len(content):
                return self.send_error(416)
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", server.length or str(len(content) - begin))
            self.end_headers()
            self.wfile.write(content[begin:][: server.cut_after])

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.folder, server.requests, server.cut_after, server.knows_range = tmp_path / "host", [], None, True
    server.length = None
    server.folder.mkdir()
    server.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "down loads"


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"])
def test_every_kind_of_archive_arrives_whole(host, folder, name):
    archive = (make_zip if name.endswith("zip") else make_tar)(host.folder / name)
    sha256 = hashlib.sha256(archive.read_bytes()).hexdigest()
    download_corpus([{"url": f"{host.address}/{name}?sequence=8", "sha256": sha256}], folder, report=lambda _: None)
    assert contents(folder) == FILES


def test_what_is_complete_is_not_fetched_again(host, folder):
    make_zip(host.folder / "a.zip")
    make_zip(host.folder / "b.zip", {"other/3.wav": b"third"})
    entries = [{"url": f"{host.address}/a.zip"}, {"url": f"{host.address}/b.zip", "sha256": ""}]
    lines = []
    for _ in range(2):
        download_corpus(entries, folder, report=lines.append)
    assert len(host.requests) == 2
    assert sum("already" in line for line in lines) == 2
    assert contents(folder) == FILES | {"other/3.wav": b"third"}


@pytest.mark.parametrize("knows_range", [True, False])
def test_a_cut_download_goes_on_where_it_stopped(host, folder, knows_range):
    archive = make_zip(host.folder / "a.zip", {"x.wav": random.Random(0).randbytes(5000)})
    entry = {"url": f"{host.address}/a.zip", "sha256": hashlib.sha256(archive.read_bytes()).hexdigest()}
    host.cut_after, host.knows_range = 2000, knows_range
    with pytest.raises(VconvError, match="a.zip: the connection broke; run the same command again"):
        download_corpus([entry], folder)
    assert (folder / "a.zip.part").stat().st_size == 2000
    host.cut_after = None
    download_corpus([entry], folder)
    assert host.requests[1] == ("/a.zip", "bytes=2000-")
    assert list(contents(folder)) == ["x.wav"]


def test_a_whole_part_that_was_never_renamed_is_no_dead_end(host, folder):
    archive = make_zip(host.folder / "a.zip")
    folder.mkdir()
    (folder / "a.zip.part").write_bytes(archive.read_bytes())
    download_corpus([{"url": f"{host.address}/a.zip"}], folder)
    assert contents(folder) == FILES


def test_a_wrong_checksum_is_refused_and_fetched_anew(host, folder):
    archive = make_zip(host.folder / "a.zip")
    right = hashlib.sha256(archive.read_bytes()).hexdigest()
    with pytest.raises(VconvError, match=f"a.zip: has the sha256 {right}, not {'0' * 64}"):
        download_corpus([{"url": f"{host.address}/a.zip", "sha256": "0" * 64}], folder)
    assert contents(folder) == {}
    download_corpus([{"url": f"{host.address}/a.zip", "sha256": right.upper()}], folder)
    assert contents(folder) == FILES and len(host.requests) == 2


@pytest.mark.parametrize("as_address", [True, False])
def test_an_archive_of_this_machine_is_unpacked_and_left_there(tmp_path, folder, as_address):
    archive = make_zip(tmp_path / "my archive.zip")
    download_corpus([{"url": archive.as_uri() if as_address else str(archive)}], folder)
    assert contents(folder) == FILES
    assert archive.exists()


def test_litter_of_file_managers_is_skipped(tmp_path, folder):
    litter = {"__MACOSX/corpus/._1.wav": b"?", "corpus/.DS_Store": b"?", "corpus/A/.DS_Store": b"?"}
    for archive in (make_zip(tmp_path / "a.zip", litter | FILES), make_tar(tmp_path / "a.tar.gz", litter | FILES)):
        download_corpus([{"url": str(archive)}], folder)
        assert contents(folder) == FILES


@pytest.mark.parametrize("name", ["../evil.wav", "/tmp/evil.wav", "a/../../evil.wav", "..\\evil.wav", "C:\\evil.wav"])
@pytest.mark.parametrize("make, suffix", [(make_zip, ".zip"), (make_tar, ".tar.gz")])
def test_a_path_that_leaves_the_folder_is_refused(tmp_path, folder, make, suffix, name):
    archive = make(tmp_path / f"a{suffix}", {name: b"evil"})
    with pytest.raises(VconvError, match="leads out of the folder"):
        download_corpus([{"url": str(archive)}], folder)
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == [archive.name]


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(tmp_path, folder, kind):
    member = tarfile.TarInfo("corpus/way_out")
    member.type, member.linkname = kind, str(tmp_path)
    archive = make_tar(tmp_path / "a.tar.gz", extra=[member])
    with pytest.raises(VconvError, match="way_out is a link or a device"):
        download_corpus([{"url": str(archive)}], folder)
    assert not os.path.lexists(folder / "corpus" / "way_out")
    assert not (folder / download.MARK).exists()


@pytest.mark.skipif(not hasattr(tarfile, "data_filter"), reason="this Python has no filters of archives")
def test_a_link_in_the_folder_leads_no_archive_out_of_it(tmp_path, folder):
    (tmp_path / "outside").mkdir()
    folder.mkdir()
    (folder / "corpus").symlink_to(tmp_path / "outside")
    with pytest.raises(VconvError, match="a.tar: .*outside the destination; unpack into a folder without links"):
        download_corpus([{"url": str(make_tar(tmp_path / "a.tar"))}], folder)
    assert not list((tmp_path / "outside").iterdir())


def test_a_tar_is_unpacked_by_a_python_without_filters_too(tmp_path, folder, monkeypatch):
    monkeypatch.setattr(unpack, "DATA_FILTER", {})
    download_corpus([{"url": str(make_tar(tmp_path / "a.tar"))}], folder)
    assert contents(folder) == FILES


def test_modes_in_a_tar_do_not_count(tmp_path, folder):
    """The mode in the archive might let nobody but the owner read the recordings."""
    archive = tmp_path / "a.tar"
    with tarfile.open(archive, "w") as tar:
        member = tarfile.TarInfo("x.wav")
        member.mode = 0o400
        tar.addfile(member, io.BytesIO())
    download_corpus([{"url": str(archive)}], folder)
    (folder / "other").touch()
    assert (folder / "x.wav").stat().st_mode == (folder / "other").stat().st_mode


def test_a_page_instead_of_an_archive_is_refused_and_not_kept(host, folder):
    (host.folder / "a.zip").write_text("<html>The data have moved.</html>")
    with pytest.raises(VconvError, match="a.zip: is not a .zip or .tar archive.*--corpus-dir"):
        download_corpus([{"url": f"{host.address}/a.zip"}], folder)
    make_zip(host.folder / "a.zip")
    download_corpus([{"url": f"{host.address}/a.zip"}], folder)
    assert contents(folder) == FILES


@pytest.mark.parametrize("name", ["a.zip", "a.tar", "a.tar.gz", "a.tar.bz2", "a.tar.xz"])
def test_a_damaged_archive_is_one_sentence(tmp_path, folder, name):
    content = {name: random.Random(name).randbytes(1_000_000) for name in ("x.wav", "y.wav")}
    archive = (make_zip if name.endswith("zip") else make_tar)(tmp_path / name, content)
    whole = bytearray(archive.read_bytes())
    if name.endswith("zip"):
        whole[50_000] ^= 255  # its table of contents is at the end: damage instead of a cut
    else:
        del whole[1_500_000:]
    archive.write_bytes(whole)
    with pytest.raises(VconvError, match="is broken"):
        download_corpus([{"url": str(archive)}], folder)
    assert not (folder / download.MARK).exists()


def test_an_empty_archive_is_refused(tmp_path, folder):
    with pytest.raises(VconvError, match="holds no files"):
        download_corpus([{"url": str(make_zip(tmp_path / "a.zip", {}))}], folder)


@pytest.mark.parametrize("written", ["über 1 %.zip", "%C3%BCber%201%20%25.zip"])
def test_blanks_and_umlauts_in_an_address_are_escaped(host, folder, written):
    make_zip(host.folder / "%C3%BCber%201%20%25.zip")  # this host does not decode the paths that it is asked for
    download_corpus([{"url": f"{host.address}/{written}?of=Käse 1"}], folder)
    assert contents(folder) == FILES
    assert host.requests == [("/%C3%BCber%201%20%25.zip?of=K%C3%A4se%201", None)]


def test_letters_beyond_ascii_in_the_name_of_a_host_are_encoded():
    assert fetch.quoted("https://münchen.example:81/a b") == "https://xn--mnchen-3ya.example:81/a%20b"


def test_a_length_that_is_no_number_is_ignored(host, folder):
    make_zip(host.folder / "a.zip")
    host.length = "many"
    download_corpus([{"url": f"{host.address}/a.zip"}], folder)
    assert contents(folder) == FILES


@pytest.mark.parametrize(
    "at, bits, sentence",
    [(6, 1, "a.zip: is encrypted; unpack it by another"), (8, 97, "a.zip: cannot be unpacked here")],
)
def test_an_archive_that_another_program_must_unpack_stays(host, folder, at, bits, sentence):
    """Flags and method stand at 6 and 8 of a file's header, and 2 bytes later in the table of contents."""
    archive = make_zip(host.folder / "a.zip", {"x.wav": b"sound"})
    content = bytearray(archive.read_bytes())
    content[at] = content[content.index(b"PK\1\2") + at + 2] = bits
    archive.write_bytes(content)
    for _ in range(2):
        with pytest.raises(VconvError, match=f"{sentence}.*--corpus-dir"):
            download_corpus([{"url": f"{host.address}/a.zip"}], folder)
    assert contents(folder) == {"a.zip": bytes(content)} and len(host.requests) == 1


def test_a_missing_page_names_the_address_and_the_way_round(host, folder):
    with pytest.raises(VconvError, match=rf"{host.address}/none.zip: answers 404 .*--corpus-dir"):
        download_corpus([{"url": f"{host.address}/none.zip"}], folder)


def test_an_unreachable_host_names_the_address_and_the_way_round(folder):
    with socket.socket() as listener:  # a port nobody listens on once it is closed
        listener.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/a.zip"
    with pytest.raises(VconvError, match=rf"{address}: cannot be reached .*--corpus-dir"):
        download_corpus([{"url": address}], folder)


def test_a_full_disk_is_one_sentence(tmp_path, folder, monkeypatch):
    archive = make_zip(tmp_path / "a.zip")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(unpack.shutil, "copyfileobj", full)
    with pytest.raises(VconvError, match="down loads: the disk is full"):
        download_corpus([{"url": str(archive)}], folder)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(VconvError, match="taken"):
        download_corpus([{"url": "none.zip"}], tmp_path / "taken" / "below")


@pytest.mark.parametrize(
    "entry, sentence",
    [
        ("https://host/a.zip", "is no archive; write {url"),
        ({"url": ""}, "is no archive"),
        ({"url": "https://host/a.zip", "md5": "12"}, "is no archive"),
        ({"url": "https://host/a.zip", "sha256": "12"}, "must be 64 hexadecimal digits"),
        ({"url": "ftp://host/a.zip"}, "cannot be downloaded; use an address"),
        ({"url": "nowhere/a.zip"}, "there is no such archive"),
        ({"url": "https://host:1x/a.zip"}, "is no address .*Port could not be cast.*; correct it in corpus.yaml"),
        ({"url": "https://host:99999/a.zip"}, "is no address .*out of range"),
        ({"url": "https://[::1/a.zip"}, "is no address"),
        ({"url": "https:///a.zip"}, "is no address .*names no host"),
        ({"url": f"https://{'h' * 64}/a.zip"}, "is no address"),
        ({"url": "http://me:secret@host/a.zip"}, "is no address"),
    ],
)
def test_a_wrong_entry_is_one_sentence(folder, entry, sentence):
    with pytest.raises(VconvError, match=sentence):
        download_corpus([entry], folder)


def test_nothing_to_download_points_to_corpus_dir(folder):
    with pytest.raises(VconvError, match="names no archives; .* --corpus-dir"):
        download_corpus([], folder)
