"""Speaker similarity: a recording against the natural recordings of the source and the target speaker.

The sentence of the recording is left out of the speakers' recordings. Otherwise a converted recording would be compared
with the same words, and a natural recording with itself.
"""

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture

from vconv.common.errors import VconvError
from vconv.common.threads import one_thread

COMPONENTS = 4  # with 8 the ratio of converted speech varies with the seed by 0.3 nats and more
FRAMES_PER_COMPONENT = 50
MAX_FRAMES = 10000  # of a speaker in a fold, 50 s of speech
INITIALIZATIONS = 3  # the best of three mixtures: the mean of a system then varies with the seed by a few 0.01 nats
FOLDS = 5


def frame_log_likelihood_ratios(natural, probes, source, target, seed=0):
    """Compute the log-likelihood ratio of recordings under Gaussian mixtures of the target and the source speaker.

    A mixture with diagonal covariances is trained on the natural frames of each speaker (Reynolds et al. 2000, "Speaker
    verification using adapted Gaussian mixture models", doi 10.1006/dspr.1999.0361; there is no background model,
    because there are only two speakers). The sentences are divided into at most five folds. A recording is scored by
    the mixtures that were trained without the sentences of its fold.

    Parameters
    ----------
    natural : dict
        Speaker → sentence → mel-cepstra c1 and above [T, D] of speech frames; at least `source` and `target`.
    probes : dict
        Any key → (sentence, mel-cepstra [T, D]). A sentence that is not in `natural` is scored by mixtures trained on
        all sentences.
    source, target : str
        Speakers.
    seed : int
        Of the initialization of the mixtures.

    Returns
    -------
    ratios : dict
        Key → mean over frames of ln p(x | target) - ln p(x | source), in nats a frame. Above 0 the recording is closer
        to the target. Exchanging the speakers changes only the sign.

    Raises
    ------
    VconvError
        A speaker has too few natural frames outside a fold, or a recording has no frame or one that is not finite.
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
    """Compare the speaker embedding of a recording with the speakers' natural recordings.

    Parameters
    ----------
    embedding : ndarray [D]
        Of the recording.
    sentence : str
        Its sentence, which is left out of the centroids.
    natural_embeddings : dict
        Speaker → sentence → embedding [D].

    Returns
    -------
    cosines : dict
        Speaker → cosine between `embedding` and the centroid (mean) of the speaker's embeddings.

    Raises
    ------
    VconvError
        A speaker has no other sentence.
    """
    found = {}
    for speaker, embeddings in natural_embeddings.items():
        others = [vector for name, vector in embeddings.items() if name != sentence]
        if not others:
            raise VconvError(f"{speaker}: has no natural recording except {sentence}, which is left out; add another")
        centroid = np.mean(others, axis=0, dtype=np.float64)
        found[speaker] = float(centroid @ embedding / (np.linalg.norm(centroid) * np.linalg.norm(embedding)))
    return found


def _folds(*recordings):
    """Return {sentence: fold}; the sentences of each speaker are spread evenly over the folds."""
    sentences = sorted({name for of in recordings for name in of}, key=lambda s: ([s in of for of in recordings], s))
    return {sentence: index % FOLDS for index, sentence in enumerate(sentences)}


def _check(frames, key):
    if not np.size(frames):
        raise VconvError(f"{key}: has no speech frame to compare; check the recording")
    if not np.isfinite(frames).all():
        raise VconvError(f"{key}: has mel-cepstra that are NaN or infinite; check the recording")


def _without(recordings, left_out, speaker):
    """Return the frames [N, D] of a speaker without the sentences `left_out`."""
    frames = [of for sentence, of in recordings.items() if sentence not in left_out]
    count = sum(map(len, frames))
    if count < FRAMES_PER_COMPONENT:
        raise VconvError(
            f"{speaker}: has {count} natural frames without the sentences left out, and a model of the "
            f"speaker needs {FRAMES_PER_COMPONENT}; give recordings of more sentences"
        )
    frames = np.concatenate(frames)
    _check(frames, speaker)
    return frames


def _scaling(frames):
    """Return mean and std [D]. Normalized frames make the variance floor of the mixture equal for all coefficients."""
    std = frames.std(axis=0)
    return frames.mean(axis=0), np.where(std > 0, std, 1.0)


def _fit(frames, seed):
    """Return a mixture trained on normalized frames [N, D]."""
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
        n_init=INITIALIZATIONS,
    )
    with warnings.catch_warnings(), one_thread():  # several threads are slower on such small matrices
        warnings.simplefilter("ignore", ConvergenceWarning)  # 50 iterations are enough
        return mixture.fit(frames)
