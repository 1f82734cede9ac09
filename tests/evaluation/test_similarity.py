"""Speaker similarity: known divergences, exchanged speakers, and leaving out the sentence of the recording."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vconv.common.errors import VconvError
from vconv.evaluation import similarity

DIMENSIONS = 6
SENTENCES = [f"s{index}" for index in range(7)]
MEAN = {"A": np.zeros(DIMENSIONS), "B": np.array([1.0, -0.5, 0, 0, 0.5, 0])}
DEVIATION = {"A": np.ones(DIMENSIONS), "B": np.array([1, 1, 2, 0.5, 1, 1.0])}


def speech(speaker, frames, seed):
    return np.random.default_rng(seed).normal(MEAN[speaker], DEVIATION[speaker], (frames, DIMENSIONS))


def recordings(speaker, frames=1500, sentences=SENTENCES, seed=0):
    seed += 100 * ord(speaker)
    return {name: speech(speaker, frames, seed + index) for index, name in enumerate(sentences)}


def natural(frames=1500):
    return {speaker: recordings(speaker, frames) for speaker in "AB"}


def divergence(p, q):
    """Kullback-Leibler divergence in nats of the normal distribution of speaker p from that of q."""
    ratio = (DEVIATION[p] / DEVIATION[q]) ** 2
    return 0.5 * np.sum(ratio - 1 - np.log(ratio) + ((MEAN[p] - MEAN[q]) / DEVIATION[q]) ** 2)


def ratio(frames, sentence="new", source="A", target="B", of=None, **options):
    of = natural() if of is None else of
    return similarity.frame_log_likelihood_ratios(of, {"x": (sentence, frames)}, source, target, **options)["x"]


def test_ratio_of_two_known_distributions_is_their_divergence():
    long = 20000
    assert ratio(speech("B", long, 1)) == pytest.approx(divergence("B", "A"), rel=0.05)
    assert ratio(speech("A", long, 1)) == pytest.approx(-divergence("A", "B"), rel=0.05)


def test_exchanging_the_speakers_changes_the_sign_only():
    of, frames = natural(), speech("B", 300, 5)
    assert ratio(frames, of=of) == -ratio(frames, of=of, source="B", target="A")
    assert ratio(frames, of=of, source="A", target="A") == 0


def test_natural_files_are_told_apart():
    of = natural()
    probes = {(speaker, name): (name, of[speaker][name]) for speaker in "AB" for name in SENTENCES}
    ratios = similarity.frame_log_likelihood_ratios(of, probes, "A", "B")
    assert list(ratios) == list(probes)
    assert all((value > 0) == (speaker == "B") for (speaker, _), value in ratios.items())


def test_is_the_same_again_and_in_other_units():
    of, frames = natural(), speech("B", 300, 5)
    scaled = {speaker: {name: 1000 * x + 7 for name, x in found.items()} for speaker, found in of.items()}
    assert ratio(frames, of=of, seed=3) == ratio(frames, of=of, seed=3)
    assert ratio(1000 * frames + 7, of=scaled) == pytest.approx(ratio(frames, of=of), rel=1e-6)


@pytest.mark.parametrize("sentence", SENTENCES)
def test_the_models_never_saw_the_own_sentence(sentence):
    """A far-off mark in the target's recording of one sentence makes such frames the target's, but not for that one."""
    of = natural(200)
    mark = np.full((100, DIMENSIONS), 30.0)
    marked = of | {"B": of["B"] | {sentence: np.concatenate([of["B"][sentence], mark])}}
    assert ratio(mark, sentence, of=marked) == pytest.approx(ratio(mark, sentence, of=of))
    assert ratio(mark, "new", of=marked) > ratio(mark, "new", of=of) + 50


def test_the_own_sentence_is_left_out_of_the_source_too():
    of = natural(200)
    mark = np.full((100, DIMENSIONS), 30.0)
    marked = of | {"A": of["A"] | {"s3": np.concatenate([of["A"]["s3"], mark])}}
    assert ratio(mark, "s3", of=marked) == pytest.approx(ratio(mark, "s3", of=of))
    assert ratio(mark, "s2", of=marked) < ratio(mark, "s2", of=of) - 50


def test_speakers_who_share_no_sentence_and_have_two_each():
    of = {"A": recordings("A", sentences=["a1", "a2"]), "B": recordings("B", sentences=["b1", "b2"])}
    probes = {name: (name, frames) for found in of.values() for name, frames in found.items()}
    ratios = similarity.frame_log_likelihood_ratios(of, probes, "A", "B")
    assert [name for name, value in ratios.items() if value > 0] == ["b1", "b2"]


def test_a_speaker_of_two_sentences_keeps_one_whichever_is_left_out():
    names = [f"s{index}" for index in range(10)]
    for one in names[1:]:
        of = {"A": recordings("A", sentences=["s0", one]), "B": recordings("B", sentences=names)}
        assert ratio(of["A"]["s0"], "s0", of=of) < 0


def test_a_coefficient_that_never_changes_says_nothing():
    of, frames = natural(200), speech("B", 50, 3)

    def longer(x):
        return np.column_stack([x, np.full(len(x), 5.0)])

    constant = {speaker: {name: longer(x) for name, x in found.items()} for speaker, found in of.items()}
    assert ratio(longer(frames), of=constant) == pytest.approx(ratio(frames, of=of), abs=1e-6)


def test_little_and_constant_material():
    of = {"A": {"s": np.zeros((60, 3)), "t": np.zeros((60, 3))}, "B": {"s": np.ones((60, 3)), "t": np.ones((60, 3))}}
    assert ratio(np.ones((1, 3)), "s", of=of) > 0 > ratio(np.zeros((1, 3)), "t", of=of)


@pytest.mark.parametrize(
    ("change", "frames", "says"),
    [
        ({"B": {}}, 10, "B: has 0 natural frames"),
        ({"B": recordings("B", sentences=["new"])}, 10, "B: has 0 natural frames without"),
        ({"B": recordings("B", frames=7)}, 10, "B: has 42 natural frames|B: has 49 natural frames"),
        ({"B": {"s0": np.full((90, DIMENSIONS), np.nan)}}, 10, "B: has mel-cepstra that are NaN"),
        ({}, 0, "x: has no speech frame"),
    ],
)
def test_too_little_is_said_in_one_sentence(change, frames, says):
    with pytest.raises(VconvError, match=says):
        ratio(speech("B", frames, 0), of=natural(60) | change)


def test_unknown_speaker():
    with pytest.raises(VconvError, match="C: has 0 natural frames"):
        ratio(speech("B", 9, 0), source="C")


def test_cosines_to_centroids_by_hand():
    embeddings = {"A": {"s": [1.0, 0], "t": [0.0, 1]}, "B": {"t": [1.0, 0], "u": [-3.0, 0]}}
    found = similarity.cosines(np.array([2.0, 0]), "v", embeddings)
    assert found == pytest.approx({"A": 2**-0.5, "B": -1})


def test_cosines_leave_the_own_sentence_out():
    embeddings = {"A": {"s": [1.0, 0], "t": [0.0, 1]}, "B": {"t": [3.0, 4], "u": [100.0, 0]}}
    assert similarity.cosines(np.array([1.0, 0]), "s", embeddings)["A"] == 0
    assert similarity.cosines(np.array([1.0, 0]), "t", embeddings)["A"] == 1
    assert similarity.cosines(np.array([0, 1.0]), "u", embeddings)["B"] == pytest.approx(0.8)


def test_a_speaker_of_one_sentence_has_no_centroid_without_it():
    with pytest.raises(VconvError, match="A: has no natural recording except s"):
        similarity.cosines(np.ones(2), "s", {"A": {"s": np.ones(2)}})


@given(st.integers(1, 6), st.integers(0, 99), st.floats(1e-3, 1e3))
def test_cosines_are_bounded_and_know_no_level(count, seed, level):
    vectors = np.random.default_rng(seed).normal(size=(count + 1, 5))
    embeddings = {"A": {str(index): vector for index, vector in enumerate(vectors[1:])}}
    found = similarity.cosines(vectors[0], "x", embeddings)["A"]
    assert -1 - 1e-9 <= found <= 1 + 1e-9
    louder = {"A": {name: level * vector for name, vector in embeddings["A"].items()}}
    assert similarity.cosines(level * vectors[0], "x", louder)["A"] == pytest.approx(found)
