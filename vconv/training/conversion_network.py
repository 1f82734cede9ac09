"""RUN/network.onnx: the network that converts, written from the newest checkpoint, so that TensorFlow is not needed.

Its metadata are texts:

- format, version: "vconv network" and the version of this format
- model: the name of the model
- epochs: the number of epochs of the checkpoint
- speakers, speaker_embeddings: names and embeddings [S, E] of the speakers, as JSON
"""

import contextlib
import json

import numpy as np

from vconv.common import files
from vconv.common.errors import VconvError
from vconv.common.extras import needed_for
from vconv.spectral_conversion.network import Network

NAME = "network.onnx"
FORMAT, VERSION = "vconv network", "1"


def load(folder):
    """Return the `Network` of the newest checkpoint of a run, from its network.onnx.

    A file that is missing, damaged or of an older checkpoint is written first, for which TensorFlow is imported. If the
    folder cannot be written, the network is used without being stored.

    Parameters
    ----------
    folder : vconv.training.run_folder.RunFolder
        Of a model that converts recordings.

    Returns
    -------
    network : vconv.spectral_conversion.network.Network

    Raises
    ------
    VconvError
        The model converts no recordings, there is neither a network.onnx nor a checkpoint, the checkpoint is damaged,
        or TensorFlow is not installed.
    """
    return _current(folder)[1]


def content(folder):
    """Return network.onnx of the newest checkpoint of a run as bytes; parameters and errors as of `load`."""
    return _current(folder)[0]


def save(folder, model):
    """Write network.onnx of a trained model, whose weights are those of the newest checkpoint or their averages.

    Raises
    ------
    VconvError
        The file cannot be written, or a layer of the model has no ONNX operator.
    """
    with model.averaged():
        _write(folder, to_onnx(model, *_facts(folder)))


def to_onnx(model, name, speakers, epochs):
    """Return the network of a model as an ONNX model, bytes, with the metadata above.

    Parameters
    ----------
    model : keras.Model
        With a method `conversion_network` and a network `speaker_embedding`.
    name : str
        Of the model.
    speakers : sequence of str
    epochs : int
    """
    from vconv.layers.speaker import table_of
    from vconv.onnx_graph.network import to_onnx

    metadata = {
        "format": FORMAT,
        "version": VERSION,
        "model": name,
        "epochs": str(epochs),
        "speakers": json.dumps(list(speakers), ensure_ascii=False),
        "speaker_embeddings": json.dumps(as_list(table_of(model.speaker_embedding))),
    }
    return to_onnx(model.conversion_network(), metadata).SerializeToString()


def as_list(array):
    """Return an array as nested lists of the shortest numbers that give the same float32."""
    if np.ndim(array):
        return [as_list(row) for row in array]
    return float(str(np.float32(array)))


def _from_checkpoint(folder):
    """Return the content of network.onnx, from the newest checkpoint."""
    facts = _facts(folder)
    folder.newest_checkpoint()  # or an error, before TensorFlow takes seconds to load
    with needed_for(f"{folder.path}: has no {NAME} of its newest checkpoint yet, and writing it"):
        from vconv.layers.tensorflow_start import load_tensorflow

        load_tensorflow()
        model = folder.build_model()
        folder.load_checkpoint(model)
        return to_onnx(model, *facts)


def _facts(folder):
    """Return the model's name, the speakers and the epochs of the newest checkpoint of a run."""
    speakers = folder.statistics().speakers
    return folder.settings()["model"], speakers, folder.epochs_done()


def _current(folder):
    """Return the content of network.onnx of the newest checkpoint, stored if it was not, and its `Network`."""
    if found := _stored(folder):
        return found
    content = _from_checkpoint(folder)
    with contextlib.suppress(VconvError):
        _write(folder, content)
    return content, Network(content)


def _stored(folder):
    """Return content and `Network` of network.onnx; None if it is missing, damaged or not of the newest checkpoint."""
    try:
        content = (folder.path / NAME).read_bytes()
        network = Network(content)
    except (OSError, VconvError):
        return None
    found = tuple(network.metadata.get(key) for key in ("format", "version"))
    newest = folder.epochs_done() or None  # without checkpoints, the network is all that the run holds
    if found != (FORMAT, VERSION) or newest not in (None, int(network.metadata["epochs"])):
        return None
    return content, network


def _write(folder, content):
    files.write(folder.path / NAME, lambda temporary: temporary.write_bytes(content))
