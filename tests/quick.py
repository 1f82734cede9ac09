"""Context managers that make small trainings fast: no graphs, no pictures."""

from contextlib import contextmanager
from unittest import mock


@contextmanager
def eager():
    """Run TensorFlow eagerly: to build the graph of a training takes longer than its few steps."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


@contextmanager
def blank_plots():
    """Draw empty pictures in place of the spectrograms and curves of a training."""
    from matplotlib.figure import Figure

    from vconv.common import plots

    def blank(*_):
        return Figure((1, 1))

    with mock.patch.multiple(plots, spectrograms=blank, training_curves=blank):
        yield
