"""What makes small trainings quick: their few steps take less time than graphs, validation and pictures do."""

from contextlib import ExitStack, contextmanager
from unittest import mock

FEW = {"frames": "VALIDATION_FRAMES", "frame_pairs": "VALIDATION_SEGMENTS", "segments": "VALIDATION_SEGMENTS"}
FEW |= {"patches": "VALIDATION_PATCHES"}


@contextmanager
def eager():
    """Run TensorFlow eagerly: the graph of a training takes longer to build than a few steps take."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


@contextmanager
def light_epochs():
    """After an epoch, validate on 8 examples, and draw empty pictures for the spectrograms and training curves."""
    from matplotlib.figure import Figure

    from vconv import data
    from vconv.common import plots

    def blank(*_):
        return Figure((1, 1))

    with ExitStack() as patches:
        patches.enter_context(mock.patch.multiple(plots, spectrograms=blank, training_curves=blank))
        for kind, name in FEW.items():
            data.kind(kind)  # imports the module
            patches.enter_context(mock.patch(f"vconv.data.{kind}.{name}", 8))
        yield
