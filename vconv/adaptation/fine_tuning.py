"""Fine-tuning: the network of a voice is trained further for a new speaker, who then has a separate network.

The network of the other speakers stays as it is, so that the voice converts to them as before.
"""

import json

from vconv.common.extras import needed_for


def load_training():
    """Import what fine-tuning needs, or raise a VconvError that names the extra `train`."""
    with needed_for("--fine-tune"):
        from vconv.layers.tensorflow_start import load_tensorflow

        load_tensorflow()
        from vconv.onnx_graph import network  # noqa: F401


def fine_tune(voice, known, embedding, examples):
    """Return the network of a new speaker, bytes of an ONNX model.

    Parameters
    ----------
    voice : vconv.voices.voice_file.VoiceFile
        Of the model `matched`.
    known : ndarray [S, E], float32
        Embeddings of the speakers of the training.
    embedding : ndarray [E], float32
        Of the new speaker.
    examples : vconv.adaptation.examples.SpeakerExamples
        Of the new speaker.

    Raises
    ------
    VconvError
        The extra `train` is not installed.
    """
    load_training()
    from vconv.models import matched
    from vconv.onnx_graph.network import to_onnx
    from vconv.onnx_graph.weights import load_weights
    from vconv.training import fine_tuning

    recorded, of_codebook = (examples.segments(new) for new in (True, False))
    network = matched.converter(*(array.shape[-1] for array in recorded[:2]), voice.model_settings()["network"])
    load_weights(network, voice.network_content())
    fine_tuning.fine_tune(network, embedding, recorded, of_codebook, known, examples.content_rule())
    return to_onnx(network, {"speaker_embeddings": json.dumps([embedding.tolist()])}).SerializeToString()
