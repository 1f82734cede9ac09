"""The checkpoint callback: checkpoints, history and early stopping."""

import math

import keras
import numpy as np
import tensorflow as tf

from vconv.common.errors import VconvError
from vconv.models.adversarial import AdversarialModel
from vconv.training.health import REMEDIES


class CheckpointCallback(keras.callbacks.Callback):
    """Saves checkpoint, history and TensorBoard scalars after each epoch; refuses a loss that is not finite.

    Parameters
    ----------
    folder : vconv.training.run_folder.RunFolder
    writer : tf.summary.SummaryWriter
    monitored : str
        The term whose validation mean decides which epoch is better.
    early_stopping_patience : int
        Epochs without a better epoch after which training stops; 0: off.
    report : callable
        Takes lines of text for the user.
    """

    def __init__(self, folder, writer, monitored, early_stopping_patience, report):
        super().__init__()
        self.folder = folder
        self.writer = writer
        self.monitored = f"val_{monitored}"
        self.early_stopping_patience = early_stopping_patience
        self.report = report
        self.rows = folder.history()

    def on_epoch_begin(self, epoch, logs=None):
        """Tell the model which epoch begins."""
        self.model.begin_epoch(epoch)

    def on_epoch_end(self, epoch, logs=None):
        """Check and save the epoch."""
        logs = {name: float(value) for name, value in logs.items()}
        not_finite = [name for name, value in logs.items() if not math.isfinite(value)]
        if not_finite:
            remedy = REMEDIES["nan"] if isinstance(self.model, AdversarialModel) else "lower training.learning_rate"
            raise VconvError(
                f"{self.folder.path}: {', '.join(not_finite)} became {logs[not_finite[0]]} in epoch {epoch + 1}; "
                f"{remedy}, and train into a new --run folder; "
                f"the checkpoint of epoch {epoch} is unchanged"
            )
        self.rows.append({"epoch": epoch + 1, **logs})
        # The history is written first, because rows after the newest checkpoint are ignored.
        self.folder.write_history(self.rows)
        self.folder.save_checkpoint(self.model, epoch + 1)
        with self.writer.as_default():
            for name, value in logs.items():
                tf.summary.scalar(name, value, step=epoch + 1)
        self.writer.flush()
        self.model.stop_training = self.stops_early()

    def stops_early(self):
        """Return whether the best epoch is `early_stopping_patience` epochs back, by the history of all epochs."""
        losses = [row[self.monitored] for row in self.rows]
        since_best = len(losses) - 1 - int(np.argmin(losses)) if losses else 0
        if not self.early_stopping_patience or since_best < self.early_stopping_patience:
            return False
        self.report(
            f"{self.folder.path}: no better {self.monitored} for {self.early_stopping_patience} epochs; stopped"
        )
        return True
