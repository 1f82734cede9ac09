"""F0 of a speaker: search range, log-F0 statistics, and conversion of F0 from one speaker to another."""

from typing import NamedTuple

import numpy as np

from vconv.common.errors import VconvError

WIDE_RANGE_HZ = (50.0, 800.0)
USUAL_RANGE_HZ = (55.0, 600.0)  # of speech
USUAL_OCTAVES = (0.5, 2.2)  # from the lowest to the highest F0 of a speaker
BINS_PER_OCTAVE = 48
SMOOTHING_OCTAVES = 1 / 12  # one semitone
SHARE_OF_PEAK = 0.05
MARGIN_OCTAVES = 0.1
MIN_VOICED = 200  # frames
PERCENTILES = (5, 25, 50, 75, 95)


class LogF0(NamedTuple):
    """Mean, standard deviation and `PERCENTILES` [5] of the natural logarithm of F0 in Hz over voiced frames."""

    mean: float
    std: float
    percentiles: np.ndarray


def find_range(f0_hz):
    """Estimate a speaker's F0 range from a first analysis with a wide range.

    The main mode of a smoothed histogram of log-F0 is the speaker's usual F0. Octave errors and creak make smaller
    modes an octave away. Outward from the main mode, the range ends where the density falls below 5 % of the mode's. If
    it does not within an octave, the range ends at the lowest density within that octave. A margin of 0.1 octave is
    added on both sides.

    On ten speakers of VCC2016, with Harvest (60 to 500 Hz) as the reference, the estimated range instead of the wide
    one lowers DIO's gross errors from 1.31 to 1.17 % and raises its correct frames from 78.5 to 79.4 %
    (`benchmarks/f0_range.py`). De Looze and Hirst 2008, "Detecting changes in key and range", Speech Prosody, use
    quartiles instead.

    Parameters
    ----------
    f0_hz : ndarray [n]
        F0 of the frames of many utterances of one speaker, in Hz, analyzed with `WIDE_RANGE_HZ`; 0 where unvoiced.

    Returns
    -------
    floor_hz, ceiling_hz : float
        Within `WIDE_RANGE_HZ`; equal to it if fewer than 200 frames (one second) are voiced.

    Raises
    ------
    VconvError
        No frame is voiced.
    """
    voiced = _voiced(f0_hz)
    if len(voiced) < MIN_VOICED:
        return WIDE_RANGE_HZ
    low, high = np.log2(WIDE_RANGE_HZ)
    bins = int(round((high - low) * BINS_PER_OCTAVE))
    counts, edges = np.histogram(np.clip(np.log2(voiced), low, high), bins, (low, high))
    distance = np.arange(-BINS_PER_OCTAVE, BINS_PER_OCTAVE + 1) / BINS_PER_OCTAVE
    density = np.convolve(counts, np.exp(-0.5 * (distance / SMOOTHING_OCTAVES) ** 2), mode="same")
    mode = int(density.argmax())
    floor = edges[mode - _bins_to_edge(density[mode::-1])] - MARGIN_OCTAVES
    ceiling = edges[mode + _bins_to_edge(density[mode:]) + 1] + MARGIN_OCTAVES
    return max(float(2**floor), WIDE_RANGE_HZ[0]), min(float(2**ceiling), WIDE_RANGE_HZ[1])


def _bins_to_edge(density):
    """Return the number of bins from the mode, the first value of `density`, to the end of the speaker's range."""
    octave = density[: BINS_PER_OCTAVE + 1]
    low = octave < SHARE_OF_PEAK * octave[0]
    return int(low.argmax() if low.any() else octave.argmin())


def doubt(floor_hz, ceiling_hz):
    """Return a sentence about what is unusual in an F0 range of speech, or None."""
    octaves = np.log2(ceiling_hz / floor_hz)
    if floor_hz < USUAL_RANGE_HZ[0] or ceiling_hz > USUAL_RANGE_HZ[1]:
        found = f"speech lies within {USUAL_RANGE_HZ[0]:g} to {USUAL_RANGE_HZ[1]:g} Hz"
    elif not USUAL_OCTAVES[0] <= octaves <= USUAL_OCTAVES[1]:
        found = f"it spans {octaves:.1f} octaves, and a speaker's usually {USUAL_OCTAVES[0]:g} to {USUAL_OCTAVES[1]:g}"
    else:
        return None
    return f"the F0 range {floor_hz:g} to {ceiling_hz:g} Hz is unusual for speech: {found}"


def log_f0_statistics(f0_hz):
    """Return the `LogF0` of the voiced frames of `f0_hz` [n]; VconvError if there are none."""
    log_f0 = np.log(_voiced(f0_hz))
    return LogF0(float(log_f0.mean()), float(log_f0.std()), np.percentile(log_f0, PERCENTILES))


def of_unseen_speaker(f0_hz, usual_std):
    """Return the `LogF0` of an unseen speaker, `with_usual_movement`, from one utterance with F0 [T]."""
    return with_usual_movement(log_f0_statistics(f0_hz), usual_std)


def with_usual_movement(own, usual_std):
    """Return the `LogF0` of an unseen speaker for the conversion of F0.

    A melody that moves less than half of the usual is sung or spoken in monotone. To stretch it to the target's range
    would make it wobble. Therefore deviations from the median are enlarged for the statistics: the standard deviation
    s becomes `usual_std` − s if that is more. A tone that does not move keeps its small movements.

    Parameters
    ----------
    own : LogF0
    usual_std : float
        The usual standard deviation of log-F0 of a speaker.
    """
    if not 0 < own.std < usual_std / 2:
        return own
    scale = usual_std / own.std - 1
    median = own.percentiles[2]
    return LogF0(own.mean, own.std * scale, median + (own.percentiles - median) * scale)


def convert_linear(f0_hz, source, target):
    """Convert F0 linearly in the log domain, so that mean and standard deviation become the target's.

    Parameters
    ----------
    f0_hz : ndarray [T]
        In Hz; 0 where unvoiced. Unvoiced frames stay 0.
    source, target : LogF0

    Returns
    -------
    f0_hz : ndarray [T], float64
    """
    stretch = target.std / source.std if source.std > 0 else 1.0
    return _map_log_f0(f0_hz, lambda log_f0: (log_f0 - source.mean) * stretch + target.mean)


def convert_by_percentiles(f0_hz, source, target):
    """Convert F0 by linear interpolation in the log domain, so that the percentiles become the target's.

    F0 outside the outermost percentiles is shifted by as much as the nearest of them. Creak and octave errors change
    mean and standard deviation, but hardly the percentiles (docs/experiments.md). If all percentiles of the source are
    equal, log-F0 is shifted so that the median becomes the target's. Parameters and result are those of
    `convert_linear`.
    """
    old, new = source.percentiles, target.percentiles
    if old[0] == old[-1]:
        return _map_log_f0(f0_hz, lambda log_f0: log_f0 - old[2] + new[2])
    return _map_log_f0(f0_hz, lambda log_f0: np.interp(log_f0, old, new) + log_f0 - np.clip(log_f0, old[0], old[-1]))


def _map_log_f0(f0_hz, function):
    """Return F0 [T] with `function` applied to the logarithm of voiced frames."""
    f0_hz = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0_hz > 0
    converted = np.zeros_like(f0_hz)
    converted[voiced] = np.exp(function(np.log(f0_hz[voiced])))
    return converted


def _voiced(f0_hz):
    """Return F0 of the voiced frames, or raise a VconvError if there are none."""
    f0_hz = np.asarray(f0_hz, dtype=np.float64)
    voiced = f0_hz[f0_hz > 0]
    if not len(voiced):
        raise VconvError(
            f"none of {f0_hz.size} frames is voiced, so the speaker's F0 is unknown; "
            "give recordings of speech, or set the F0 range by hand"
        )
    return voiced
