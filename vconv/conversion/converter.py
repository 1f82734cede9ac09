"""Conversion of a recording to another speaker's voice, by a trained run.

Spectrum and energy go through the model (`vconv.spectral_conversion`), log-F0 is converted to the target's statistics,
and aperiodicity stays the source's (Hsu et al. 2016, arXiv 1610.04019, section 4). Two ways lead to a signal: WORLD
synthesizes it, with the recording's own signal in the pauses where the model's settings ask for that; or the recording
is moved in pitch and filtered by the ratio of the spectra (Kobayashi et al. 2014, "Statistical singing voice conversion
with direct waveform modification based on the spectrum differential", Interspeech), which keeps its excitation.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv import data, models
from vconv.audio import f0, filtering, psola, wav, world
from vconv.audio.resynthesis import resynthesize
from vconv.audio.silence import keep_source_silence
from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.features import content
from vconv.features.acoustic import speech_mask
from vconv.features.analysis import to_frames
from vconv.training.run_folder import RunFolder

SYNTHESES = ("world", "diff")
LARGEST_GAIN = 1000.0  # of power, 30 dB either way


class Utterance(NamedTuple):
    """A recording, analyzed once for all targets: samples, WORLD's `Analysis`, the speaker's `LogF0`, encoded features.

    `encoded` is what `encode` of the model's spectral converter returned.
    """

    y: np.ndarray
    analysis: world.Analysis
    log_f0: f0.LogF0
    encoded: object


class VoiceConverter:
    """A trained model, ready to convert.

    Attributes
    ----------
    speakers : tuple of str
        The target speakers.
    rate : int
        Sample rate of its output, in Hz.
    settings : dict
        The run's settings; those of the model complete.

    Examples
    --------
    >>> vc = vconv.VoiceConverter.load("recipes/vcc2016/exp/matched")  # doctest: +SKIP
    >>> y, rate = vc.convert("in.wav", source="SF1", target="TM3")  # doctest: +SKIP
    """

    def __init__(self, model, statistics, settings, transforms=None):
        self.statistics = statistics
        self.settings = settings
        self.speakers = statistics.speakers
        features = statistics.settings
        self.rate, self.frame_period_ms = features["sample_rate"], features["frame_period_ms"]
        self.f0_method = features["f0_method"]
        self._content_encoder = content.encoder_of(features)
        kind = data.kind(models.training_data(settings["model"]))
        self.spectral = kind.converter(model, statistics, settings["settings"], transforms)

    @classmethod
    def load(cls, run):
        """Load the newest checkpoint of the run folder `run`.

        Raises
        ------
        VconvError
            The folder is missing, is no run, or has no checkpoint yet.
        """
        folder = RunFolder(run)
        settings = folder.settings() | {"settings": folder.model_settings()}
        model = folder.build_model()
        folder.load_checkpoint(model)
        return cls(model, folder.statistics(), settings, folder.transforms())

    def convert(self, audio, target, source=None, rate=None, synthesis="world"):
        """Convert an utterance to another speaker's voice.

        Parameters
        ----------
        audio : str, Path or ndarray [samples]
            A recording, or its samples in [-1, 1].
        target : str
            One of `speakers`.
        source : str, optional
            Who speaks, one of `speakers`. Left out for an unseen speaker, whose F0 range and statistics are then
            estimated from the utterance.
        rate : int, optional
            Sample rate of an array, in Hz; the model's own when left out.
        synthesis : {"world", "diff"}
            A signal synthesized by WORLD, or the recording itself, moved in pitch and filtered.

        Returns
        -------
        y : ndarray [samples], float64
        rate : int
            The model's, in Hz.

        Raises
        ------
        VconvError
            An unknown speaker or synthesis, an unreadable or silent recording, or one shorter than three frames.
        """
        one_of(target, self.speakers, "target speaker")
        one_of(synthesis, SYNTHESES, "synthesis")
        return self.synthesize(self.analyze(audio, source, rate), target, synthesis), self.rate

    def analyze(self, audio, source=None, rate=None):
        """Return the `Utterance` of a recording; arguments as for `convert`."""
        y = self._signal(audio, rate)
        number = None if source is None else self._number(source)
        if number is None:
            floor_hz, ceiling_hz = f0.find_range(
                world.estimate_f0(
                    y, self.rate, *f0.WIDE_RANGE_HZ, method=self.f0_method, frame_period_ms=self.frame_period_ms
                )
            )
        else:
            floor_hz, ceiling_hz = self.statistics.f0_range_hz[number]
        analysis = world.analyze(y, self.rate, floor_hz, ceiling_hz, self.f0_method, self.frame_period_ms)
        log_f0 = f0.log_f0_statistics(analysis.f0_hz) if number is None else self._log_f0(number)
        frames = to_frames(y, analysis, self.rate, self._content_encoder)
        return Utterance(y, analysis, log_f0, self.spectral.encode(frames, number))

    def synthesize(self, utterance, target, synthesis="world"):
        """Return the signal [samples] of an `Utterance` in the voice of `target`; see `convert`."""
        number, analysis = self._number(target), utterance.analysis
        spectrum = world.restore_energy(*self.spectral.predict(utterance.encoded, number))
        f0_hz = self.spectral.convert_f0(analysis.f0_hz, utterance.log_f0, self._log_f0(number))
        f0_hz = np.minimum(f0_hz, self.rate / 2)  # far above it WORLD writes beyond its memory
        render = (self._diff if synthesis == "diff" else self._world)(utterance, f0_hz)
        iterations = self.spectral.resynthesis_iterations
        y = resynthesize(render, spectrum, f0_hz, self.rate, self.frame_period_ms, iterations)
        if synthesis == "world" and self.spectral.keep_source_silence:
            mask = speech_mask(analysis.spectrum.sum(axis=1))
            y = keep_source_silence(y, utterance.y, mask, self.rate, self.frame_period_ms)
        return y

    def _world(self, utterance, f0_hz):
        """Return the function power spectrum [T, K] → signal synthesized by WORLD."""
        return lambda spectrum: world.synthesize(
            f0_hz, spectrum, utterance.analysis.aperiodicity, self.rate, self.frame_period_ms
        )

    def _diff(self, utterance, f0_hz):
        """Return the function power spectrum [T, K] → the recording, moved in pitch and filtered to that spectrum."""
        y = psola.move_pitch(utterance.y, utterance.analysis.f0_hz, f0_hz, self.rate, self.frame_period_ms)

        def render(spectrum):
            gain = np.sqrt(np.clip(spectrum / utterance.analysis.spectrum, 1 / LARGEST_GAIN, LARGEST_GAIN))
            return filtering.filter_frames(y, gain, self.rate, self.frame_period_ms)

        return render

    def _number(self, speaker):
        """Return the number the model knows a speaker by."""
        return self.speakers.index(one_of(speaker, self.speakers, "speaker"))

    def _log_f0(self, number):
        """Return the `LogF0` of the speaker of that number."""
        found = self.statistics
        return f0.LogF0(found.log_f0_mean[number], found.log_f0_std[number], found.log_f0_percentiles[number])

    def _signal(self, audio, rate):
        """Return the samples of a path or an array at the model's rate."""
        if isinstance(audio, (str, Path)):
            return wav.read(audio, self.rate)[0]
        y = np.asarray(audio, np.float64)
        if y.ndim != 1 or not np.isfinite(y).all():
            raise VconvError(f"an array of shape {y.shape} cannot be converted; give finite samples of shape [samples]")
        return wav.resample(y, self.rate if rate is None else rate, self.rate)
