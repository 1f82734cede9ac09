import errno
import json
import os
import signal
import subprocess
import sys
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vconv.common import files
from vconv.common.errors import VconvError


def content(path):
    return {found.name: found.read_text(encoding="utf-8") for found in path.iterdir()}


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_and_its_folders_appear_when_the_block_ends(tmp_path, durable):
    path = tmp_path / "new" / "folder é" / "a b.weights.h5"
    with files.replacing(str(path), durable) as temporary:
        temporary.write_text("new")
        assert temporary.parent == path.parent and temporary.name.endswith(path.name) and not path.exists()
    assert content(path.parent) == {"a b.weights.h5": "new"}


@pytest.mark.parametrize("name", ["x" * 251 + ".wav", "é" * 125 + ".wav", "中" * 83 + ".npz"], ids=[1, 2, 3])
def test_a_temporary_name_is_never_too_long_and_keeps_its_end(tmp_path, name):
    with files.replacing(tmp_path / name) as temporary:
        assert temporary.name.endswith(name[-10:])
        temporary.write_text("new")
    assert content(tmp_path) == {name: "new"}
    (tmp_path / f".unfinished-1-2-{name[-files.LONGEST_END :]}").touch()
    files.remove_unfinished(tmp_path, name)
    assert list(content(tmp_path)) == [name]


def test_bytes_of_file_names_that_are_not_utf_8_are_written_as_escapes(tmp_path):
    name = os.fsdecode(b"k\xe4se.wav")
    files.write_text(tmp_path / "a.json", json.dumps(name, ensure_ascii=False))
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == name


@settings(max_examples=20)
@given(st.binary(max_size=100), st.binary(max_size=100))
def test_digests_differ_as_contents_do(tmp_path_factory, one, other):
    folder = tmp_path_factory.mktemp("digests")
    (folder / "1").write_bytes(one)
    (folder / "2").write_bytes(other)
    assert (files.digest(folder / "1") == files.digest(folder / "2")) == (one == other)


def test_text_is_utf_8_with_plain_line_ends(tmp_path):
    files.write_text(tmp_path / "a.txt", "Zoë\n中\n")
    assert (tmp_path / "a.txt").read_bytes() == "Zoë\n中\n".encode()


def test_file_names_that_are_not_utf_8_become_escapes_in_text(tmp_path):
    name = os.fsdecode(b"a\xff.wav")
    files.write_text(tmp_path / "a.json", f'"{name}"')
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == name


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, VconvError, OSError])
def test_an_error_within_leaves_the_old_file_and_no_other(tmp_path, error):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(error, match="mine"), files.replacing(tmp_path / "a.txt") as temporary:
        temporary.write_text("new")
        raise error("mine")
    assert content(tmp_path) == {"a.txt": "old"}


def full(*_):
    raise OSError(errno.ENOSPC, "no room")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_file_and_is_told_in_one_sentence(tmp_path, monkeypatch, step):
    (tmp_path / "a.txt").write_text("old")
    monkeypatch.setattr(os, step, full)
    with pytest.raises(VconvError) as error:
        files.write_text(tmp_path / "a.txt", "new", "what is done is kept")
    assert str(error.value) == (
        f"{tmp_path / 'a.txt'}: cannot be written ({os.strerror(errno.ENOSPC)}); make room or choose another place; "
        "what is done is kept"
    )
    assert content(tmp_path) == {"a.txt": "old"}


def test_a_full_disk_in_the_middle_of_the_file(tmp_path):
    def write_to(temporary):
        temporary.write_text("half")
        full()

    with pytest.raises(VconvError, match=r"a\.txt: cannot be written .*; make room or choose another place$"):
        files.write(tmp_path / "a.txt", write_to)
    assert content(tmp_path) == {}


def test_an_error_of_the_caller_is_not_an_error_of_writing(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(FileNotFoundError, match="recording"), files.replacing(tmp_path / "a.txt") as temporary:
        with files.writing(tmp_path / "a.txt"):
            temporary.write_text("half")
        open(tmp_path / "recording.wav", "rb")
    assert content(tmp_path) == {"a.txt": "old"}


def test_a_full_disk_is_noticed_by_the_write_it_concerns(tmp_path):
    """Python's buffer would keep the bytes and fail when the file is closed."""
    with open("/dev/full", "rb+", buffering=0) as file, pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        files.write_at(file, 0, b"x")


def test_bytes_are_written_where_they_belong_though_the_system_takes_a_part_at_a_time(tmp_path):
    class Slow:
        content = bytearray(20)

        def seek(self, position):
            self.position = position

        def write(self, data):
            taken = bytes(data[:3])
            self.content[self.position : self.position + len(taken)] = taken
            self.position += len(taken)
            return len(taken)

    for position, values in (10, np.arange(2, dtype=np.float32)[None]), (0, np.zeros((0, 3))):
        files.write_at(Slow(), position, values)
    assert Slow.content == bytes(14) + np.float32(1).tobytes() + bytes(2)


def test_what_is_not_durable_does_not_wait_for_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", full)
    with files.replacing(tmp_path / "a.txt", durable=False) as temporary:
        temporary.write_text("new")
    assert content(tmp_path) == {"a.txt": "new"}


def test_the_disk_has_the_file_before_it_gets_its_name(tmp_path, monkeypatch):
    order, fsync, replace = [], os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda number: (order.append("fsync"), fsync(number)))
    monkeypatch.setattr(os, "replace", lambda *names: (order.append("replace"), replace(*names)))
    files.write_text(tmp_path / "a.txt", "new")
    assert order == ["fsync", "replace"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("file/a.txt", errno.ENOTDIR),
        ("file/deeper/a.txt", errno.ENOTDIR),
        ("folder", errno.EISDIR),
        ("a" * 300, errno.ENAMETOOLONG),
    ],
)
def test_an_impossible_place_is_told_in_one_sentence(tmp_path, place, said):
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(VconvError, match="cannot be written") as error:
        files.write_text(tmp_path / place, "new")
    assert "\n" not in str(error.value) and (os.strerror(said) in str(error.value) or "File exists" in str(error.value))
    assert sorted(found.name for found in tmp_path.rglob("*")) == ["file", "folder"]


def test_a_reason_without_a_number_is_one_line():
    assert files.reason(OSError("two\n  lines")) == "two lines"


KILLED = """
import os, pathlib, signal, sys
from vconv.common import files
os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
files.write_text(pathlib.Path(sys.argv[1]), "new")
"""


def test_a_kill_between_write_and_rename_leaves_the_old_file(tmp_path):
    (tmp_path / "a.txt").write_text("old")
    killed = subprocess.run([sys.executable, "-c", KILLED, tmp_path / "a.txt"], check=False)
    assert killed.returncode == -signal.SIGKILL and (tmp_path / "a.txt").read_text() == "old"
    files.write_text(tmp_path / "a.txt", "newer")
    assert (tmp_path / "a.txt").read_text() == "newer"


def keep_writing(path, letter):
    for _ in range(40):  # each time 100 kB, so that writing takes a while
        files.write_text(path, letter * 100_000)


def test_writers_at_the_same_time_never_mix(tmp_path):
    path = tmp_path / "a.txt"
    keep_writing(path, "0")
    writers = [threading.Thread(target=keep_writing, args=(path, letter)) for letter in "12"]
    other = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from vconv.common import files\n"
            "for _ in range(40): files.write_text(sys.argv[1], '3' * 100_000)",
            path,
        ]
    )
    for writer in writers:
        writer.start()
    seen = set()
    while other.poll() is None or any(writer.is_alive() for writer in writers):
        text = path.read_text()
        seen.add(text[:1] if text == text[:1] * 100_000 else "mixed or cut")
    assert seen <= set("0123") and len(seen) > 1 and other.returncode == 0
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_what_killed_writers_left_is_removed_and_nothing_else(tmp_path):
    for name in (".unfinished-1-2-a.h5", ".unfinished-3-4-b.h5", "a.h5", ".hidden"):
        (tmp_path / name).touch()
    files.remove_unfinished(tmp_path, "a.h5")
    assert sorted(content(tmp_path)) == [".hidden", ".unfinished-3-4-b.h5", "a.h5"]
    files.remove_unfinished(tmp_path)
    assert sorted(content(tmp_path)) == [".hidden", "a.h5"]
    files.remove_unfinished(tmp_path / "nowhere")
