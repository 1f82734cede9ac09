"""`vconv evaluate-samples`: table, JSON and pictures with and without labels; mistakes are one sentence."""

import json

import numpy as np
import pytest

from vconv.commands import cli, evaluate_samples
from vconv.common.plots import pixels  # noqa: F401  matplotlib is loaded once, here


def patches(n, seed, shift=0.0):
    """Return patches of two classes, and their labels."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(2, size=n)
    values = rng.normal(shift, 0.3, (n, 8, 6)).astype(np.float32)
    values[kind == 1, :4] += 1
    return values, np.array(["Ann", "Bjørn"])[kind]


@pytest.fixture
def folder(tmp_path):
    """A folder with files for the command."""
    for name, (values, labels) in {
        "training": patches(200, 0),
        "generated": patches(60, 1, 0.2),
        "held-out": patches(60, 2),
    }.items():
        np.save(tmp_path / f"{name}.npy", values)
        np.save(tmp_path / f"{name} labels.npy", labels)
    np.save(tmp_path / "small.npy", np.zeros((5, 8, 6)))
    np.save(tmp_path / "wide.npy", np.zeros((60, 8, 7)))
    np.save(tmp_path / "one class.npy", np.zeros(200, int))
    (tmp_path / "text.npy").write_text("I am a text")
    return tmp_path


def run(folder, arguments):
    arguments = [argument.replace("_", " ").format(at=folder) for argument in arguments.split()]
    return cli.main(["evaluate-samples", *arguments])


def test_without_labels_principal_components_are_compared_and_no_tensorflow_is_loaded(folder, capsys, monkeypatch):
    monkeypatch.setattr(evaluate_samples, "load_tensorflow", lambda: pytest.fail("TensorFlow is not needed"))
    assert (
        run(
            folder,
            "--generated={at}/generated.npy --training={at}/training.npy --held-out={at}/held-out.npy "
            "--json={at}/new/found.json --pictures={at}/pictures",
        )
        == 0
    )
    out, err = capsys.readouterr()
    assert err == "" and out.startswith("features: 48 of principal components\n60 samples of each set against 140")
    assert out.count("\n") == 3 + 10 + 1
    content = json.loads((folder / "new" / "found.json").read_text(encoding="utf-8"))
    js = {name: entry["value"] for name, entry in content["measures"]["jensen_shannon"].items()}
    assert js["generated"] > 1.5 * js["held_out"], "the shift increases the divergence"
    assert sorted(path.name for path in (folder / "pictures").iterdir()) == ["histograms.png", "nearest.png"]
    assert (folder / "pictures" / "nearest.png").read_bytes().startswith(b"\x89PNG")


def test_with_labels_a_classifier_is_trained_saved_and_used_again(folder, capsys, monkeypatch):
    monkeypatch.setattr("vconv.generation.patch_classifier.STEPS", 40)
    common = "--generated={at} --training={at}/training.npy --classifier={at}/kept/classifier.h5"
    generated = folder / "generated"
    generated.mkdir()
    (folder / "generated.npy").rename(generated / "a.npy")
    common = common.replace("--generated={at}", "--generated={at}/generated")
    assert run(folder, f"{common} --labels={{at}}/training_labels.npy") == 0
    first = capsys.readouterr().out
    assert "64 of a classifier of 2 classes" in first and "inception score" in first
    monkeypatch.setattr(
        "vconv.generation.patch_classifier.PatchClassifier.fit",
        lambda *_: pytest.fail("the saved classifier is to be used"),
    )
    for labels in "", " --labels={at}/training_labels.npy":
        assert run(folder, common + labels) == 0
        assert capsys.readouterr().out == first, "the same classifier gives the same numbers"
    assert run(folder, f"{common} --labels={{at}}/one_class.npy") == 2
    assert "knows the classes Ann, Bjørn, and" in capsys.readouterr().err


TRAINING = "--training={at}/training.npy"
CASES = {
    "missing": (f"--generated={{at}}/no.npy {TRAINING}", "no.npy: there is no such file"),
    "text": (f"--generated={{at}}/text.npy {TRAINING}", "text.npy: is no .npy file"),
    "too few": (f"--generated={{at}}/small.npy {TRAINING}", "small.npy: holds 5 patches, and the measures need 20"),
    "too few to train on": ("--generated={at}/generated.npy --training={at}/small.npy", "need 40 or more"),
    "other shape": (f"--generated={{at}}/wide.npy {TRAINING}", "wide.npy: holds patches of shape [8, 7, 1]"),
    "other held-out": (f"--generated={{at}}/generated.npy {TRAINING} --held-out={{at}}/wide.npy", "wide.npy: holds"),
    "labels of others": (
        f"--generated={{at}}/generated.npy {TRAINING} --labels={{at}}/generated_labels.npy",
        "for each of the 200 training patches",
    ),
    "patches as labels": (
        f"--generated={{at}}/generated.npy {TRAINING} --labels={{at}}/generated.npy",
        "for each of the 200 training patches",
    ),
    "no classifier": (
        f"--generated={{at}}/generated.npy {TRAINING} --classifier={{at}}/no.h5",
        "no.h5: there is no such file; give --labels",
    ),
    "folder without patches": (f"--generated={{at}}/empty {TRAINING}", "holds no .npy file"),
}


@pytest.mark.parametrize("case", CASES)
def test_a_mistake_is_reported_in_one_sentence(case, folder, capsys, monkeypatch):
    monkeypatch.setattr(
        evaluate_samples,
        "load_tensorflow",
        lambda: pytest.fail("TensorFlow was loaded before the mistake was reported"),
    )
    (folder / "empty").mkdir()
    arguments, sentence = CASES[case]
    assert run(folder, arguments) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("vconv: ") and err.count("\n") == 1 and sentence in err


def test_labels_of_one_class_are_refused(folder, capsys):
    assert run(folder, f"--generated={{at}}/generated.npy {TRAINING} --labels={{at}}/one_class.npy") == 2
    err = capsys.readouterr().err
    assert "all labels are 0, and a classifier needs two classes" in err and err.count("\n") == 1


def test_a_classifier_of_patches_of_another_shape_is_refused(folder, capsys):
    from vconv.generation.patch_classifier import PatchClassifier

    other = PatchClassifier((4, 4, 1), [1, 2], 0.0, 1.0)
    other.accuracy = 0.5
    other.save(folder / "other.h5")
    assert run(folder, f"--generated={{at}}/generated.npy {TRAINING} --classifier={{at}}/other.h5") == 2
    assert "takes patches of shape [4, 4, 1], found [8, 6, 1]" in capsys.readouterr().err
