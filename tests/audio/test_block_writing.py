"""Audio files written block by block: the bytes of `wav.write`, and nothing after an error."""

import numpy as np
import pytest

from vconv.audio import block_writing, wav
from vconv.common.errors import VconvError

Y = np.random.default_rng(0).uniform(-0.9, 0.9, 200_000)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
def test_blocks_make_the_file_of_the_whole_signal(tmp_path, suffix):
    with block_writing.writer(tmp_path / f"blocks{suffix}", 16000, len(Y)) as append:
        for part in np.split(Y, [1, 70_000]):
            append(part)
    wav.write(tmp_path / f"whole{suffix}", Y, 16000)
    found, expected = (wav.read(tmp_path / f"{name}{suffix}")[0] for name in ("blocks", "whole"))
    np.testing.assert_array_equal(found, expected)
    if suffix != ".ogg":  # Ogg streams have random serial numbers
        assert (tmp_path / f"blocks{suffix}").read_bytes() == (tmp_path / f"whole{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".ogg"])
@pytest.mark.parametrize("room", [2, 60_000])
def test_a_disk_that_fills_is_one_sentence_and_leaves_the_old_file(tmp_path, file_limit, suffix, room):
    path = tmp_path / f"a{suffix}"
    path.write_text("old")
    with (
        file_limit(room),
        pytest.raises(VconvError, match=f"a{suffix}: cannot be written .*; make room"),
        block_writing.writer(path, 16000, len(Y)) as append,
    ):
        for part in np.split(Y, 20):
            append(part)
    assert path.read_text() == "old" and list(tmp_path.iterdir()) == [path]


def test_ctrl_c_leaves_nothing(tmp_path):
    with pytest.raises(KeyboardInterrupt), block_writing.writer(tmp_path / "a.wav", 16000, len(Y)) as append:
        append(Y)
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())


def test_more_than_a_wav_file_can_hold_is_refused(tmp_path):
    with (
        pytest.raises(VconvError, match="too long for WAV, which holds 37.3 hours at 16000 Hz; use --format flac"),
        block_writing.writer(tmp_path / "a.wav", 16000, 2**31),
    ):
        pass
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_refused(tmp_path):
    with (
        pytest.raises(VconvError, match="cannot write the format '.mp4'"),
        block_writing.writer(tmp_path / "a.mp4", 16000, 1),
    ):
        pass
