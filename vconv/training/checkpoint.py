"""Checkpoint files: weights and optimizer state of a model, as Keras stores them in HDF5."""

from vconv.common import files, hdf5
from vconv.common.errors import VconvError

BYTES = 4 * 4  # of each weight, float32, at most: its value, its average, and two moments of the optimizer


def save(path, model, note):
    """Write weights and optimizer state, whole or not at all; `note` ends the message if the file cannot be written."""

    def write_to(temporary):
        hdf5.make_room(temporary, BYTES * model.count_params())
        model.save_weights(temporary)

    files.write(path, write_to, note=note)


def load(path, model):
    """Load weights and optimizer state into `model`; VconvError if the file is unreadable, damaged or another model's.

    Parameters
    ----------
    path : Path
    model : keras.Model
    """
    try:
        model.load_weights(path)
    except (OSError, ValueError, KeyError) as error:
        damage = f"cannot be loaded ({str(error).splitlines()[0]}); delete it to go back to the checkpoint before, or "
        raise VconvError(f"{path}: {hdf5.obstacle(error) or f'{damage}train again'}") from error
