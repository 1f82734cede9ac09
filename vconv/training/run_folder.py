"""One experiment on disk: settings, statistics, checkpoints, history; all that resuming and conversion need.

- RUN/settings.yaml: the model, its settings, corpus and feature settings, versions
- RUN/statistics.h5: speakers, spectral range, F0 (vconv.features.statistics), of a model that converts recordings
- RUN/transforms.h5: affine transforms between speakers, of a model trained on frame pairs
- RUN/checkpoints/epoch-0007.weights.h5: weights and optimizer after 7 epochs; the last two are kept
- RUN/history.csv: one row an epoch
- RUN/health.csv: one row an adversarial epoch, for the warnings of `vconv.training.health`
- RUN/log/: TensorBoard
- RUN/samples/: patches generated after each epoch, of a model that makes them from noise
- RUN/.lock: held by the training at work here
"""

import contextlib
import csv
import math
import re
from pathlib import Path

import yaml

from vconv import data, models
from vconv.common import config, files, hdf5
from vconv.common.errors import VconvError
from vconv.common.version import __version__
from vconv.features.statistics import Statistics
from vconv.training import run_lock

KEPT_CHECKPOINTS = 2
TRANSFORMS, TRANSFORMS_VERSION = "vconv transforms", 1


class RunFolder:
    """The run folder `path`; see the module's docstring for what lies in it."""

    def __init__(self, path):
        self.path = Path(path)
        self.log = self.path / "log"
        self._settings, self._statistics = self.path / "settings.yaml", self.path / "statistics.h5"
        self._transforms = self.path / "transforms.h5"
        self._checkpoints = self.path / "checkpoints"
        self.samples = self.path / "samples"

    def exists(self):
        """Whether a training has begun here."""
        return self._settings.is_file()

    def create(self, settings, statistics=None, transforms=None):
        """Begin a run; parameters as of `update`.

        Raises
        ------
        VconvError
            The folder holds other things, or cannot be written.
        """
        self._refuse_foreign()
        self.update(settings, statistics, transforms)

    @contextlib.contextmanager
    def locked(self):
        """Keep other trainings out for the length of the block; what killed ones left unfinished is removed.

        Raises
        ------
        VconvError
            Another training is at work here, or the folder holds other things or cannot be written.
        """
        self._refuse_foreign()
        with run_lock.locked(self.path):
            files.remove_unfinished(self.path)
            files.remove_unfinished(self._checkpoints)
            yield

    def _refuse_foreign(self):
        """Raise a VconvError if the folder holds other things than a run; what is hidden does not count."""
        if self.exists() or self._statistics.is_file() or not self.path.exists():
            return  # statistics alone: a run that was killed between its first two files
        if not self.path.is_dir() or any(not path.name.startswith(".") for path in self.path.iterdir()):
            raise VconvError(f"{self.path}: is not empty and holds no vconv run; choose another --run folder")

    def update(self, settings, statistics=None, transforms=None):
        """Replace what the run was made from; the settings come last, because they make the folder a run.

        Parameters
        ----------
        settings : dict
            As `settings` returns them.
        statistics : Statistics, optional
        transforms : ndarray [S, S, 25, 24], optional
            Affine transforms between speakers, [target, source].
        """
        if statistics:
            statistics.save(self._statistics)
        if transforms is not None:
            hdf5.write(self._transforms, TRANSFORMS, TRANSFORMS_VERSION, {}, {"transforms": transforms})
        files.write_text(self._settings, yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))

    def settings(self):
        """Return the run's settings: {"model", "settings", "corpus", "features", "data", "versions"}.

        Raises
        ------
        VconvError
            There is no such folder, or it is no run.
        """
        if not self.exists():
            state = "holds no vconv run (no settings.yaml)" if self.path.exists() else "does not exist"
            raise VconvError(f"{self.path}: {state}; give the folder that `vconv train --run` made")
        settings = config.read_yaml(self._settings)
        kinds = {"model": str, "settings": dict, "corpus": dict, "features": dict, "versions": dict}
        missing = [key for key, kind in kinds.items() if not isinstance(settings.get(key), kind)]
        if missing:
            raise VconvError(
                f"{self._settings}: lacks {', '.join(sorted(missing))}, so it was not written by "
                f"`vconv train`; give the folder of a vconv run"
            )
        return settings

    def statistics(self):
        """Return the run's `Statistics`.

        Raises
        ------
        VconvError
            The run's model has none, because it converts no recordings, or the file is missing.
        """
        if self.exists() and not self.kind().uses_statistics:
            raise VconvError(
                f"{self.path}: holds a {self.settings()['model']}, {self.kind().purpose}, which converts no "
                f"recordings; give the run of a model that does"
            )
        return Statistics.load(self._statistics)

    def transforms(self):
        """Return the affine transforms between speakers, float32 [target, source, 25, 24]; None if the run has none."""
        if not self._transforms.is_file():
            return None
        with hdf5.open_file(self._transforms, TRANSFORMS, TRANSFORMS_VERSION, "train again") as file:
            return file.array("transforms")

    def kind(self):
        """Return the kind of training data (`vconv.data`) of the run's model."""
        return data.kind(models.training_data(self.settings()["model"]))

    def model_settings(self):
        """Return the model's settings; a key that came after the run has its default.

        Raises
        ------
        VconvError
            This version knows no such model, or no such setting of it.
        """
        run = self.settings()
        try:
            return models.settings(run["model"], run["settings"])
        except VconvError as error:
            raise VconvError(
                f"{self._settings}: was written by vconv {run['versions'].get('vconv')}, and this is "
                f"vconv {__version__} ({error}); use that version, or train again"
            ) from error

    def build_model(self):
        """Return the run's model, compiled, with new weights; errors as of `model_settings` and `statistics`."""
        kind = self.kind()
        sizes = kind.sizes(**self.statistics().dimensions) if kind.uses_statistics else {}
        return models.build(self.settings()["model"], self.model_settings(), **sizes)

    def epochs_done(self):
        """Return the number of epochs of the newest checkpoint; 0 if there is none."""
        return max(self._saved_epochs(), default=0)

    def save_checkpoint(self, model, epochs):
        """Write the weights and optimizer state after so many `epochs`, then drop all but the last two."""
        path = self._checkpoint(epochs)
        remedy = f"make room and run the same command again, it goes on after epoch {self.epochs_done()}"
        files.write(path, model.save_weights, remedy=remedy)
        for epoch in sorted(self._saved_epochs())[:-KEPT_CHECKPOINTS]:
            self._checkpoint(epoch).unlink()

    def load_checkpoint(self, model, resume=False):
        """Load the newest checkpoint into `model`: to use it, averaged weights where there are some; or to `resume`.

        Raises
        ------
        VconvError
            There is none yet, or it is damaged or another model's.
        """
        path = self._checkpoint(self.epochs_done())
        if not path.is_file():
            raise VconvError(f"{self.path}: holds no checkpoint yet; let `vconv train` finish at least one epoch")
        try:
            model.load_weights(path)
        except (OSError, ValueError, KeyError) as error:
            raise VconvError(
                f"{path}: cannot be loaded ({str(error).splitlines()[0]}); delete it to go back to the "
                f"checkpoint before, or train again"
            ) from error
        if not resume and getattr(model, "average", None):
            model.take_average()

    def history(self, name="history"):
        """Return the rows of the history up to the newest checkpoint, each {"epoch": int, name: float}.

        `name` is that of the file; "health" is the other one.
        """
        path = self.path / f"{name}.csv"
        if not path.is_file():
            return []
        with open(path, encoding="utf-8", newline="") as file:
            rows = [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]
        return [row | {"epoch": int(row["epoch"])} for row in rows if row["epoch"] <= self.epochs_done()]

    def write_history(self, rows, name="history"):
        """Replace the history by `rows`, dicts with the keys of the last, "epoch" among them, or some of them."""
        keys = list(rows[-1])
        lines = [",".join(keys), *(",".join(f"{row.get(key, math.nan):.9g}" for key in keys) for row in rows)]
        files.write_text(self.path / f"{name}.csv", "\n".join(lines) + "\n")

    def _checkpoint(self, epochs):
        return self._checkpoints / f"epoch-{epochs:04d}.weights.h5"

    def _saved_epochs(self):
        found = (re.fullmatch(r"epoch-(\d+)\.weights\.h5", path.name) for path in self._checkpoints.glob("*"))
        return [int(match[1]) for match in found if match]
