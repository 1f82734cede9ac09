"""What a kind of training data offers; training, run folders and commands know no more of it than this."""

from vconv.common.errors import VconvError


class TrainingData:
    """Base class of the kinds: the training and validation examples of one feature file for one model.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    settings : dict
        The model's.
    statistics : vconv.features.statistics.Statistics or None
        The store's, for a kind with `uses_statistics`.
    **inputs : object
        What `open_inputs` returns.

    Attributes
    ----------
    unit : str
        What an example is; the setting `training.<unit>_per_epoch` counts them.
    contents : tuple of str
        What the feature file must hold.
    uses_statistics : bool
        Whether the models know speakers, and run folders keep statistics.
    preparation : str or None
        The command that prepares the data beside the feature file.
    counted : str
        What `vconv info` gives the multiply-adds of.
    purpose : str
        What a model of this kind is for, where it does not convert recordings.
    facts : dict
        Plain values that the run's settings record, under `data`.
    transforms : ndarray or None
        Affine transforms between speakers, [target, source, 25, 24], that the run folder keeps beside the statistics.
    training, validation : object
        The two splits, with `epochs(first, steps, rows)`.
    """

    unit: str
    contents = ("frames",)
    uses_statistics = True
    preparation = None
    counted = "frame"
    purpose = ""
    facts: dict = {}
    transforms = None

    @staticmethod
    def open_inputs(store, frame_pairs=None):
        """Return the files beyond the feature file that the data are made of, as keyword arguments of the class."""
        return {}

    @staticmethod
    def sizes(bins, speakers, content_size):
        """Return the sizes that a model's `build` takes, by argument name; here none.

        Parameters
        ----------
        bins, speakers, content_size : int
            As of `vconv.features.statistics.Statistics.dimensions`.
        """
        return {}

    @classmethod
    def converter(cls, model, statistics, settings, transforms=None):
        """Return what converts an utterance's spectrum with the trained `model` (`vconv.spectral_conversion`).

        Parameters
        ----------
        model : keras.Model
        statistics : vconv.features.statistics.Statistics
        settings : dict
            The model's.
        transforms : ndarray or None
            Those of the run folder.

        Raises
        ------
        VconvError
            Models of this kind convert no recordings.
        """
        raise VconvError(f"a model trained on {cls.unit} converts no recordings; it is {cls.purpose}")

    def prepare(self, model):
        """Give a new model what it needs of the data beside the batches."""

    def batches(self, first, steps, rows):
        """Return an endless tf.data.Dataset of the batches of epoch `first` and those that follow."""
        return self.training.epochs(first, steps, rows)

    def validation_batches(self):
        """Return a tf.data.Dataset of the validation batches, always the same ones."""
        raise NotImplementedError

    def pictures(self, writer, folder):
        """Return the Keras callback that shows after each epoch, in TensorBoard or the run folder, what was learned."""
        raise NotImplementedError
