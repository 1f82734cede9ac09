"""Archives arrive whole, once, and never write outside their folder."""

import contextlib
import hashlib
import io
import os
import random
import socket
import tarfile

import pytest
from archive_host import FILES, make_tar, make_zip, serving

from vconv.common.errors import VconvError
from vconv.corpus import download, fetch, unpack
from vconv.corpus.download import download_corpus


def contents(folder):
    """All files below `folder` but the mark, by relative name."""
    found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    found.pop(download.MARK, None)
    return found


@pytest.fixture
def host(tmp_path):
    """A web server of `host.folder`; see `archive_host.serving`."""
    with serving(tmp_path / "host") as server:
        yield server


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


@pytest.mark.parametrize("ranges", ["kept", "ignored", "refused", "wrong"])
def test_a_cut_download_goes_on_where_it_stopped(host, folder, ranges):
    archive = make_zip(host.folder / "a.zip", {"x.wav": random.Random(0).randbytes(5000)})
    entry = {"url": f"{host.address}/a.zip", "sha256": hashlib.sha256(archive.read_bytes()).hexdigest()}
    host.cut_after, host.ranges = 2000, ranges
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


def test_a_wrong_md5_and_a_wrong_size_are_refused(host, folder):
    archive = make_zip(host.folder / "a.zip")
    content = archive.read_bytes()
    right = {"md5": hashlib.md5(content).hexdigest(), "size_bytes": len(content)}
    url = f"{host.address}/a.zip"
    with pytest.raises(VconvError, match=f"a.zip: has the md5 {right['md5']}, not {'0' * 32}"):
        download_corpus([{"url": url} | right | {"md5": "0" * 32}], folder)
    with pytest.raises(VconvError, match=f"a.zip: has {len(content)} bytes, not {len(content) + 1}; correct url or"):
        download_corpus([{"url": url} | right | {"size_bytes": len(content) + 1}], folder)
    with pytest.raises(VconvError, match=f"a.zip: has {len(content)} bytes, not 7; run the same"):
        download_corpus([{"url": str(archive), "size_bytes": 7}], folder)
    assert contents(folder) == {} and archive.exists()
    download_corpus([{"url": url} | right], folder)
    assert contents(folder) == FILES


def test_a_host_that_announces_too_few_bytes_is_refused_where_the_size_is_known(host, folder):
    archive = make_zip(host.folder / "a.zip")
    host.length = "100"
    entry = {"url": f"{host.address}/a.zip", "size_bytes": archive.stat().st_size}
    with pytest.raises(VconvError, match=f"a.zip: has 100 bytes, not {archive.stat().st_size}"):
        download_corpus([entry], folder)
    assert contents(folder) == {}


def test_a_whole_part_of_the_known_size_is_not_fetched_again(host, folder):
    archive = make_zip(host.folder / "a.zip")
    folder.mkdir()
    (folder / "a.zip.part").write_bytes(archive.read_bytes())
    download_corpus([{"url": f"{host.address}/a.zip", "size_bytes": archive.stat().st_size}], folder)
    assert contents(folder) == FILES and host.requests == []


def test_a_redirection_is_followed_also_by_what_is_resumed(host, folder):
    make_zip(host.folder / "b.zip", {"x.wav": random.Random(0).randbytes(5000)})
    host.moved, host.cut_after = {"/a.zip": "/b.zip"}, 2000
    for cut_after in (2000, None):
        host.cut_after = cut_after
        with pytest.raises(VconvError, match="broke") if cut_after else contextlib.nullcontext():
            download_corpus([{"url": f"{host.address}/a.zip"}], folder)
    assert host.requests[-1] == ("/b.zip", "bytes=2000-")
    assert list(contents(folder)) == ["x.wav"]


def test_mirrors_are_tried_in_turn_and_resume_what_broke(host, folder, tmp_path):
    archive = make_zip(host.folder / "a.zip", {"x.wav": random.Random(0).randbytes(5000)})
    entry = {
        "url": f"{host.address}/a.zip",
        "mirrors": [f"{host.address}/none/a.zip", archive.as_uri()],
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
    }
    host.cut_after, lines = 2000, []
    download_corpus([entry], folder, report=lines.append)
    assert [path for path, _ in host.requests] == ["/a.zip", "/none/a.zip"]
    assert [line.split(";")[-1] for line in lines if "trying" in line] == [
        f" trying {address}" for address in entry["mirrors"]
    ]
    assert contents(folder).keys() - {"a.zip.part"} == {"x.wav"}


def test_a_mirror_completes_what_broke_off_and_a_false_one_is_passed_over(host, folder):
    right = make_zip(host.folder / "a.zip", {"x.wav": random.Random(0).randbytes(5000)})
    (host.folder / "page.zip").write_text("<html>The data have moved.</html>")
    entry = {
        "url": f"{host.address}/page.zip",
        "mirrors": [f"{host.address}/a.zip"],
        "sha256": hashlib.sha256(right.read_bytes()).hexdigest(),
    }
    download_corpus([entry], folder)
    assert list(contents(folder)) == ["x.wav"]


def test_if_no_address_gives_the_archive_the_error_is_that_of_the_first(host, folder):
    entry = {"url": f"{host.address}/first.zip", "mirrors": [f"{host.address}/second.zip"]}
    with pytest.raises(VconvError, match="first.zip: answers 404"):
        download_corpus([entry], folder)


@pytest.mark.parametrize("kind", ["address", "file", "folder"])
def test_a_base_url_replaces_all_addresses(host, folder, kind):
    make_zip(host.folder / "a b.zip")
    base = {"address": host.address, "file": host.folder.as_uri(), "folder": str(host.folder)}[kind]
    entry = {"url": "https://gone.invalid/x/a%20b.zip?sequence=8", "mirrors": ["https://gone.invalid/y"]}
    if kind != "folder":
        (host.folder / "a%20b.zip").write_bytes((host.folder / "a b.zip").read_bytes())  # this host decodes nothing
    download_corpus([entry], folder, base_url=f"{base}/")
    assert contents(folder) == FILES
    with pytest.raises(VconvError, match="none.zip.*--corpus-dir"):
        download_corpus([{"url": "https://gone.invalid/none.zip"}], folder, base_url=base)


def test_the_license_is_told_before_the_first_download_only(host, folder):
    make_zip(host.folder / "a.zip")
    for shown in (True, False):
        lines = []
        download_corpus([{"url": f"{host.address}/a.zip"}], folder, lines.append, license="CC BY 4.0")
        assert ("license of the corpus: CC BY 4.0" in lines) == shown
        assert not shown or lines.index("license of the corpus: CC BY 4.0") == 0


def test_where_no_checksum_is_published_that_of_the_first_copy_is_recorded(host, folder):
    archive = make_zip(host.folder / "a.zip")
    sha256, lines = hashlib.sha256(archive.read_bytes()).hexdigest(), []
    for _ in range(2):
        download_corpus([{"url": f"{host.address}/a.zip"}], folder, lines.append)
    sentence = f"a.zip: no checksum is published; this copy has the sha256 {sha256}"
    assert lines.count(sentence) == 1
    assert (folder / download.MARK).read_text() == f"{host.address}/a.zip\n# {sentence}\n"


@pytest.mark.parametrize("as_address", [True, False])
def test_an_archive_of_this_machine_is_unpacked_and_left_there(tmp_path, folder, as_address):
    archive = make_zip(tmp_path / "my archive.zip")
    download_corpus([{"url": archive.as_uri() if as_address else str(archive)}], folder)
    assert contents(folder) == FILES
    assert archive.exists()


def test_an_archive_in_the_folder_itself_is_left_there(folder):
    folder.mkdir()
    archive = make_zip(folder / "a.zip")
    download_corpus([{"url": "https://no.host/a.zip"}], folder, report=lambda _: None, base_url=str(folder))
    assert archive.exists() and contents(folder).keys() == FILES.keys() | {"a.zip"}


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
        ({"url": "https://host/a.zip", "sha1": "12"}, "is no archive"),
        (
            {"url": "https://host/a.zip", "md5": "12"},
            "the md5 of https://host/a.zip is '12'; it must be 32 hexadecimal",
        ),
        ({"url": "https://host/a.zip", "size_bytes": -1}, "the size_bytes of .* is -1; it must be a whole number"),
        ({"url": "https://host/a.zip", "mirrors": ["ftp://host/a.zip"]}, "cannot be downloaded; use an address"),
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
