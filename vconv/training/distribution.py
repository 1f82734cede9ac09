"""Distribution of one training over several devices of a machine, or over several machines (`tf.distribute`)."""

import contextlib

import tensorflow as tf

from vconv.common.errors import VconvError
from vconv.layers import replicas
from vconv.training import cluster
from vconv.training.run_folder import RunFolder


class OneDevice:
    """A training on one device, which neither divides nor waits.

    Attributes
    ----------
    replicas : int
        Number of devices that take a step together.
    is_chief : bool
        Whether this process writes the run folder.
    """

    replicas, is_chief = 1, True

    def folder(self, path):
        """Return the `RunFolder` of this process."""
        return RunFolder(path)

    def scope(self):
        """Return the context in which the model is built."""
        return contextlib.nullcontext()

    def batches(self, dataset, parts=1):
        """Return the dataset of the batches of this process; `parts` as of `Replicas.batches`."""
        return dataset

    def validation(self, dataset):
        """Return keyword arguments of `keras.Model.fit` for a finite dataset of validation batches."""
        return {"validation_data": dataset}

    def gathered(self, number):
        """Return the numbers that all processes give, and wait for them."""
        return [number]

    def failures(self, path):
        """Return a context that turns the end of another worker into a VconvError; `path` is that of the run folder."""
        return contextlib.nullcontext()


ONE_DEVICE = OneDevice()


class Replicas(OneDevice):
    """A training on all devices of a `tf.distribute.Strategy`; its result is that of one device.

    Parameters
    ----------
    strategy : tf.distribute.Strategy
    is_chief : bool
    """

    def __init__(self, strategy, is_chief=True):
        self.strategy, self.is_chief = strategy, is_chief
        self.replicas = strategy.num_replicas_in_sync

    def folder(self, path):
        """Return the `RunFolder` of the chief, or a `FollowedRunFolder`."""
        return RunFolder(path) if self.is_chief else FollowedRunFolder(path)

    def scope(self):
        """Return the context in which the model is built."""
        return self.strategy.scope()

    def batches(self, dataset, parts=1):
        """Return the distributed dataset that gives each replica its rows of each batch.

        A step may use a batch in `parts` equal parts, one after the other; each replica gets its share of each part.
        Rows at the end of a batch that cannot be shared are left out, and a batch without others, too.
        """
        count = self.replicas

        @tf.autograph.experimental.do_not_convert
        def of_process(context):
            """Return the dataset of one process, with an element for each of its replicas and each batch."""
            local = count // context.num_input_pipelines
            own = range(context.input_pipeline_id * local, (context.input_pipeline_id + 1) * local)

            def of_batch(*batch):
                shares = tf.nest.map_structure(lambda column: _shares(column, parts, count, own), batch)
                return tf.data.Dataset.from_tensor_slices(shares)

            return dataset.filter(lambda *batch: _rows(batch) >= parts * count).flat_map(of_batch)

        return self.strategy.distribute_datasets_from_function(of_process)

    def validation(self, dataset):
        """Return keyword arguments of `keras.Model.fit` for a finite dataset of validation batches.

        VconvError if no batch has a row for each replica.
        """
        steps = sum(int(_rows(batch)) >= self.replicas for batch in dataset)
        if not steps:
            raise VconvError(
                f"the features hold fewer validation examples than the {self.replicas} replicas need; leave out "
                "--strategy, or extract more recordings for the validation"
            )
        # Endless, because the replicas would have to agree on the end of a finite dataset.
        return {"validation_data": self.batches(dataset.repeat()), "validation_steps": steps}

    def gathered(self, number):
        """Return the number of each replica's process, and wait for all processes."""

        def of_process():
            return self.strategy.run(lambda: replicas.whole(tf.constant([number])))

        of_replicas = tf.function(of_process, autograph=False)()
        return self.strategy.experimental_local_results(of_replicas)[0].numpy().tolist()

    @contextlib.contextmanager
    def failures(self, path):
        """Return a context that turns the end of another worker into a VconvError; `path` is that of the run folder."""
        try:
            yield
        except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError) as error:
            raise VconvError(
                f"{path}: another worker has ended, so that this one cannot go on; start all workers again with the "
                "same command, and the training continues after its last epoch"
            ) from error


def _shares(column, parts, count, own):
    """Return the rows of the replicas `own`, [len(own), parts · n, ...], of a column of a batch, [rows, ...].

    Each of `count` replicas gets n rows of each of the `parts` of the batch.
    """
    n, sizes = tf.shape(column)[0] // (parts * count), column.shape[1:]
    split = tf.reshape(column[: n * parts * count], [parts, count, n, *sizes])
    return tf.stack([tf.reshape(split[:, replica], [-1, *sizes]) for replica in own])


def _rows(batch):
    """Return the number of rows of a batch, a scalar tensor."""
    return tf.shape(tf.nest.flatten(batch)[0])[0]


class FollowedRunFolder(RunFolder):
    """The run folder of a worker that is not the chief: it is read, and the chief writes it."""

    def locked(self):
        """Do nothing, because the chief holds the lock."""
        return contextlib.nullcontext()

    def create(self, settings, statistics=None, affine_transforms=None):
        """Raise a VconvError, because the chief has created the folder elsewhere."""
        raise VconvError(
            f"{self.path}: holds no run on this machine, although the first worker has begun it; give a --run folder "
            "that all machines share"
        )

    def update(self, settings, statistics=None, affine_transforms=None):
        """Do nothing."""

    def save_checkpoint(self, model, epochs):
        """Do nothing."""

    def write_history(self, rows, name="history"):
        """Do nothing."""


def mirrored():
    """Return the `Replicas` of all GPUs of this machine; of its logical CPU devices without a GPU.

    Raises
    ------
    VconvError
        TensorFlow finds fewer than two devices.
    """
    kind = "GPU" if tf.config.list_logical_devices("GPU") else "CPU"
    devices = [device.name for device in tf.config.list_logical_devices(kind)]
    if len(devices) < 2:
        raise VconvError(
            f"--strategy mirrored: TensorFlow finds 1 {kind}, and two devices or more are needed; leave out "
            "--strategy, or install a TensorFlow that finds the GPUs (docs/faq.md)"
        )
    return Replicas(tf.distribute.MirroredStrategy(devices))


def multi_worker(workers):
    """Return the `Replicas` of all devices of a `cluster.Cluster`; call it before TensorFlow uses a device.

    It waits until all workers have begun.

    Raises
    ------
    VconvError
        Another program has the address of this worker, or workers do not answer.
    """
    try:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
    except (tf.errors.OpError, RuntimeError) as error:
        raise VconvError(
            f"{cluster.VARIABLE}: worker {workers.index} cannot begin at {workers.address} "
            f"({str(error).splitlines()[0]}); give each worker a free port of its own machine, and start all workers"
        ) from error
    return Replicas(strategy, workers.is_chief)
