"""From values to scores: hand-worked numbers, intervals drawn together where sentences are shared."""

import numpy as np
import pytest

from vconv.evaluation.measures import MEASURES, Measure
from vconv.evaluation.score_table import SYSTEMS, RecordingScores
from vconv.evaluation.scores import estimate, over_pairs, summarize


def systems_of(names="abcdefghij", **systems):
    """{system: {sentence: RecordingScores}} of {system: {key: values}}; `names` are those of the sentences."""
    table = {system: {} for system in SYSTEMS}
    for system, columns in systems.items():
        for sentence, *values in zip(names, *columns.values(), strict=False):
            of_sentence = dict(zip(columns, values, strict=True))
            arrays = {key: value for key, value in of_sentence.items() if isinstance(value, np.ndarray)}
            table[system][sentence] = RecordingScores(
                {key: value for key, value in of_sentence.items() if key not in arrays}, arrays
            )
    return table


def test_a_plain_measure_is_a_mean_over_files():
    found = estimate(MEASURES["mcd24"], systems_of(converted={"mcd24": [1.0, 2.0, 6.0]}), "converted")
    entry = found.as_entry()
    assert entry["mean"] == 3 and entry["files"] == 3 and 1 <= entry["interval"][0] < 3 < entry["interval"][1] <= 6
    assert len(found.values) == 1001


def test_no_value_is_none_and_one_file_has_no_interval():
    assert estimate(MEASURES["mcd24"], systems_of(converted={"rmse_hz": [1.0]}), "converted") is None
    assert estimate(MEASURES["mcd24"], systems_of(converted={"mcd24": [np.nan]}), "converted") is None
    one = estimate(MEASURES["mcd24"], systems_of(converted={"mcd24": [np.nan, 2.0]}), "converted").as_entry()
    assert one == {"mean": 2.0, "interval": [None, None], "files": 1}


def test_variance_is_a_ratio_of_means_not_a_mean_of_ratios():
    table = systems_of(
        converted={"variance": [np.array([1.0]), np.array([3.0])]},
        target={"variance": [np.array([1.0]), np.array([7.0])]},
    )
    assert estimate(MEASURES["mean_over_orders"], table, "converted").values[0] == pytest.approx(np.log(2 / 4))


def test_shared_sentences_are_drawn_together():
    """A system that differs from the target by the same factor in every file has no uncertainty at all."""
    natural = [np.array([value]) for value in (1.0, 5.0, 2.0, 9.0)]
    paired = systems_of(converted={"variance": [value / 2 for value in natural]}, target={"variance": natural})
    low, high = estimate(MEASURES["mean_over_orders"], paired, "converted").as_entry()["interval"]
    assert low == pytest.approx(high) == pytest.approx(np.log(0.5))
    unpaired = systems_of(converted={"variance": [value / 2 for value in natural]})
    unpaired["target"] = systems_of("wxyz", target={"variance": natural})["target"]
    low, high = estimate(MEASURES["mean_over_orders"], unpaired, "converted").as_entry()["interval"]
    assert low < np.log(0.5) - 0.3 and high > np.log(0.5) + 0.3


def test_floor_and_ceiling_rest_on_the_sentences_that_were_converted():
    table = systems_of(converted={"mcd24": [1.0, 2.0]}, source={"mcd24": [5.0, 7.0, 100.0]})
    assert estimate(MEASURES["mcd24"], table, "source").as_entry()["mean"] == 6
    assert estimate(MEASURES["mcd24"], table, "source", only={"a"}).as_entry()["mean"] == 5


def test_normalized_similarity_by_hand():
    table = systems_of(
        converted={"cosine_target": [0.7, 0.7]},
        source={"cosine_target": [0.5, 0.5]},
        target={"cosine_target": [0.9, 0.9]},
    )
    for system, place in ("converted", 0.5), ("source", 0), ("target", 1):
        assert estimate(MEASURES["normalized_similarity"], table, system).values[0] == pytest.approx(place)


def test_all_is_the_mean_of_the_pairs_and_narrower():
    random = np.random.default_rng(0)
    pairs = {f"{n}": systems_of(converted={"mcd24": random.normal(n, 1, 10)}) for n in range(8)}
    together, each = summarize(pairs)
    means = [groups["mcd"]["converted"]["mean"] for groups in each.values()]
    whole = together["mcd"]["converted"]
    assert whole["mean"] == pytest.approx(np.mean(means)) and whole["files"] == 80
    width = whole["interval"][1] - whole["interval"][0]
    assert width < np.mean(
        [one["mcd"]["converted"]["interval"][1] - one["mcd"]["converted"]["interval"][0] for one in each.values()]
    )
    assert over_pairs([None, None]) is None


def test_the_headline_is_the_first_that_was_measured():
    table = systems_of(converted={"log_likelihood_ratio": [1.0, 2.0]})
    entry = summarize({"A-B": table})[0]["similarity"]["converted"]
    assert entry["measure"] == "log_likelihood_ratio"
    assert entry["mean"] == 1.5 == entry["details"]["log_likelihood_ratio"]["mean"]
    table = systems_of(
        **{
            system: {"cosine_target": [value] * 2, "log_likelihood_ratio": [1.0, 2.0]}
            for system, value in (("converted", 0.7), ("source", 0.5), ("target", 0.9))
        }
    )
    assert summarize({"A-B": table})[0]["similarity"]["converted"]["measure"] == "normalized_similarity"


def test_the_same_seed_gives_the_same_interval():
    table = systems_of(converted={"mcd24": np.random.default_rng(0).normal(size=10)})
    first, again, other = (estimate(MEASURES["mcd24"], table, "converted", seed=seed).as_entry() for seed in (0, 0, 1))
    assert first == again != other


def test_statistics_get_means_over_resamples():
    seen = []
    columns = ("system", "x"), ("target", "x")
    statistic = lambda a, b: seen.append((a.shape, b.shape)) or a[:, 0]  # noqa: E731
    measure = Measure("n", "n", columns=columns, statistic=statistic)
    table = systems_of(converted={"x": [np.ones(3)] * 4}, target={"x": [np.ones(2)] * 4})
    estimate(measure, table, "converted", resamples=50)
    assert seen == [((51, 3), (51, 2))]
