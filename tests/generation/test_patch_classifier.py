"""The classifier of patches: it recognizes new patches, its accuracy is on held-out ones, it is saved and loaded."""

import h5py
import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.generation import patch_classifier
from vconv.generation.patch_classifier import PatchClassifier


def bars(n, seed=0, size=(12, 10), classes=("é", "b", "c c")):
    """Return noisy patches with a bar whose position is the class, and their labels."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(len(classes), size=n)
    patches = rng.normal(100, 20, (n, *size, 1)).astype(np.float32)
    for number, row in enumerate(kind):
        patches[number, 3 * row : 3 * row + 2] += 40
    return patches, np.array(classes)[kind]


@pytest.fixture(scope="module")
def few_steps():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patch_classifier, "STEPS", 60)
        yield


@pytest.fixture(scope="module")
def trained(few_steps):
    return PatchClassifier.fit(*bars(400))


def test_a_trained_classifier_recognizes_new_patches(trained):
    patches, labels = bars(200, seed=1)
    probabilities = trained.probabilities(patches)
    assert probabilities.shape == (200, 3) and np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    assert trained.classes == ["b", "c c", "é"]
    right = np.mean(np.array(trained.classes)[probabilities.argmax(axis=1)] == labels)
    assert right > 0.95 and trained.accuracy > 0.9


def test_features_of_a_class_are_nearest_to_its_mean(trained):
    patches, labels = bars(200, seed=1)
    features = trained.features(patches)
    assert features.shape == (200, 64) and features.dtype == np.float32
    means = {label: features[labels == label].mean(axis=0) for label in trained.classes}
    nearest = [min(means, key=lambda label: np.linalg.norm(row - means[label])) for row in features]
    assert np.mean(np.array(nearest) == labels) > 0.9
    both = trained.describe(patches)
    np.testing.assert_array_equal(both[0], features)
    np.testing.assert_array_equal(both[1], trained.probabilities(patches))


def test_features_of_a_patch_do_not_depend_on_the_others(trained):
    patches, _ = bars(130, seed=1)
    np.testing.assert_allclose(trained.features(patches[70:71])[0], trained.features(patches)[70], rtol=1e-4, atol=1e-4)


def test_the_accuracy_is_measured_on_held_out_patches(few_steps):
    """Random labels can be memorized for the training patches only, so that the accuracy is that of guessing."""
    patches, _ = bars(150, size=(6, 6), classes=("a", "b"))
    labels = np.random.default_rng(5).integers(2, size=150)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patch_classifier, "STEPS", 150)
        patch.setattr(patch_classifier, "HELD_OUT", 0.4)
        found = PatchClassifier.fit(patches, labels)
    memorized = np.mean(found.probabilities(patches).argmax(axis=1) == labels)
    assert memorized > 0.75 and 0.25 < found.accuracy < 0.75


def test_the_classifier_depends_on_the_seed_alone(trained):
    patches, _ = bars(50, seed=1)
    np.testing.assert_array_equal(PatchClassifier.fit(*bars(400)).features(patches), trained.features(patches))
    one, other = (PatchClassifier((12, 10, 1), "ab", 0, 1, seed).features(patches) for seed in (0, 1))
    assert not np.allclose(one, other)


def test_loading_gives_the_classifier_that_was_saved(trained, tmp_path):
    path, (patches, _) = tmp_path / "é" / "classifier.h5", bars(50, seed=1)
    trained.save(path)
    found = PatchClassifier.load(path)
    assert (found.classes, found.shape, found.accuracy) == (trained.classes, trained.shape, trained.accuracy)
    np.testing.assert_array_equal(found.features(patches), trained.features(patches))
    np.testing.assert_array_equal(found.probabilities(patches), trained.probabilities(patches))


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 2, 1), (28, 28, 1), (80, 32, 2), (252, 361, 2), (7, 300, 1)])
def test_patches_of_any_shape_have_features_and_probabilities(shape):
    patches = np.random.default_rng(0).normal(size=(3, *shape)).astype(np.float32)
    features, probabilities = PatchClassifier(shape, [4, 7], 0.0, 1.0).describe(patches)
    assert features.shape == (3, 64) and probabilities.shape == (3, 2) and np.isfinite(features).all()


def test_scale_and_offset_of_the_patches_change_nothing(trained):
    (patches, labels), (new, _) = bars(400), bars(200, seed=1)
    other = PatchClassifier.fit((patches - 100) / 4096, labels)
    same = trained.probabilities(new).argmax(axis=1) == other.probabilities((new - 100) / 4096).argmax(axis=1)
    assert same.mean() > 0.98


PATCHES = np.zeros((30, 4, 4, 1), np.float32)


@pytest.mark.parametrize(
    "labels, sentence",
    [
        (None, "labels are missing"),
        (np.zeros(30, int), "all labels are 0"),
        (np.full(30, "bob"), "all labels are bob"),
        (np.arange(29), r"labels of shape \[29\] for 30 patches"),
        (np.zeros((30, 2)), r"labels of shape \[30, 2\]"),
        (np.array(["a"] * 25 + ["b"] * 5), "class b has 5 patches, and a classifier needs 10"),
    ],
)
def test_labels_that_cannot_be_learned_are_refused(labels, sentence):
    with pytest.raises(VconvError, match=sentence):
        PatchClassifier.fit(PATCHES, labels)


def test_constant_patches_have_finite_features(monkeypatch):
    monkeypatch.setattr(patch_classifier, "STEPS", 3)
    found = PatchClassifier.fit(PATCHES, np.arange(30) % 2)
    assert np.isfinite(found.features(PATCHES)).all()


def test_patches_of_another_shape_are_refused(trained):
    with pytest.raises(VconvError, match=r"takes patches of shape \[12, 10, 1\], found \[10, 12, 1\]"):
        trained.features(np.zeros((2, 10, 12, 1)))


def test_files_that_hold_no_classifier_are_refused(trained, tmp_path):
    (tmp_path / "text.h5").write_text("I am a text")
    h5py.File(tmp_path / "other.h5", "w").close()
    for name in "lost.h5", "misshapen.h5", "cut.h5":
        trained.save(tmp_path / name)
    with h5py.File(tmp_path / "lost.h5", "a") as file:
        del file["weights/3"]
    with h5py.File(tmp_path / "misshapen.h5", "a") as file:
        del file["weights/3"]
        file["weights/3"] = np.zeros(2)
    (tmp_path / "cut.h5").write_bytes((tmp_path / "cut.h5").read_bytes()[:5000])
    for name in "text.h5", "other.h5", "lost.h5", "misshapen.h5", "cut.h5", "missing.h5":
        with pytest.raises(VconvError) as error:
            PatchClassifier.load(tmp_path / name)
        assert str(error.value).startswith(f"{tmp_path / name}: ") and "train the classifier again" in str(error.value)
