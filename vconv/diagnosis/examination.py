"""One recording → its findings, and the summary by which it is compared with others; runs in a worker."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv.audio import decoding, loudness, recording
from vconv.common.errors import reason
from vconv.diagnosis import channels, duplicates, headers, levels, sounds, speakers, spectra, tones, voices
from vconv.diagnosis.findings import NOTE, Finding
from vconv.diagnosis.profile import profile
from vconv.diagnosis.purpose import Purpose

OF_SPECTRA = spectra.hum, spectra.noise, spectra.reverberation, tones.music
ANY = Purpose()


class Summary(NamedTuple):
    """What is kept of a recording.

    Attributes
    ----------
    path : Path
    speaker : str
    rate : int
        In Hz.
    seconds, speech_s : float
        Duration of the whole, and of its speech.
    level_db : float
        Of its speech, relative to full scale.
    f0_counts : ndarray [96], int64
        As of `speakers.f0_counts`.
    voiced_share : float
        Of the speech in the first 24 s; 0 without speech.
    sounds : ndarray [n, 12], float16
        As of `sounds.cepstra`, of the first 24 s.
    fingerprint : ndarray [192]
        As of `duplicates.fingerprint`.
    voice : ndarray [17] or None
        As of `voices.voice_vector`.
    """

    path: Path
    speaker: str
    rate: int
    seconds: float
    speech_s: float
    level_db: float
    f0_counts: np.ndarray
    voiced_share: float
    sounds: np.ndarray
    fingerprint: np.ndarray
    voice: np.ndarray | None


def examine(path, speaker, purpose=ANY):
    """Return the findings and the `Summary` of a recording; the summary of one that cannot be used is None."""
    try:
        findings, summary = _examine(path, speaker, purpose)
    except Exception as error:
        findings, summary = [headers.unreadable(reason(error).removeprefix(f"{path}: "))], None
    return [one._replace(path=path, speaker=speaker) for one in findings if one], summary


def _examine(path, speaker, purpose):
    """Return findings, or None, and `Summary` as `examine` does; errors as of `recording.scan`."""
    scanned = recording.scan(path)
    measured = profile(scanned.blocks(scanned.rate), scanned.rate)
    findings = [headers.wrong_length(path, scanned.samples), headers.mislabeled(path)]
    findings += [*levels.quick(measured.waveform), levels.holes(measured.waveform)]
    findings.append(levels.too_long(measured.waveform, purpose.longest_s))
    if not levels.too_short(measured.waveform):
        findings += [spectra.band_limit(measured, purpose.rate), *(check(measured) for check in OF_SPECTRA)]
    if decoding.format_of(path)[1] > 1:
        findings.append(channels.wrong_channel(*channels.powers(decoding.blocks(path))))
    if scanned.full_scale != 1:
        findings.append(_scaled())
    return findings, summary(path, speaker, measured)


def summary(path, speaker, measured):
    """Return the `Summary` of a recording from its `Profile`."""
    waveform, f0_hz = measured.waveform, measured.f0_hz
    speech = levels.speech(waveform)
    analyzed = speech[: len(f0_hz)]
    return Summary(
        path,
        speaker,
        waveform.rate,
        waveform.seconds,
        speech.sum() * loudness.BLOCK_MS / 1000,
        levels.level_db(waveform),
        speakers.f0_counts(f0_hz),
        float((f0_hz[: len(analyzed)][analyzed] > 0).mean()) if analyzed.any() else 0.0,
        sounds.cepstra(measured.bands[: len(analyzed)], analyzed),
        duplicates.fingerprint(measured.bands),
        voices.voice_vector(measured),
    )


def _scaled():
    """Return the finding of floating-point samples at the scale of 16-bit integers."""
    return Finding(
        "wrong scale",
        NOTE,
        "its samples have the scale of 16-bit integers, though they are floating-point numbers",
        "export it again with 16 bits",
    )
