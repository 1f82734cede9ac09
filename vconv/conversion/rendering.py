"""The two ways in which a converted utterance becomes a signal, each as a function power spectrum [T, K] → [samples].

- WORLD synthesizes it.
- The recording's F0 is moved by PSOLA, and the result is filtered by the ratio of the spectra (differential filter:
  Kobayashi et al. 2014, "Statistical singing voice conversion with direct waveform modification based on the spectrum
  differential", Interspeech). This keeps the recording's excitation.
"""

import numpy as np

from vconv.audio import filtering, psola, world

LARGEST_GAIN = 1000.0  # of power, 30 dB either way


def by_world(y, analysis, f0_hz, rate, frame_period_ms):
    """Return the function that synthesizes power spectra by WORLD.

    Parameters
    ----------
    y : ndarray [samples]
        The recording; unused.
    analysis : world.Analysis
        Of the recording.
    f0_hz : ndarray [T]
        The converted F0.
    rate : int
        In Hz.
    frame_period_ms : float
    """
    return lambda spectrum: world.synthesize(f0_hz, spectrum, analysis.aperiodicity, rate, frame_period_ms)


def by_filter(y, analysis, f0_hz, rate, frame_period_ms):
    """Return the function that filters the recording, with the converted F0, to power spectra; see `by_world`."""
    moved = psola.move_pitch(y, analysis.f0_hz, f0_hz, rate, frame_period_ms)
    return filter_of(moved, analysis.spectrum, rate, frame_period_ms)


def filter_of(moved, source_spectrum, rate, frame_period_ms):
    """Return the function that filters a recording with the converted F0, [samples], to power spectra.

    `source_spectrum` [T, K] is the power spectrum of the recording.
    """

    def render(spectrum):
        gain = np.sqrt(np.clip(spectrum / source_spectrum, 1 / LARGEST_GAIN, LARGEST_GAIN))
        return filtering.filter_frames(moved, gain, rate, frame_period_ms)

    return render


RENDERERS = {"world": by_world, "diff": by_filter}
