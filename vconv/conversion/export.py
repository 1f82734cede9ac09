"""Export of a vocoder's generator: mel spectrogram in dB float32 [1, T, mels] → signal float32 [T · hop]."""

import os
import tempfile
from pathlib import Path

import tensorflow as tf

from vconv.common import files
from vconv.common.errors import VconvError
from vconv.conversion.vocoders import MelGANVocoder
from vconv.training import tensorflow_files


def export(run, kind, output):
    """Write the generator of the run folder `run`, with constant weights and without weight normalization.

    Parameters
    ----------
    run : str or Path
    kind : {"saved-model", "tflite"}
    output : str or Path
        For a SavedModel a new folder; its signature `serving_default` has the input `mel` and the output `wave`. For
        TensorFlow Lite a file; its input can be resized to any number of frames.

    Raises
    ------
    VconvError
        The run holds no vocoder, the folder exists already, or the output cannot be written.
    """
    vocoder = MelGANVocoder.load(run)
    mels = vocoder.mel.settings.mels

    @tf.function(input_signature=[tf.TensorSpec((1, None, mels), tf.float32, name="mel")])
    def wave_of(mel):
        return {"wave": vocoder.generator(mel)[0, :, 0]}

    module = tf.Module()
    module.wave_of = wave_of
    if kind == "tflite":
        converter = tf.lite.TFLiteConverter.from_concrete_functions([wave_of.get_concrete_function()], module)
        exported = converter.convert()
        files.write(output, lambda temporary: temporary.write_bytes(exported))
        return
    if Path(output).exists():
        raise VconvError(f"{output}: exists already; choose another --output")
    with tensorflow_files.writing(output):
        Path(output).parent.mkdir(parents=True, exist_ok=True)
        # The folder appears when it is complete.
        with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=Path(output).parent) as temporary:
            tf.saved_model.save(module, f"{temporary}/model", signatures=wave_of)
            os.rename(f"{temporary}/model", output)
