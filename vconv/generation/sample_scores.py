"""All measures of a set of generated patches, with the same measures of real data for comparison."""

from typing import NamedTuple

import numpy as np
from sklearn.decomposition import PCA

from vconv.common.errors import VconvError
from vconv.evaluation import bootstrap
from vconv.sample_measures import frechet, memorization
from vconv.sample_measures.diversity import diversity, expected_coverage
from vconv.sample_measures.histograms import histogram_distances, mean_bhattacharyya
from vconv.sample_measures.inception_score import inception_score
from vconv.sample_measures.spread import spread

FEWEST = 20  # patches in a set
RESAMPLES = 200
NEIGHBORS = 5
LISTED = 20  # near copies in the output
COMPONENTS = 64  # principal components


class SampleSet(NamedTuple):
    """Patches, and their features and class probabilities by a classifier.

    Attributes
    ----------
    patches : ndarray [n, height, width, channels]
        The height is the frequency axis.
    features : ndarray [n, d]
    probabilities : ndarray [n, classes] or None
        None without a classifier.
    """

    patches: np.ndarray
    features: np.ndarray
    probabilities: np.ndarray | None = None

    def take(self, index):
        """Return the samples selected by an index array."""
        return SampleSet(*(None if part is None else part[index] for part in self))


def principal_components(sets, seed=0):
    """Return features without a classifier, {set: ndarray [n, d]}: the first 64 principal components of "training".

    Parameters
    ----------
    sets : dict
        Set → patches [n, height, width, channels]; one of the sets is "training".
    seed : int
        Of the randomized decomposition.

    Returns
    -------
    features : dict
        Set → ndarray [n, d], d at most 64.
    """
    flat = {name: patches.reshape(len(patches), -1) for name, patches in sets.items()}
    number = min(COMPONENTS, *flat["training"].shape)
    found = PCA(number, svd_solver="randomized", random_state=seed).fit(flat["training"])
    return {name: found.transform(patches) for name, patches in flat.items()}


def evaluate_samples(generated, training, held_out=None, seed=0):
    """Compare a generated set, the held-out set and a part of the training set with the rest of the training set.

    Most measures depend on the number of samples. So all sets are reduced to the size of the smallest one, at most half
    of the training set, and compared with the same rest of the training set. Memorization is measured on whole sets.

    Parameters
    ----------
    generated, training : SampleSet
    held_out : SampleSet, optional
        Data that the generator was not trained on.
    seed : int
        Of the random parts, pairs and bootstrap resamples.

    Returns
    -------
    found : dict
        Plain numbers, described in docs/evaluation_samples.md. Each measure is {set: {"value", "interval"}}.

    Raises
    ------
    VconvError
        A set has fewer than 20 samples, the training set fewer than 40.
    """
    sets = {"generated": generated} | ({"held_out": held_out} if held_out is not None else {})
    cut, rest, size = _equal_parts(sets, training, np.random.default_rng(seed))
    draws, gaussian = _draws(size, seed), frechet.fit(rest.features)
    by_bin = {name: histogram_distances(one.patches, rest.patches) for name, one in cut.items()}
    columns = {name: _against(one, rest, gaussian, by_bin[name], draws, seed) for name, one in cut.items()}
    memory, copies = _memory(sets, training, cut["training"], rest, seed)
    return {
        "samples": {name: len(one.patches) for name, one in (sets | {"training": training}).items()},
        "compared": {
            "samples": size,
            "with": len(rest.patches),
            "neighbors": NEIGHBORS,
            "resamples": RESAMPLES,
            "seed": seed,
            "expected_coverage": expected_coverage(len(rest.patches), size, NEIGHBORS),
        },
        "measures": {measure: {name: columns[name][measure] for name in columns} for measure in columns["generated"]}
        | memory,
        "histograms": {
            name: {key: values.tolist() for key, values in found._asdict().items()} for name, found in by_bin.items()
        },
        "near_copies": copies,
    }


def _equal_parts(sets, training, rng):
    """Return ({set: `size` of its samples}, with a part of "training"; the rest of the training set; size)."""
    size = min(len(training.patches) // 2, *(len(one.patches) for one in sets.values()))
    if size < FEWEST:
        raise VconvError(
            f"the smallest set has {size} samples (half of the training set counts), and {FEWEST} are needed; give more"
        )
    order = rng.permutation(len(training.patches))
    cut = {name: one.take(rng.permutation(len(one.patches))[:size]) for name, one in sets.items()}
    return cut | {"training": training.take(order[:size])}, training.take(order[size:]), size


def _draws(size, seed):
    """Return indices int [1 + RESAMPLES, size]: all samples, then the bootstrap resamples."""
    counts = (bootstrap.weights(size, RESAMPLES, seed) * size).round().astype(int)
    return np.array([np.repeat(np.arange(size), row) for row in counts])


def _against(one, rest, gaussian, by_bin, draws, seed):
    """Return {measure: entry} of a set compared with the rest of the training set, whose features fit `gaussian`."""
    entries = {
        "frechet_distance": _entry(
            np.array([frechet.between_gaussians(frechet.fit(one.features[rows]), gaussian) for rows in draws]),
            _centered,
        )
    }
    weights = bootstrap.weights(len(one.features), RESAMPLES, seed)
    if one.probabilities is not None:
        entries["inception_score"] = _entry(inception_score(one.probabilities, weights))
    of_rest = bootstrap.weights(len(rest.features), RESAMPLES, seed)
    for name, shares in diversity(rest.features, one.features, NEIGHBORS)._asdict().items():
        entries[name] = _entry((weights if len(shares) == len(one.features) else of_rest) @ shares)
    own, reference = (spread(patches, np.random.default_rng(seed)) for patches in (one.patches, rest.patches))
    entries["spread"] = _entry([own / reference if reference else np.nan])
    entries["jensen_shannon"] = _entry([by_bin.jensen_shannon.mean()])
    entries["bhattacharyya"] = _entry([mean_bhattacharyya(by_bin.bhattacharyya)])
    return entries


def _memory(sets, training, part, rest, seed):
    """Return ({measure: {set: entry}}, near copies): distances to the nearest training samples."""
    found = {name: memorization.nearest(one.patches, training.patches) for name, one in sets.items()}
    found["training"] = memorization.nearest(part.patches, rest.patches)
    reference, _ = found.get("held_out", found["training"])
    reference_draws = reference[_draws(len(reference), seed + 1)]  # drawn independently of the other sets
    entries = {"memorization_ratio": {}, "near_copies": {}}
    for name, (distance, _) in found.items():
        draws, copied = _draws(len(distance), seed), memorization.near_copies(distance, reference)
        entries["memorization_ratio"][name] = _entry(memorization.distance_ratio(distance[draws], reference_draws))
        entries["near_copies"][name] = _entry(copied[draws].mean(axis=1))
    distance, index = found["generated"]
    copies = np.flatnonzero(memorization.near_copies(distance, reference))
    nearest_first = copies[np.argsort(distance[copies], kind="stable")][:LISTED].tolist()
    return entries, {
        "count": len(copies),
        "nearest": [
            {"generated": sample, "training": int(index[sample]), "distance": float(distance[sample])}
            for sample in nearest_first
        ],
    }


def _centered(values):
    """Return the interval of a Fréchet distance for its sample size: the resamples are shifted to the estimate.

    Resamples contain samples repeatedly, so all their distances are too large. The interval says how much the distance
    varies with the choice of the samples; it is compared with distances of other sets of the same size.
    """
    return bootstrap.interval(values - values[1:].mean() + values[0])


def _entry(values, interval=bootstrap.interval):
    """Return {"value", "interval"} of values [1 + resamples], or of [1] without resamples."""
    return {"value": float(values[0]), "interval": list(interval(values)) if len(values) > 1 else None}
