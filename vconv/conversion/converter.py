"""Conversion of a recording to another speaker's voice, by a trained model.

The model predicts spectrum and energy (`vconv.spectral_conversion`), log-F0 is converted to the target's statistics,
and aperiodicity does not change (Hsu et al. 2016, arXiv 1610.04019, section 4). The signal is made in one of two ways
(`vconv.conversion.rendering`). In pauses WORLD's may be the recording's own, if the model's settings ask for that.
"""

from pathlib import Path

import numpy as np

from vconv import data, models
from vconv.audio import f0, loudness, world
from vconv.audio.f0_estimation import DEFAULT_METHOD, range_of_speaker
from vconv.audio.resynthesis import resynthesize
from vconv.audio.silence import keep_source_silence
from vconv.common.config import one_of
from vconv.common.names import composed
from vconv.common.threads import one_blas_thread
from vconv.conversion import convert_file, targets
from vconv.conversion.controls import UNCHANGED, Controls
from vconv.conversion.rendering import RENDERERS
from vconv.conversion.utterance import Utterance, signal_of
from vconv.features import content
from vconv.features.acoustic import speech_mask
from vconv.features.analysis import to_frames
from vconv.spectral_conversion.blend import Blend
from vconv.voices import ready

SYNTHESES = tuple(RENDERERS)


class VoiceConverter:
    """A trained model that converts recordings; `VoiceConverter.load(run)` loads one.

    Attributes
    ----------
    speakers : tuple of str
        The target speakers.
    rate : int
        Sample rate of the converted signals, in Hz.
    settings : dict
        The settings of the run, with the complete settings of the model.
    name : str
        Of the model; converted files name it.

    Examples
    --------
    >>> vc = vconv.VoiceConverter.load("vcc2016")  # doctest: +SKIP
    >>> y, rate = vc.convert("me.wav", target="TM3")  # doctest: +SKIP
    """

    def __init__(self, network, statistics, settings, transforms=None, name=None, examples=None):
        model = settings["model"]
        self.name = model if name in (None, model) else f"{model} ({name})"
        self.statistics, self.settings = statistics, settings
        self.speakers, features = statistics.speakers, statistics.settings
        self.rate, self.frame_period_ms = features["sample_rate"], features["frame_period_ms"]
        self.content_encoder = content.encoder_of(features)
        kind = data.kind(models.training_data(model))
        self.spectral = kind.converter(network, statistics, settings["settings"], transforms, examples)

    @classmethod
    def load(cls, run, conversion=None):
        """Load a trained model.

        Parameters
        ----------
        run : str, Path, ConvertingRun or VoiceFile
            A run folder, a voice file, or the name of a ready voice, as in `vconv.voices.ready.open_run`.
        conversion : dict, optional
            Changes of the model's settings of `conversion`, such as {"gv": 0.5}; the stored ones stay as they are.

        Raises
        ------
        VconvError
            There is none of them, the run has no network yet, or a setting is unknown or beyond its limits.
        """
        trained = ready.open_run(run) if isinstance(run, (str, Path)) else run
        stored = trained.settings()
        settings = stored | {"settings": models.with_conversion(stored["model"], trained.model_settings(), conversion)}
        numbers = trained.network(), trained.statistics(), settings, trained.transforms()
        return cls(*numbers, trained.name, trained.examples())

    def convert(self, audio, target, source=None, rate=None, synthesis="world", semitones=0.0, strength=1.0):
        """Convert an utterance to another speaker's voice.

        Parameters
        ----------
        audio : str, Path or ndarray [samples]
            An audio file, or samples: floating-point numbers in [-1, 1], or integers, scaled by their type.
        target : str or dict
            One of `speakers`; or a blend of several, as {"TF1": 0.6, "TM2": 0.4} or "TF1:0.6,TM2:0.4".
        source : str, optional
            The speaker of the recording, one of `speakers`. Left out for an unseen speaker, whose F0 range and
            statistics are estimated from the utterance. One without a voiced frame is converted unvoiced.
        rate : int, optional
            Sample rate of an array, in Hz; that of the model when left out.
        synthesis : {"world", "diff"}
            WORLD's synthesis, or the differential filter on the recording.
        semitones : float
            Shift of the converted pitch, from −24 to 24.
        strength : float
            From 0, the recording's own spectrum and pitch, to 1, the full conversion.

        Returns
        -------
        y : ndarray [samples], float64
        rate : int
            Sample rate of `y`, that of the model, in Hz.

        Raises
        ------
        VconvError
            A speaker or the synthesis is unknown, a weight or control is beyond its limits, or the recording is
            unreadable or shorter than three frames.
        """
        targets.parse(target, self.speakers)
        one_of(synthesis, SYNTHESES, "synthesis")
        controls = Controls(semitones, strength).checked()
        return self.synthesize(self.analyze(audio, source, rate), target, synthesis, controls), self.rate

    def convert_file(
        self, path, output, target, source=None, rate=None, synthesis="world", semitones=0.0, strength=1.0, report=None
    ):
        """Convert an audio file of any length to another file, in bounded memory (`vconv.conversion.blocks`).

        The folder of `output`, whose suffix chooses the format as in `wav.write`, needs room for temporary files: about
        700 MB for each hour at 16 kHz. The file says that it is converted (`vconv.conversion.provenance`).

        Parameters
        ----------
        path, output : str or Path
        rate : int, optional
            Sample rate of `output`, in Hz; that of the model when left out.
        report : callable, optional
            Gets a sentence about each oddity of the recording.
        target, source, synthesis, semitones, strength
            As of `convert`; errors, too. A recording that is converted in blocks must not be silent.
        """
        one_of(synthesis, SYNTHESES, "synthesis")
        name = targets.name_of(targets.parse(target, self.speakers), self.speakers)
        outputs, controls = {name: Path(output)}, Controls(semitones, strength).checked()
        list(convert_file.convert(self, Path(path), outputs, source, rate, synthesis, None, controls, report))

    @one_blas_thread()
    def analyze(self, audio, source=None, rate=None, report=None):
        """Return the `Utterance` of a recording; parameters and errors as of `convert`.

        `report` gets a sentence about each oddity: those of `wav.read`, and that no frame is voiced.
        """
        y, gain = loudness.to_reference_level(signal_of(audio, rate, self.rate, report), self.rate)
        number = None if source is None else self.number_of(source)
        if number is None:
            f0_range_hz = range_of_speaker(y, self.rate, self.frame_period_ms)
        else:
            f0_range_hz = self.statistics.f0_range_hz[number]
        analysis = world.analyze(y, self.rate, *f0_range_hz, self.f0_method_for(number), self.frame_period_ms)
        if report and not analysis.f0_hz.any():
            report(convert_file.UNVOICED)
        log_f0 = self.source_log_f0(number, analysis.f0_hz)
        frames = to_frames(y, analysis, self.rate, self.content_encoder)
        return Utterance(y, gain, analysis, log_f0, self.spectral.encode(frames, number))

    @one_blas_thread()
    def synthesize(self, utterance, target, synthesis="world", controls=UNCHANGED):
        """Return the signal, float64 [samples], of an `Utterance` converted to `target`, as loud as the recording."""
        blend, analysis, spectral = targets.parse(target, self.speakers), utterance.analysis, self.spectral
        spectrum = world.restore_energy(*spectral.predict(utterance.encoded, blend))
        spectrum = controls.spectrum(analysis.spectrum + world.ENERGY_FLOOR, spectrum)
        f0_hz = self.converted_f0(analysis.f0_hz, utterance.log_f0, blend, controls)
        render = RENDERERS[synthesis](utterance.y, analysis, f0_hz, self.rate, self.frame_period_ms)
        y = resynthesize(render, spectrum, f0_hz, self.rate, self.frame_period_ms, spectral.resynthesis_iterations)
        y = loudness.match_level(y, utterance.y, self.rate)
        if synthesis == "world" and spectral.keep_source_silence:
            mask = speech_mask(analysis.spectrum.sum(axis=1))
            y = keep_source_silence(y, utterance.y, mask, self.rate, self.frame_period_ms)
        return y * utterance.gain

    def converted_f0(self, f0_hz, log_f0, blend, controls):
        """Return F0 [T] of a speaker with the `LogF0`, converted to a `Blend` of speakers."""
        if f0_hz.any():
            f0_hz = controls.f0_hz(f0_hz, self.spectral.convert_f0(f0_hz, log_f0, self._log_f0(blend)))
        return np.minimum(f0_hz, self.rate / 2)  # with a much higher F0 WORLD writes beyond its memory

    def source_log_f0(self, number, f0_hz):
        """Return the `LogF0` of a speaker (its number); of an unseen one (None) from F0 [T], None if it is unvoiced."""
        if number is not None:
            return self._log_f0(Blend.of(number))
        return f0.of_unseen_speaker(f0_hz, self.statistics.usual_log_f0_std) if f0_hz.any() else None

    def f0_method_for(self, number):
        """Return the F0 method of the training for one of its speakers (its number); the default for all others."""
        known = self.statistics
        return known.settings["f0_method"] if number in range(known.trained.stop) else DEFAULT_METHOD

    def number_of(self, speaker):
        """Return the number of a speaker in the model."""
        return self.speakers.index(one_of(composed(speaker), self.speakers, "speaker"))

    def _log_f0(self, blend):
        """Return the `LogF0` of a `Blend` of speakers."""
        known = self.statistics
        return f0.LogF0(*map(blend.mean, (known.log_f0_mean, known.log_f0_std, known.log_f0_percentiles)))
