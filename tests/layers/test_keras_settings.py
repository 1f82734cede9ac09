import keras
import pytest

from vconv import models
from vconv.common.errors import VconvError
from vconv.generation.patch_classifier import PatchClassifier


@pytest.mark.parametrize(
    "name, value, sentence",
    [
        ("backend", "torch", "Keras has the backend torch, but vconv needs tensorflow"),
        ("image_data_format", "channels_first", "Keras has the image data format channels_first"),
        ("floatx", "float16", "Keras has the floatx float16"),
    ],
)
def test_networks_are_refused_when_keras_has_other_settings(monkeypatch, name, value, sentence):
    monkeypatch.setattr(keras.config, name, lambda: value)
    for build in (
        lambda: models.build("convvae", models.settings("convvae"), bins=27, speakers=2),
        lambda: PatchClassifier((8, 8, 1), ["a", "b"], 0, 1),
    ):
        with pytest.raises(VconvError, match=f"{sentence}.*; import vconv before Keras"):
            build()


def test_a_policy_of_mixed_precision_is_refused():
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        with pytest.raises(VconvError, match="dtype policy mixed_bfloat16, but vconv needs float32"):
            models.build("convvae", models.settings("convvae"), bins=27, speakers=2)
    finally:
        keras.config.set_dtype_policy(before)
