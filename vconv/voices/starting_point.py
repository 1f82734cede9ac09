"""The network of a voice as the first weights of a training of few speakers (docs/own_voices.md).

A minute of speech of each speaker is too little to learn which frames of two speakers sound the same. The voice has
learned that from other speakers.
"""

import numpy as np

from vconv.common import config
from vconv.features.normalizers import AcousticNormalizer
from vconv.voices import ready

NONE = "none"  # the setting start.voice that stands for random weights
FEATURES = ("sample_rate", "frame_period_ms", "content_encoder")  # what the network's input and output depend on
REMEDY = f"--set start.voice={NONE} starts from random weights"


def find(settings, changes, statistics):
    """Return from which voice a training starts, and with which changes of the settings.

    Parameters
    ----------
    settings : dict
        Complete settings of a model; those without a section `start` always start from random weights.
    changes : dict
        The user's changes, which `settings` hold.
    statistics : Statistics or None
        Of the corpus.

    Returns
    -------
    start : StartingPoint or None
    changes : dict
        With other defaults of the training if there is a `StartingPoint`.
    sentence : str or None
        For the user, if the settings and the number of speakers ask for a voice.

    Raises
    ------
    VconvError
        There is no such voice, or it cannot be read.
    """
    start = settings.get("start")
    if not start or start["voice"] == NONE or len(statistics.speakers) > start["most_speakers"]:
        return None, changes, None
    voice, count = ready.open_run(start["voice"]), len(statistics.speakers)
    few = f"the corpus has few speakers ({count})"
    if obstacle := _obstacle(voice, settings, statistics):
        return None, changes, f"{few}, but the training starts from random weights, because {obstacle}"
    defaults = {"training": {key: start[key] for key in ("learning_rate", "epochs")}}
    sentence = f"{few}, so the training starts from {voice}; {REMEDY}"
    return StartingPoint(voice, statistics), config.overlay(defaults, changes), sentence


class StartingPoint:
    """The network of a voice, for the speakers of a corpus.

    Parameters
    ----------
    voice : vconv.voices.voice_file.VoiceFile or vconv.voices.ready.ConvertingRun
        Of a `matched` with the same network settings and features.
    statistics : Statistics
        Of the corpus.
    """

    def __init__(self, voice, statistics):
        known = voice.statistics()
        self._content = voice.network_content()
        self._embedding = voice.network().embeddings[known.trained].mean(axis=0)
        self._scale = AcousticNormalizer(known).std / AcousticNormalizer(statistics).std

    def set_weights(self, model):
        """Set the weights of a new `Matched`: it predicts what the voice predicts for the mean of its speakers."""
        from vconv.onnx_graph.weights import load_weights

        load_weights(model.converter, self._content)
        # The output is normalized by the standard deviations of the voice, and has to be by those of the corpus.
        acoustic = model.converter.get_layer("acoustic")
        acoustic.set_weights([weights * self._scale for weights in acoustic.get_weights()])
        (table,) = model.speaker_embedding.get_weights()
        model.speaker_embedding.set_weights([np.tile(self._embedding, (len(table), 1))])


def _obstacle(voice, settings, statistics):
    """Return what keeps the training from starting from a voice; None if nothing does."""
    found, wanted = voice.statistics().settings, statistics.settings
    for key in FEATURES:
        if found[key] != wanted[key]:
            return f"{voice.name} has the {key} {found[key]}, and the features have {wanted[key]}"
    if voice.model_settings()["network"] != settings["network"]:
        return f"the network of {voice.name} has other settings"
    return None
