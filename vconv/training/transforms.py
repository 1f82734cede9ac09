"""The file of affine transforms between speakers, transforms.h5 in a run folder."""

from vconv.common import hdf5

FORMAT, VERSION = "vconv transforms", 1
REMEDY = "train again"


def save(path, transforms):
    """Write affine transforms [target, source, 25, 24] as HDF5, whole or not at all."""
    hdf5.write(path, FORMAT, VERSION, {}, {"transforms": transforms})


def load(path):
    """Return the affine transforms, float32 [target, source, 25, 24], of a file; None if there is no such file."""
    if not path.is_file():
        return None
    with hdf5.open_file(path, FORMAT, VERSION, REMEDY) as file:
        return file.array("transforms")
