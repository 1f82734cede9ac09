"""Pictures of the page: the waveform where a fault begins, and spectra. Both have a light and a dark version."""

import numpy as np
from matplotlib.figure import Figure

from vconv.audio import recording
from vconv.diagnosis import spectra
from vconv.diagnosis.profile import profile
from vconv.report.pictures import COLORS, inline

BEFORE_S, AFTER_S = 0.01, 0.03  # of the beginning of a fault
SIZE = 4.2, 1.7  # inches
HIGHEST_HUM_HZ = 300
SPECTRUM_DB = 80.0  # shown below the maximum


def picture(finding):
    """Return the `<picture>` of a `Finding`, or None if its kind has none; errors as of `recording.scan`."""
    if finding.path is None:
        return None
    if finding.seconds is not None:
        times_s, y = excerpt(finding.path, finding.seconds)
        return inline(
            lambda scheme: _waveform(times_s, y, finding.seconds, scheme),
            f"Waveform of {finding.path.name} around {finding.seconds:.2f} s",
        )
    if finding.kind not in SPECTRA:
        return None
    frequencies_hz, level_db = SPECTRA[finding.kind](finding.path)
    return inline(lambda scheme: _spectrum(frequencies_hz, level_db, scheme), f"Spectrum of {finding.path.name}")


def excerpt(path, seconds):
    """Return times in s [n] and samples [n] of a recording around a second."""
    scanned = recording.scan(path)
    first, last = (max(0, round((seconds + shift) * scanned.rate)) for shift in (-BEFORE_S, AFTER_S))
    parts, at = [], 0
    for block in scanned.blocks(scanned.rate):
        parts.append(block[max(0, first - at) : max(0, last - at)])
        at += len(block)
        if at >= last:
            break
    y = np.concatenate(parts)
    return (first + np.arange(len(y))) / scanned.rate, y


def mean_spectrum(path):
    """Return frequencies in Hz [K] and mean level in dB [K] of a recording."""
    spectrum = _profile(path).spectrum
    return spectra.BIN_HZ * np.arange(len(spectrum)), 10 * np.log10(np.maximum(spectrum, 1e-12))


def low_spectrum(path):
    """Return frequencies in Hz [K], up to 300 Hz, and the level in dB [K] that stays there through a recording."""
    steady = spectra.steady(_profile(path).low_spectra)[: int(HIGHEST_HUM_HZ / spectra.HUM_BIN_HZ)]
    return spectra.HUM_BIN_HZ * np.arange(len(steady)), 10 * np.log10(steady)


SPECTRA = {"band-limited": mean_spectrum, "hum": low_spectrum}  # of kinds that are seen in a spectrum


def _profile(path):
    scanned = recording.scan(path)
    return profile(scanned.blocks(scanned.rate), scanned.rate)


def _waveform(times_s, y, seconds, scheme):
    """Draw samples [n] over their times [n], and a line where the fault begins."""
    figure, axis, ink, color = _figure(scheme)
    axis.plot(times_s, y, color=ink, linewidth=0.8, marker=".", markersize=1.5)
    axis.axvline(seconds, color=color, linewidth=1)
    axis.set_xlim(times_s[0], times_s[-1])
    axis.set_xlabel("time / s")
    return figure


def _spectrum(frequencies_hz, level_db, scheme):
    """Draw a level [K] over frequencies [K]."""
    figure, axis, _, color = _figure(scheme)
    axis.plot(frequencies_hz, level_db, color=color, linewidth=1)
    axis.set_xlim(0, frequencies_hz[-1])
    axis.set_ylim(max(level_db.min(), level_db.max() - SPECTRUM_DB) - 3, level_db.max() + 3)
    axis.set_xlabel("frequency / Hz")
    axis.set_ylabel("dB")
    return figure


def _figure(scheme):
    """Return a figure, its axis, and the colors of the ink and of what stands out."""
    ink, _, _, color, _ = COLORS[scheme]
    figure = Figure(figsize=SIZE, layout="constrained")
    return figure, figure.subplots(), ink, color
