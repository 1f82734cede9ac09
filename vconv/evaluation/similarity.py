"""Whose voice is it: a file against the natural recordings of two speakers, its own sentence always left out.

Without that rule a converted file would be compared with the very words it says, and the natural target with itself.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from threadpoolctl import threadpool_limits

from vconv.common.errors import VconvError

COMPONENTS = 4  # converted speech is like neither speaker's: with 8 its ratio depends on the seed by 0.3 nats and more
FRAMES_PER_COMPONENT = 50
MAX_FRAMES = 10000  # a speaker and fold, 50 s of speech
BEGINNINGS = 3  # the likeliest of three mixtures: another seed then moves a system's mean by a few 0.01 nats
FOLDS = 5


def frame_log_likelihood_ratios(natural, probes, source, target, seed=0):
    """Tell by a small model of either speaker's spectra whose voice each file is nearer to.

    Gaussian mixtures with diagonal covariances (Reynolds et al. 2000, "Speaker verification using adapted Gaussian
    mixture models", doi 10.1006/dspr.1999.0361; without a background model, since there are two speakers only) are
    trained on the natural frames of each. The sentences are dealt into at most five folds, and a file is judged by
    the models that saw no frame of its fold.

    Parameters
    ----------
    natural : dict
        Speaker → sentence → mel-cepstra c1 and above [T, D] of the active frames; at least `source` and `target`.
    probes : dict
        Any key → (sentence, mel-cepstra [T, D]); a sentence that is not in `natural` is judged by models of all.
    source, target : str
        Speakers.
    seed : int
        Of the mixtures' beginnings; the same gives the same values.

    Returns
    -------
    ratios : dict
        Key → the mean over frames of ln p(x | target) - ln p(x | source), in nats a frame: above 0 is nearer the
        target. Exchanging the speakers changes the sign only.

    Raises
    ------
    VconvError
        A speaker has too few natural frames beside the sentences left out, or a file has none or a NaN.
    """
    recordings = {speaker: natural.get(speaker, {}) for speaker in sorted((source, target))}
    fold_of = _folds(*recordings.values())
    in_fold = {}
    for key, (sentence, frames) in probes.items():
        _check(frames, key)
        in_fold.setdefault(fold_of.get(sentence), []).append(key)
    ratios = {}
    for fold, keys in in_fold.items():
        left_out = {sentence for sentence, of in fold_of.items() if of == fold}
        train = {speaker: _without(of, left_out, speaker) for speaker, of in recordings.items()}
        center, scale = _scaling(np.concatenate(list(train.values())))
        model = {speaker: _fit((frames - center) / scale, seed) for speaker, frames in train.items()}
        for key in keys:
            frames = (probes[key][1] - center) / scale
            ratios[key] = float(np.mean(model[target].score_samples(frames) - model[source].score_samples(frames)))
    return {key: ratios[key] for key in probes}


def cosines(embedding, sentence, natural_embeddings):
    """Compare a file's speaker embedding with the speakers' natural files.

    Parameters
    ----------
    embedding : ndarray [D]
        Of the file.
    sentence : str
        What it says; left out of every centroid.
    natural_embeddings : dict
        Speaker → sentence → embedding [D].

    Returns
    -------
    cosines : dict
        Speaker → the cosine between `embedding` and the mean of that speaker's embeddings.

    Raises
    ------
    VconvError
        A speaker has no other sentence.
    """
    found = {}
    for speaker, embeddings in natural_embeddings.items():
        others = [vector for name, vector in embeddings.items() if name != sentence]
        if not others:
            raise VconvError(f"{speaker}: has no natural recording beside {sentence}, which is left out; add another")
        centroid = np.mean(others, axis=0, dtype=np.float64)
        found[speaker] = float(centroid @ embedding / (np.linalg.norm(centroid) * np.linalg.norm(embedding)))
    return found


def _folds(*recordings):
    """Return sentence → fold; each speaker's sentences are spread over the folds."""
    sentences = sorted({name for of in recordings for name in of}, key=lambda s: ([s in of for of in recordings], s))
    return {sentence: index % FOLDS for index, sentence in enumerate(sentences)}


def _check(frames, key):
    if not np.size(frames):
        raise VconvError(f"{key}: has no active frame, so it has no speaker; check the recording")
    if not np.isfinite(frames).all():
        raise VconvError(f"{key}: has mel-cepstra that are NaN or infinite; check the recording")


def _without(recordings, left_out, speaker):
    """Return the frames [N, D] of a speaker's sentences that are not left out."""
    frames = [of for sentence, of in recordings.items() if sentence not in left_out]
    count = sum(map(len, frames))
    if count < FRAMES_PER_COMPONENT:
        raise VconvError(
            f"{speaker}: has {count} natural frames beside the sentences left out, and a model of the "
            f"speaker needs {FRAMES_PER_COMPONENT}; give recordings of more sentences"
        )
    frames = np.concatenate(frames)
    _check(frames, speaker)
    return frames


def _scaling(frames):
    """Return mean and deviation [D]; the ratio does not depend on them, but the floor of the variances does."""
    deviation = frames.std(axis=0)
    return frames.mean(axis=0), np.where(deviation > 0, deviation, 1.0)


def _fit(frames, seed):
    """Return a mixture trained on frames [N, D] of deviation about 1."""
    if len(frames) > MAX_FRAMES:
        frames = np.random.default_rng(seed).choice(frames, MAX_FRAMES, replace=False)
    components = min(COMPONENTS, len(frames) // FRAMES_PER_COMPONENT)
    mixture = GaussianMixture(
        components,
        covariance_type="diag",
        reg_covar=1e-3,
        max_iter=50,
        random_state=seed,
        init_params="k-means++",
        n_init=BEGINNINGS,
    )
    with warnings.catch_warnings(), threadpool_limits(1):  # matrices this small take longer on several cores
        warnings.simplefilter("ignore", ConvergenceWarning)  # 50 rounds are near enough
        return mixture.fit(frames)
