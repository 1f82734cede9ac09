"""A voice file: what converting needs of a trained run, facts about it, and perhaps a codebook (docs/files.md)."""

import io
from pathlib import Path

import numpy as np
import yaml

from vconv import models
from vconv.common.config import NOT_YAML
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.features.statistics import ARRAYS, Statistics
from vconv.spectral_conversion.example_correction import Examples
from vconv.voices.container import Container

FORMAT, VERSION = "vconv voice", 1
SUFFIX = ".vconv"
SETTINGS = ("model", "settings", "features", "data", "versions")
KEYS = (*SETTINGS, "card", "speakers", "scores", "fingerprint", "codebook")
FACTS, NETWORK, TRANSFORMS, EMBEDDINGS = "voice.yaml", "network.onnx", "transforms.npy", "embeddings.npy"
EXAMPLES = "examples/{}.npy"
FINE_TUNED = "fine_tuned/{}.onnx"  # by the number of the speaker
ADAPTED = "adapted"  # key of a speaker that was added after the training


class VoiceFile:
    """A voice file, open for reading. Like a `RunFolder` it has what converting needs.

    Parameters
    ----------
    path : str or Path

    Attributes
    ----------
    path : Path
    name : str
    digest : str
        Of the whole content, 32 hexadecimal digits of BLAKE2b.
    facts : dict
        The content of voice.yaml.

    Raises
    ------
    VconvError
        The file is missing, is no voice file, is damaged or of another version.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.name = self.path.stem
        self._container = Container(self.path)
        self.digest = self._container.digest
        try:
            self.facts = yaml.safe_load(self._container.read(FACTS))
            found = self.facts["format"], self.facts["version"]
        except NOT_YAML as error:
            raise self._container.damaged(f"{FACTS} cannot be read") from error
        self._check(found)

    def _check(self, found):
        """Raise a VconvError unless the format and version `found` are these, and the facts are complete."""
        if found != (FORMAT, VERSION):
            raise VconvError(
                f"{self.path}: is version {found[1]} of {found[0]}, this vconv reads version {VERSION} of {FORMAT}; "
                "pack the voice again or use another version of vconv"
            )
        missing = [key for key in KEYS if key not in self.facts]
        if missing:
            raise self._container.damaged(f"{FACTS} lacks {', '.join(missing)}")

    def settings(self):
        """Return the settings of the run, without the corpus: {"model", "settings", "features", "data", "versions"}."""
        return {key: self.facts[key] for key in SETTINGS}

    def model_settings(self):
        """Return the complete settings of the model; VconvError if this version of vconv does not have one."""
        try:
            return models.settings(self.facts["model"], self.facts["settings"])
        except VconvError as error:
            raise VconvError(
                f"{self.path}: packed by vconv {self.facts['versions'].get('vconv')}, but this is vconv {__version__} "
                f"({error}); use that version, or another voice"
            ) from error

    def statistics(self):
        """Return the `Statistics`."""
        return Statistics(
            speakers=tuple(speaker["name"] for speaker in self.facts["speakers"]),
            settings=self.facts["features"],
            fingerprint=self.facts["fingerprint"],
            **{name: self._array(f"statistics/{name}.npy") for name in ARRAYS},
            adapted=sum(ADAPTED in speaker for speaker in self.facts["speakers"]),
        )

    def transforms(self):
        """Return the affine transforms between speakers, float32 [target, source, 25, 24]; None if there are none."""
        return self._array(TRANSFORMS) if TRANSFORMS in self._container else None

    def network_content(self):
        """Return the network as the bytes of an ONNX model, without the embeddings of added speakers."""
        return self._container.read(NETWORK)

    def network(self):
        """Return the `vconv.spectral_conversion.network.Network`, with embeddings and networks of added speakers."""
        from vconv.spectral_conversion.network import Network  # imports ONNX Runtime

        try:
            network = Network(self.network_content())
            network.fine_tuned = {number: Network(content) for number, content in self.fine_tuned().items()}
        except VconvError as error:
            raise VconvError(f"{self.path}: {error}; pack the voice again") from error
        if EMBEDDINGS in self._container:
            network.embeddings = self._array(EMBEDDINGS)
        return network

    def fine_tuned(self):
        """Return {number of an added speaker: network of that speaker alone, bytes of an ONNX model}."""
        names = {number: FINE_TUNED.format(number) for number in range(len(self.facts["speakers"]))}
        return {number: self._container.read(name) for number, name in names.items() if name in self._container}

    def examples(self):
        """Return the `example_correction.Examples` of added speakers; None if there are none."""
        names = [EXAMPLES.format(name) for name in Examples._fields]
        return Examples(*map(self._array, names)) if names[0] in self._container else None

    def codebook(self):
        """Return the `Codebook`; None if the file holds none, VconvError if it is of another version."""
        from vconv.voices import codebook  # converting does without

        if self.facts["codebook"] is None:
            return None
        version = self.facts["codebook"]["version"]
        if version not in codebook.VERSIONS:
            raise VconvError(
                f"{self.path}: has version {version} of the codebook, this vconv reads versions "
                f"{' and '.join(map(str, codebook.VERSIONS))}; pack the voice again"
            )
        return codebook.read(version, lambda name: self._array(f"codebook/{name}.npy"))

    def members(self):
        """Return the content of the file, name → bytes."""
        return {name: self._container.read(name) for name in self._container}

    def __str__(self):
        return f"the voice {self.name} ({self.path}, {self.digest})"

    def _array(self, name):
        """Return an array."""
        content = self._container.read(name)
        try:
            return np.load(io.BytesIO(content), allow_pickle=False)
        except (ValueError, EOFError) as error:
            raise self._container.damaged(f"{name} is no array") from error


def to_npy(array):
    """Return an array as the bytes of a .npy file."""
    content = io.BytesIO()
    np.save(content, np.ascontiguousarray(array), allow_pickle=False)
    return content.getvalue()
