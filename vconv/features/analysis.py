"""Analysis of one recording: signal → the arrays of the feature file."""

import numpy as np

from vconv.audio import loudness, wav, world
from vconv.features import content, schema
from vconv.features.acoustic import mel_cepstra
from vconv.features.schema import TYPES, Frames


def analyze(y, settings, f0_range_hz):
    """Return the arrays that a feature file with `settings` holds of a signal.

    Parameters
    ----------
    y : ndarray [samples], float64
        At the sample rate of the settings.
    settings : dict
        Those of the feature file; `contents` lists what to compute.
    f0_range_hz : (floor, ceiling)
        Not used if only the wave is stored.

    Returns
    -------
    arrays : dict
        Name → array, as in `schema.array_types`.

    Raises
    ------
    VconvError
        The signal cannot be analyzed, as in `world.analyze`.
    ValueError
        A feature is not finite or out of range.
    """
    contents, arrays = settings["contents"], {}
    if needs_world(contents):
        frames = analyze_frames(y, settings, f0_range_hz)
        if "frames" in contents:
            arrays |= frames.arrays()
        if "copy_synthesis" in contents:
            arrays["copy_synthesis"] = copy_synthesis(frames, y, settings)
    if "wave" in contents:
        arrays["wave"] = wav.to_int16(y)
    return arrays


def needs_world(contents):
    """Return whether `contents` need WORLD's analysis, that is, more than the recordings' waves."""
    return bool({"frames", "copy_synthesis"} & set(contents))


def analyze_frames(y, settings, f0_range_hz):
    """Return the `Frames` of a signal [samples] in the types of the feature file; errors as of `analyze`.

    They are those of the signal at the reference level, so they do not depend on the level of the recording.
    """
    rate = settings["sample_rate"]
    y, _ = loudness.to_reference_level(y, rate)
    analysis = world.analyze(y, rate, *f0_range_hz, settings["f0_method"], settings["frame_period_ms"])
    exact = to_frames(y, analysis, rate, content.encoder_of(settings))
    with np.errstate(over="ignore"):  # schema.check refuses infinite values
        frames = Frames(**{name: array.astype(TYPES[name]) for name, array in exact.arrays().items()})
    schema.check(frames)
    return frames


def to_frames(y, analysis, rate, encoder):
    """Return the `Frames`, float64, of a signal.

    Parameters
    ----------
    y : ndarray [samples]
    analysis : world.Analysis
        Of the signal.
    rate : int
        In Hz.
    encoder : vconv.features.content.interface.ContentEncoder
    """
    log_spectrum, energy = world.normalize_energy(analysis.spectrum)
    aperiodicity = world.code_aperiodicity(analysis.aperiodicity, rate)
    cepstra = mel_cepstra(log_spectrum, energy, rate)
    frames = Frames(log_spectrum, energy, analysis.f0_hz, aperiodicity, cepstra)
    return frames._replace(content=encoder.extract(y, rate, frames))


def copy_synthesis(frames, recording, settings):
    """Return the signal that WORLD synthesizes from stored `Frames`, int16, as long and as loud as the recording."""
    rate, samples = settings["sample_rate"], len(recording)
    y = world.synthesize(
        frames.f0_hz,
        world.restore_energy(frames.spectrum, frames.energy),
        world.decode_aperiodicity(frames.aperiodicity, rate),
        rate,
        settings["frame_period_ms"],
    )
    y = np.pad(y[:samples], (0, max(0, samples - len(y))))
    return wav.to_int16(loudness.match_level(y, recording, rate))
