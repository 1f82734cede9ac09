"""Export on a full disk; what is exported is tested with the vocoders (tests/conversion/test_vocoders.py)."""

from types import SimpleNamespace

import pytest
import tensorflow as tf

from vconv.common.errors import VconvError
from vconv.conversion import export


@pytest.fixture
def tone(monkeypatch):
    """A vocoder whose waves are the sums over the bands."""
    vocoder = SimpleNamespace(
        mel=SimpleNamespace(settings=SimpleNamespace(mels=3)),
        generator=lambda mel: tf.reduce_sum(mel, axis=-1, keepdims=True),
    )
    monkeypatch.setattr(export.MelGANVocoder, "load", lambda _: vocoder)


@pytest.mark.usefixtures("tone")
@pytest.mark.parametrize("kind", ["saved-model", "tflite"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(tmp_path, file_limit, kind):
    with file_limit(100), pytest.raises(VconvError) as error:
        export.export("run", kind, tmp_path / "new" / "model")
    assert str(error.value).startswith(f"{tmp_path / 'new' / 'model'}: cannot be written (")
    assert list((tmp_path / "new").iterdir()) == []
