"""The log-likelihood ratio of each recording: a task for each pair of speakers, on the shards of all sentences."""

from vconv.common.errors import reason
from vconv.evaluation import similarity
from vconv.evaluation.score_table import SYSTEMS, Additions, RecordingKey
from vconv.evaluation.sentence_shards import load


def measure(engine, recordings, paths, seed):
    """Return the `Additions` of log_likelihood_ratio; parameters as of `evaluate` and `_pair_ratios`."""
    values, failures = {}, []
    found = dict(engine.run(_pair_ratios, [(paths, pair.source, pair.target, seed) for pair in recordings.pairs]))
    for number, pair in enumerate(recordings.pairs):
        if isinstance(found[number], str):
            failures.append(f"{pair}: no log-likelihood ratio: {found[number]}")
        else:
            values |= {
                RecordingKey(str(pair), *key): {"log_likelihood_ratio": ratio} for key, ratio in found[number].items()
            }
    return Additions(values, failures)


def _pair_ratios(paths, source, target, seed):
    """Return the log-likelihood ratios of the recordings of a pair of speakers; runs in a worker.

    Parameters
    ----------
    paths : dict
        Name of the sentence → path of its shard.
    source, target : str
    seed : int
        Of the mixtures.

    Returns
    -------
    dict or str
        (system, sentence) → ratio; or why there is none, often too few recordings to train the mixtures.
    """
    found = {name: load(path).recordings for name, path in paths.items()}
    cepstra = {
        (system, name): recordings[source, target, system].cepstra
        for system in SYSTEMS
        for name, recordings in found.items()
        if (source, target, system) in recordings
    }
    natural = {
        speaker: {name: frames for (of, name), frames in cepstra.items() if of == system}
        for speaker, system in ((source, "source"), (target, "target"))
    }
    probes = {key: (key[1], frames) for key, frames in cepstra.items()}
    try:
        return similarity.frame_log_likelihood_ratios(natural, probes, source, target, seed)
    except Exception as error:
        return reason(error)
