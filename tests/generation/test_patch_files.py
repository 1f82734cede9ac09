"""Files of patches: reading gives what was written, and the error of a wrong file names it."""

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.generation.patch_files import check_shape, read_labels, read_patches


def saved(path, array):
    np.save(path, array)
    return path


@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.float16, np.int16, np.uint8])
def test_reading_gives_the_patches_with_channels(tmp_path, dtype):
    patches = np.arange(24).reshape(4, 3, 2).astype(dtype)
    found = read_patches(saved(tmp_path / "é.npy", patches), 4)
    assert found.dtype == np.float32 and found.shape == (4, 3, 2, 1)
    np.testing.assert_array_equal(found[..., 0], patches)
    two = read_patches(saved(tmp_path / "two.npy", np.zeros((4, 3, 2, 2), dtype)), 4)
    assert two.shape == (4, 3, 2, 2)


def test_a_folder_is_the_set_of_its_files(tmp_path):
    for name, value in ("b", 2), ("a", 1), ("c", 3):
        saved(tmp_path / f"{name}.npy", np.full((2, 3, 4), value))
    (tmp_path / "picture.png").write_bytes(b"no patch")
    assert read_patches(tmp_path, 6)[:, 0, 0, 0].tolist() == [1, 1, 2, 2, 3, 3]
    saved(tmp_path / "d.npy", np.zeros((2, 3, 5)))
    with pytest.raises(VconvError, match=r"d.npy: holds patches of shape \[3, 5, 1\]"):
        read_patches(tmp_path, 6)


NAN, INF = np.zeros((9, 3, 4)), np.zeros((9, 3, 4), np.float32)
NAN[3, 1, 2], INF[8, 2, 3] = np.nan, -np.inf
ARRAYS = {
    "too few": (np.zeros((4, 3, 4)), "holds 4 patches, and the measures need 5"),
    "empty": (np.zeros((0, 3, 4)), "holds 0 patches"),
    "one patch": (np.zeros((30, 40)), "float64 of shape [30, 40]; give numbers of shape [patches, height, width]"),
    "five axes": (np.zeros((9, 3, 4, 1, 1)), "of shape [9, 3, 4, 1, 1]"),
    "no width": (np.zeros((9, 3, 0)), "of shape [9, 3, 0]"),
    "a number": (np.float64(3), "of shape []"),
    "complex": (np.zeros((9, 3, 4), complex), "complex128"),
    "texts": (np.full((9, 3, 4), "a"), "<U1"),
    "NaN": (NAN, "holds NaN or infinity"),
    "infinity": (INF, "holds NaN or infinity"),
    "too large for float32": (np.full((9, 3, 4), 1e300), "holds NaN or infinity"),
}


@pytest.mark.parametrize("case", ARRAYS)
@pytest.mark.filterwarnings("ignore:overflow")
def test_arrays_that_are_no_patches_are_refused(case, tmp_path):
    array, sentence = ARRAYS[case]
    path = saved(tmp_path / "x.npy", array)
    with pytest.raises(VconvError) as error:
        read_patches(path, 5)
    assert str(error.value).startswith(f"{path}: ") and sentence in str(error.value)


def test_files_that_are_no_arrays_are_refused(tmp_path):
    (tmp_path / "text.npy").write_text("I am a text")
    (tmp_path / "nothing.npy").write_bytes(b"")
    saved(tmp_path / "pickled.npy", np.array([{"a": 1}], object))
    cut = saved(tmp_path / "cut.npy", np.zeros((9, 3, 4)))
    cut.write_bytes(cut.read_bytes()[:-40])
    np.savez(tmp_path / "archive.npz", a=np.zeros((9, 3, 4)))
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04" + bytes(100))
    (tmp_path / "folder").mkdir()
    sentences = {
        "text.npy": "is no .npy file",
        "nothing.npy": "is no .npy file",
        "pickled.npy": "is no .npy file",
        "cut.npy": "a damaged one",
        "archive.npz": "is an archive",
        "cut.npz": "a damaged one",
        "missing.npy": "there is no such file",
        "folder": "holds no .npy file",
    }
    for name, sentence in sentences.items():
        with pytest.raises(VconvError) as error:
            read_patches(tmp_path / name, 1)
        assert str(error.value).startswith(f"{tmp_path / name}: ") and sentence in str(error.value)


@pytest.mark.parametrize("labels", [[1, 2, 3], ["é", "b", "cc"]])
def test_reading_gives_the_labels(labels, tmp_path):
    assert read_labels(saved(tmp_path / "l.npy", np.array(labels)), np.zeros((3, 1, 1, 1))).tolist() == labels


@pytest.mark.parametrize("labels", [[1, 2], [[1], [2], [3]], [1.0, 2.0, 3.0]])
def test_labels_of_another_number_or_type_are_refused(labels, tmp_path):
    with pytest.raises(VconvError, match="give a whole number or a text for each of the 3 training patches"):
        read_labels(saved(tmp_path / "l.npy", np.array(labels)), np.zeros((3, 1, 1, 1)))


def test_the_error_of_another_shape_names_both():
    check_shape("a", np.zeros((3, 4, 5, 1)), np.zeros((9, 4, 5, 1)))
    with pytest.raises(VconvError, match=r"^a: holds patches of shape \[4, 5, 1\].*and \[4, 6, 1\] is needed"):
        check_shape("a", np.zeros((3, 4, 5, 1)), np.zeros((9, 4, 6, 1)))
