"""The run folder: one experiment on disk, with all that resuming and conversion need.

- RUN/settings.yaml: the model, its settings, corpus and feature settings, versions
- RUN/statistics.h5: `vconv.features.statistics`, of a model that converts recordings
- RUN/transforms.h5: affine transforms between speakers, of a model trained on frame pairs
- RUN/checkpoints/epoch-0007.weights.h5: weights and optimizer state after 7 epochs; the last two are kept
- RUN/network.onnx: the network that converts, `vconv.training.conversion_network`
- RUN/history.csv: one row for each epoch
- RUN/health.csv: one row for each adversarial epoch, for the warnings of `vconv.training.health`
- RUN/log/: TensorBoard
- RUN/samples/: patches generated after each epoch, of a model that generates from noise
- RUN/.lock: locked by a training in progress
"""

import contextlib
import re
from pathlib import Path

import yaml

from vconv import data, models
from vconv.common import config, files, locks
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.features.statistics import Statistics
from vconv.training import checkpoint, history, transforms

KEPT_CHECKPOINTS = 2


class RunFolder:
    """The run folder `path`; the module's docstring lists its files."""

    def __init__(self, path):
        self.path = Path(path)
        self.log = self.path / "log"
        self._settings, self._statistics = self.path / "settings.yaml", self.path / "statistics.h5"
        self._transforms = self.path / "transforms.h5"
        self._checkpoints = self.path / "checkpoints"
        self.samples = self.path / "samples"

    def exists(self):
        """Return whether the folder holds a run."""
        return self._settings.is_file()

    def create(self, settings, statistics=None, affine_transforms=None):
        """Begin a run; parameters as of `update`. VconvError if the folder holds other files or cannot be written."""
        self._refuse_other_files()
        self.update(settings, statistics, affine_transforms)

    @contextlib.contextmanager
    def locked(self):
        """Lock the folder within the block; unfinished files of killed trainings are removed.

        Raises
        ------
        VconvError
            Another training runs in the folder, or the folder holds other files or cannot be written.
        """
        self._refuse_other_files()
        with locks.locked(self.path, self.path / ".lock", "another training", "choose another --run folder"):
            files.remove_unfinished(self.path)
            files.remove_unfinished(self._checkpoints)
            yield

    def _refuse_other_files(self):
        """Raise a VconvError if the folder holds files, other than hidden ones, and no run."""
        if self.exists() or self._statistics.is_file() or not self.path.exists():
            return  # with statistics alone, a run was killed between its first two files
        if not self.path.is_dir() or any(not path.name.startswith(".") for path in self.path.iterdir()):
            raise VconvError(f"{self.path}: is not empty and holds no vconv run; choose another --run folder")

    def update(self, settings, statistics=None, affine_transforms=None):
        """Write settings, statistics and transforms; the settings last, because they make the folder a run.

        Parameters
        ----------
        settings : dict
            As `settings` returns them.
        statistics : Statistics, optional
        affine_transforms : ndarray [S, S, 25, 24], optional
            Between speakers, [target, source].
        """
        if statistics:
            statistics.save(self._statistics)
        if affine_transforms is not None:
            transforms.save(self._transforms, affine_transforms)
        files.write_text(self._settings, yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))

    def settings(self):
        """Return the run's settings: {"model", "settings", "corpus", "features", "data", "versions"}.

        Raises
        ------
        VconvError
            The folder does not exist or holds no run.
        """
        if not self.exists():
            state = "holds no vconv run (no settings.yaml)" if self.path.exists() else "does not exist"
            raise VconvError(f"{self.path}: {state}; give the folder that `vconv train --run` made")
        settings = config.read_yaml(self._settings)
        kinds = {"model": str, "settings": dict, "corpus": dict, "features": dict, "versions": dict}
        missing = [key for key, kind in kinds.items() if not isinstance(settings.get(key), kind)]
        if missing:
            raise VconvError(
                f"{self._settings}: lacks {', '.join(sorted(missing))}, so `vconv train` has not written it; "
                f"give the folder of a vconv run"
            )
        return settings

    def statistics(self):
        """Return the run's `Statistics`.

        Raises
        ------
        VconvError
            The run's model does not convert recordings, or the file is missing.
        """
        if self.exists() and not self.kind().uses_statistics:
            raise VconvError(
                f"{self.path}: holds a {self.settings()['model']}, {self.kind().purpose}, which converts no "
                f"recordings; give the run of a model that converts recordings"
            )
        return Statistics.load(self._statistics)

    def transforms(self):
        """Return the affine transforms between speakers, float32 [target, source, 25, 24]; None if the run has none."""
        return transforms.load(self._transforms)

    def examples(self):
        """Return None: only a voice file has examples of added speakers (`vconv.adaptation`)."""

    def kind(self):
        """Return the kind of training data (`vconv.data`) of the run's model; errors as of `model_settings`."""
        self.model_settings()
        return data.kind(models.training_data(self.settings()["model"]))

    def model_settings(self):
        """Return the model's settings, with defaults for settings that the run does not have.

        VconvError if this version of vconv does not have the model, or a setting of the run.
        """
        run = self.settings()
        try:
            return models.settings(run["model"], run["settings"])
        except VconvError as error:
            raise VconvError(
                f"{self._settings}: written by vconv {run['versions'].get('vconv')}, but this is "
                f"vconv {__version__} ({error}); use that version, or train again"
            ) from error

    def build_model(self):
        """Return the run's model, compiled, with initial weights; errors as of `model_settings` and `statistics`."""
        kind = self.kind()
        sizes = kind.sizes(**self.statistics().dimensions) if kind.uses_statistics else {}
        return models.build(self.settings()["model"], self.model_settings(), **sizes)

    def epochs_done(self):
        """Return the number of epochs of the newest checkpoint; 0 without a checkpoint."""
        return max(self._saved_epochs(), default=0)

    def save_checkpoint(self, model, epochs):
        """Write weights and optimizer state after so many `epochs`, then remove all but the last two checkpoints."""
        path = self._checkpoint(epochs)
        checkpoint.save(path, model, f"the same command continues after epoch {self.epochs_done()}")
        for epoch in sorted(self._saved_epochs())[:-KEPT_CHECKPOINTS]:
            self._checkpoint(epoch).unlink()

    def newest_checkpoint(self):
        """Return the path of the newest checkpoint; VconvError if there is none yet."""
        path = self._checkpoint(self.epochs_done())
        if not path.is_file():
            raise VconvError(f"{self.path}: holds no checkpoint yet; let `vconv train` finish at least one epoch")
        return path

    def load_checkpoint(self, model, resume=False):
        """Load the newest checkpoint into `model`; without `resume` the model gets its averaged weights, if any.

        Raises
        ------
        VconvError
            There is no checkpoint yet, or it is damaged or of another model.
        """
        checkpoint.load(self.newest_checkpoint(), model)
        if not resume and getattr(model, "average", None):
            model.take_average()

    def history(self, name="history"):
        """Return the rows of the history, or of "health", up to the newest checkpoint; see `history.read`."""
        return history.read(self.path / f"{name}.csv", self.epochs_done())

    def write_history(self, rows, name="history"):
        """Replace the rows of the history, or of "health"; see `history.write`."""
        history.write(self.path / f"{name}.csv", rows)

    def _checkpoint(self, epochs):
        return self._checkpoints / f"epoch-{epochs:04d}.weights.h5"

    def _saved_epochs(self):
        matches = (re.fullmatch(r"epoch-(\d+)\.weights\.h5", path.name) for path in self._checkpoints.glob("*"))
        return [int(match[1]) for match in matches if match]
