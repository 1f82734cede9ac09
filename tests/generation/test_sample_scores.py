"""Scores of generated sets: copies, collapse, missing classes and shifts each show in the measures made for them."""

import json

import numpy as np
import pytest

from vconv.common.errors import VconvError
from vconv.evaluation import output
from vconv.generation import sample_output, sample_scores
from vconv.generation.sample_scores import SampleSet, evaluate_samples, principal_components
from vconv.sample_measures.frechet import frechet_distance

CLASSES = 4


def made(n, seed, classes=CLASSES, shift=0.0):
    """Return a set of patches of 12 features around the fixed centers of four classes, with probabilities 0 and 1."""
    centers = np.random.default_rng(99).normal(size=(CLASSES, 12))
    rng = np.random.default_rng(seed)
    kind = rng.integers(classes, size=n)
    patches = (centers[kind] + rng.normal(0, 0.5, (n, 12)) + shift).reshape(n, 4, 3, 1)
    return SampleSet(patches, patches.reshape(n, -1), np.eye(CLASSES)[kind])


@pytest.fixture(scope="module")
def data():
    return made(400, 1), made(150, 2)


def values(found, name):
    return {measure: entries[name]["value"] for measure, entries in found["measures"].items() if name in entries}


def test_new_data_have_the_scores_of_held_out_data(data):
    found = evaluate_samples(made(150, 3), *data)
    assert found["samples"] == {"generated": 150, "held_out": 150, "training": 400}
    assert found["compared"]["samples"] == 150 and found["compared"]["with"] == 250
    new, held_out, own = (values(found, name) for name in ("generated", "held_out", "training"))
    assert list(new) == list(held_out) == list(own) == [measure.key for measure in sample_output.MEASURES]
    for one in new, held_out, own:
        assert one["frechet_distance"] < 0.6 and one["inception_score"] > 3.8
        assert one["precision"] > 0.75 and one["recall"] > 0.75 and one["density"] == pytest.approx(1, abs=0.2)
        assert one["coverage"] == pytest.approx(found["compared"]["expected_coverage"], abs=0.08)
        assert one["spread"] == pytest.approx(1, abs=0.06) and one["memorization_ratio"] == pytest.approx(1, abs=0.08)
        assert one["near_copies"] < 0.05 and 0 < one["jensen_shannon"] < one["bhattacharyya"] * 2 < 0.2
    assert held_out["memorization_ratio"] == 1


def test_copies_are_listed_with_their_originals(data):
    training, held_out = data
    chosen = np.random.default_rng(0).permutation(400)[:100]
    copies = training.take(chosen)
    copies = copies._replace(patches=copies.patches + 0.001)
    found = evaluate_samples(copies, *data)
    assert values(found, "generated")["near_copies"] == 1 and values(found, "generated")["memorization_ratio"] < 0.01
    assert found["near_copies"]["count"] == 100 and len(found["near_copies"]["nearest"]) == sample_scores.LISTED
    for pair in found["near_copies"]["nearest"]:
        assert pair["training"] == chosen[pair["generated"]] and pair["distance"] == pytest.approx(0.001)


def test_collapse_and_missing_classes_lower_recall_coverage_and_inception_score(data):
    one_sample = made(1, 5).take(np.zeros(100, int))
    noise = np.random.default_rng(0).normal(0, 0.01, (100, 12))
    collapsed = one_sample._replace(
        features=one_sample.features + noise, patches=one_sample.patches + noise.reshape(100, 4, 3, 1)
    )
    found = values(evaluate_samples(collapsed, *data), "generated")
    assert found["spread"] < 0.02 and found["recall"] < 0.05 and found["coverage"] < 0.1
    assert found["inception_score"] == pytest.approx(1) and found["frechet_distance"] > 5
    half = values(evaluate_samples(made(150, 3, classes=2), *data), "generated")
    assert half["precision"] > 0.9 and half["recall"] < 0.65 and half["inception_score"] == pytest.approx(2, abs=0.05)


def test_a_shift_increases_the_distances(data):
    found = evaluate_samples(made(150, 3, shift=20.0), *data)
    shifted = values(found, "generated")
    assert shifted["precision"] == shifted["recall"] == shifted["density"] == shifted["coverage"] == 0
    assert shifted["jensen_shannon"] == pytest.approx(1, abs=1e-15) and shifted["bhattacharyya"] == np.inf
    assert shifted["frechet_distance"] == pytest.approx(12 * 20**2, rel=0.02)
    assert found["histograms"]["generated"]["jensen_shannon"] == pytest.approx([1, 1, 1, 1], abs=1e-15)
    content = sample_output.summary(found, {"kind": "a test", "number": 12})
    assert content["measures"]["bhattacharyya"]["generated"]["value"] is None, "JSON has no infinity"


def test_all_sets_are_compared_at_the_same_size(data):
    """The smallest set decides, because distances of sets of different sizes cannot be compared."""
    training, held_out = data
    found = evaluate_samples(made(390, 3), training, held_out.take(np.arange(40)))
    assert found["compared"]["samples"] == 40 and found["compared"]["with"] == 360
    assert values(found, "generated")["frechet_distance"] == pytest.approx(
        values(found, "held_out")["frechet_distance"], rel=0.5
    )
    cut, rest, size = sample_scores._equal_parts(
        {"generated": made(390, 3), "held_out": held_out}, training, np.random.default_rng(0)
    )
    assert size == 150 and all(len(one.patches) == size for one in cut.values()) and len(cut) == 3
    every = np.concatenate([cut["training"].patches, rest.patches])
    np.testing.assert_array_equal(np.sort(every, axis=0), np.sort(training.patches, axis=0))
    large = evaluate_samples(made(390, 3), training)
    assert large["compared"]["samples"] == large["compared"]["with"] == 200
    assert values(large, "generated")["frechet_distance"] < values(found, "generated")["frechet_distance"] / 2


def test_the_training_part_is_not_compared_with_itself(data):
    found = evaluate_samples(made(150, 3), data[0])
    assert "held_out" not in found["measures"]["precision"]
    own = values(found, "training")
    assert own["frechet_distance"] > 0.05 and own["memorization_ratio"] == 1 and own["near_copies"] < 0.05


def test_without_a_classifier_there_is_no_inception_score(data):
    found = evaluate_samples(*(one._replace(probabilities=None) for one in (made(100, 3), *data)))
    assert "inception_score" not in found["measures"] and "precision" in found["measures"]


def test_scores_depend_on_the_seed_alone(data):
    one, same, other = (evaluate_samples(made(150, 3), *data, seed=seed) for seed in (0, 0, 1))
    assert one == same and one["measures"] != other["measures"]


def test_intervals_contain_their_values_and_are_shorter_for_larger_sets(data):
    small, large = (evaluate_samples(made(n, 3), made(2 * n + 40, 1)) for n in (50, 400))
    for measure, entries in large["measures"].items():
        for name, entry in entries.items():
            if entry["interval"] is None:
                assert measure in ("spread", "jensen_shannon", "bhattacharyya")
                continue
            low, high = entry["interval"]
            assert low <= entry["value"] <= high
            if measure in ("frechet_distance", "density", "memorization_ratio"):
                before = small["measures"][measure][name]["interval"]
                assert high - low < 0.75 * (before[1] - before[0])


def test_the_interval_of_a_frechet_distance_covers_its_mean():
    """Of many intervals of sets of one size, about 95 % contain the mean distance of that size."""
    rng, found = np.random.default_rng(0), []
    reference = sample_scores.frechet.fit(rng.normal(size=(3000, 4)))
    draws = sample_scores._draws(60, 0)[:101]
    for _ in range(60):
        features = rng.normal(size=(60, 4)) + [1, 0, 0, 0]
        distances = np.array(
            [
                sample_scores.frechet.between_gaussians(sample_scores.frechet.fit(features[rows]), reference)
                for rows in draws
            ]
        )
        found.append((distances[0], *sample_scores._centered(distances)))
    value, low, high = np.array(found).T
    assert 0.85 < np.mean((low <= value.mean()) & (value.mean() <= high)) <= 1


@pytest.mark.parametrize("generated, training, held_out", [(19, 100, 50), (100, 39, 50), (100, 100, 19)])
def test_sets_that_are_too_small_are_refused(generated, training, held_out):
    with pytest.raises(VconvError, match="has 19 samples .* and 20 are needed"):
        evaluate_samples(made(generated, 1), made(training, 2), made(held_out, 3))


def test_a_constant_training_set_has_scores():
    flat = SampleSet(np.zeros((60, 3, 2, 1)), np.zeros((60, 5)))
    found = evaluate_samples(flat.take(np.arange(30)), flat)
    generated = values(found, "generated")
    assert generated["frechet_distance"] == generated["jensen_shannon"] == 0
    assert generated["precision"] == pytest.approx(1) and np.isnan(generated["memorization_ratio"])
    text = sample_output.as_text(sample_output.summary(found, {"kind": "a test", "number": 5}))
    (line,) = [line for line in text.splitlines() if line.startswith("memorization ratio")]
    assert line.split()[2:4] == ["-", "-"]


def test_principal_components_keep_all_variance_largest_first():
    rng = np.random.default_rng(0)
    weights = rng.normal(size=(100, 2)) * [5, 1]
    training = (weights @ np.linalg.qr(rng.normal(size=(12, 2)))[0].T + 3).reshape(100, 4, 3, 1)
    features = principal_components({"training": training, "generated": training[:30] + 0.0})
    assert features["training"].shape == (100, 12) and features["generated"].shape == (30, 12)
    np.testing.assert_allclose(features["generated"], features["training"][:30], atol=1e-9)
    variances = features["training"].var(axis=0)
    assert variances[0] > 10 * variances[1] > 1000 * variances[2], "largest first"
    flat = training.reshape(100, 12)
    assert frechet_distance(features["training"][:50], features["training"][50:]) == pytest.approx(
        frechet_distance(flat[:50], flat[50:])
    ), "the distance is that of the patches"


def test_table_and_json_hold_the_same_numbers(data):
    content = sample_output.summary(
        evaluate_samples(made(150, 3), *data),
        {"kind": "a classifier", "number": 12, "classes": ["é", "b"], "accuracy": 0.9},
        "vconv evaluate-samples …",
    )
    again = json.loads(output.as_json(content), parse_constant=lambda constant: pytest.fail(constant))
    assert again == content and content["format"] == "vconv sample scores" and "scikit-learn" in content["versions"]
    about, compared, head, *rows, copies = sample_output.as_text(content).splitlines()
    assert about == "features: 12 of a classifier of 2 classes, 90.0 % of held-out patches correct"
    assert compared.startswith("150 samples of each set against 250 other training samples; 5 neighbors")
    assert head.split() == ["generated", "held-out", "training", "good"]
    assert len(rows) == len(sample_output.MEASURES) == len(content["measures"])
    (precision,) = [row for row in rows if row.startswith("precision / %")]
    entry = content["measures"]["precision"]["generated"]
    half = 50 * (entry["interval"][1] - entry["interval"][0])
    assert precision.split()[3:5] == [f"{100 * entry['value']:.1f}", f"±{half:.1f}"]
    assert copies == f"near copies of training samples: {content['near_copies']['count']} of 150 generated"
