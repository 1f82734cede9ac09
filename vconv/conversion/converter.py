"""Conversion: a run folder + recordings + a target speaker → the same sentences in the target's voice.

Spectrum and energy go through the model (`spectral_conversion.spectra`), log-F0 is moved to where the target's lies,
aperiodicity stays the source's (Hsu et al. 2016, arXiv 1610.04019, section 4). WORLD makes a new signal of these; or
the recording itself is moved in pitch and filtered by the difference of the spectra (Kobayashi et al. 2014,
"Statistical singing voice conversion with direct waveform modification based on the spectrum differential",
Interspeech), which keeps its natural excitation. In the pauses of what WORLD made a model may keep the recording.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from vconv import models
from vconv.audio import f0, filtering, psola, silence, wav, world
from vconv.audio.resynthesis import refined
from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.features.analysis import to_frames
from vconv.features.cepstra import active
from vconv.spectral_conversion.spectra import KINDS
from vconv.training.run_folder import RunFolder

SYNTHESES = ("world", "diff")
LARGEST_GAIN = 1000.0  # of power, 30 dB either way


class Utterance(NamedTuple):
    """A recording, analyzed for all targets: its samples, WORLD's `Analysis`, its speaker's `LogF0`, and what the
    model's kind of `vconv.spectral_conversion.spectra` heard.
    """

    y: np.ndarray
    analysis: world.Analysis
    log_f0: f0.LogF0
    heard: object


class VoiceConverter:
    """A trained model, ready to convert.

    Attributes
    ----------
    speakers : tuple of str
        The voices it knows.
    rate : int
        Sample rate of its output, in Hz.
    settings : dict
        The run's settings; those of the model complete.

    Examples
    --------
    >>> vc = vconv.VoiceConverter.load("recipes/vcc2016/exp/matched")  # doctest: +SKIP
    >>> y, rate = vc.convert("in.wav", source="SF1", target="TM3")  # doctest: +SKIP
    """

    def __init__(self, model, statistics, settings):
        self.statistics = statistics
        self.settings = settings
        self.speakers = statistics.speakers
        features = statistics.settings
        self.rate, self.frame_period_ms = features["sample_rate"], features["frame_period_ms"]
        self.f0_method = features["f0_method"]
        self.spectra = KINDS[models.training_data(settings["model"])](model, statistics, settings["settings"])

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
        return cls(model, folder.statistics(), settings)

    def convert(self, audio, target, source=None, rate=None, synthesis="world"):
        """Say an utterance in another voice.

        Parameters
        ----------
        audio : str, Path or ndarray [samples]
            A recording, or its samples in [-1, 1].
        target : str
            One of `speakers`.
        source : str, optional
            Who speaks, one of `speakers`. Left out for a voice the model never heard: its pitch is then measured in the
            utterance.
        rate : int, optional
            Sample rate of an array, in Hz; the model's own when left out.
        synthesis : {"world", "diff"}
            A new signal by WORLD, or the recording itself, moved in pitch and filtered.

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
        return self.resynthesize(self.analyze(audio, source, rate), target, synthesis), self.rate

    def analyze(self, audio, source=None, rate=None):
        """Return the `Utterance` that a recording holds; arguments as for `convert`."""
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
        return Utterance(y, analysis, log_f0, self.spectra.hear(to_frames(analysis, self.rate), number))

    def resynthesize(self, utterance, target, synthesis="world"):
        """Return the signal [samples] of what `analyze` returned, in the voice of `target`; see `convert`."""
        number, analysis = self._number(target), utterance.analysis
        spectrum = world.restore_energy(*self.spectra.say(utterance.heard, number))
        f0_hz = self.spectra.convert_f0(analysis.f0_hz, utterance.log_f0, self._log_f0(number))
        f0_hz = np.minimum(f0_hz, self.rate / 2)  # far above it WORLD writes beyond its memory
        render = (self._diff if synthesis == "diff" else self._world)(utterance, f0_hz)
        y = refined(render, spectrum, f0_hz, self.rate, self.frame_period_ms, self.spectra.resynthesis_iterations)
        if synthesis == "world" and self.spectra.keep_source_silence:
            spoken = active(analysis.spectrum.sum(axis=1))
            y = silence.put_back(y, utterance.y, spoken, self.rate, self.frame_period_ms)
        return y

    def _world(self, utterance, f0_hz):
        """Return what makes a new signal of a power spectrum [T, K]."""
        return lambda spectrum: world.synthesize(
            f0_hz, spectrum, utterance.analysis.aperiodicity, self.rate, self.frame_period_ms
        )

    def _diff(self, utterance, f0_hz):
        """Return what gives the recording itself, moved in pitch, a power spectrum [T, K]."""
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
        found, percentiles = self.statistics, self.statistics.log_f0_percentiles
        return f0.LogF0(
            found.log_f0_mean[number],
            found.log_f0_std[number],
            None if percentiles is None else percentiles[number],
        )

    def _signal(self, audio, rate):
        """Return the samples of a path or an array at the model's rate."""
        if isinstance(audio, (str, Path)):
            return wav.read(audio, self.rate)[0]
        y = np.asarray(audio, np.float64)
        if y.ndim != 1 or not np.isfinite(y).all():
            raise VconvError(f"an array of shape {y.shape} cannot be converted; give finite samples of shape [samples]")
        return wav.resample(y, self.rate if rate is None else rate, self.rate)
