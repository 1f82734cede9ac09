"""The settings of Keras that networks need; `common.environment` chooses them, unless Keras was imported before."""

import keras

from vconv.common.errors import VconvError

NEEDED = {"backend": "tensorflow", "floatx": "float32", "dtype policy": "float32", "image data format": "channels_last"}


def check():
    """Raise a VconvError unless Keras has the settings that networks need."""
    found = {
        "backend": keras.config.backend(),
        "floatx": keras.config.floatx(),
        "dtype policy": keras.config.dtype_policy().name,
        "image data format": keras.config.image_data_format(),
    }
    for name, needed in NEEDED.items():
        if found[name] != needed:
            raise VconvError(
                f"Keras has the {name} {found[name]}, but vconv needs {needed}; import vconv before Keras, and leave "
                "these settings of Keras unchanged"
            )
