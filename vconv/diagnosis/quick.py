"""The checks that cost next to nothing on a signal in memory; `vconv extract` runs them."""

from collections import Counter

from vconv.audio import samples
from vconv.diagnosis import channels, headers, levels
from vconv.diagnosis.waveform import waveform


def kinds(path, signals, rate):
    """Return the kinds of the faults of a recording, as in docs/doctor.md.

    Parameters
    ----------
    path : Path
    signals : ndarray [samples, C], float64
        All channels as they are in the file, not empty and finite.
    rate : int
        Of the file, in Hz.

    Returns
    -------
    kinds : list of str
    """
    y, _ = samples.to_full_scale(samples.to_mono(signals)[0])
    found = [headers.wrong_length(path, len(y)), headers.mislabeled(path), *levels.quick(waveform(y, rate))]
    if signals.shape[1] > 1:
        found.append(channels.wrong_channel(*channels.powers([signals])))
    return [one.kind for one in found if one]


def told(kinds, recordings, corpus):
    """Return what to tell about the faults of a corpus: a list of one sentence, or of none without a fault.

    Parameters
    ----------
    kinds : list of list of str
        Those of each recording with a fault.
    recordings : int
        That were checked.
    corpus : str
        The arguments of `vconv doctor` that name them.
    """
    if not kinds:
        return []
    counts = Counter(kind for of_one in kinds for kind in of_one)
    listed = ", ".join(f"{kind} {count}" for kind, count in counts.most_common())
    return [f"{len(kinds)} of {recordings} recordings have faults: {listed}; details: vconv doctor {corpus}"]
