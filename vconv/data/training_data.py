"""The interface of kinds of training data; training, run folders and commands use nothing else of them."""

from vconv.common.errors import VconvError


class TrainingData:
    """Base class of the kinds: training and validation examples of a feature file for a model.

    Parameters
    ----------
    store : vconv.features.store.FeatureStore
    settings : dict
        Those of the model.
    statistics : vconv.features.statistics.Statistics or None
        Those of the store, for a kind with `uses_statistics`.
    **inputs : object
        The result of `open_inputs`.

    Attributes
    ----------
    unit : str
        Name of the examples, as in the setting `training.<unit>_per_epoch`.
    contents : tuple of str
        What the feature file must hold: "frames", "wave", "copy_synthesis".
    uses_statistics : bool
        Whether the models depend on speakers, so that run folders need statistics.
    preparation : str or None
        The subcommand that prepares further data beside the feature file.
    cost_unit : str
        The unit for which `vconv info` counts multiply-adds.
    purpose : str
        What models of this kind are for, if they do not convert recordings.
    facts : dict
        Plain values that the settings of the run record as `data`.
    transforms : ndarray or None
        Affine transforms between speakers, [target, source, 25, 24], for the run folder.
    training, validation : object
        The two splits, with a method `epochs(first, steps, batch_size)`.
    """

    unit: str
    contents = ("frames",)
    uses_statistics = True
    preparation = None
    cost_unit = "frame"
    purpose = ""
    facts: dict = {}
    transforms = None

    @staticmethod
    def open_inputs(store, frame_pairs=None):
        """Open the files that are needed beside the feature file; return keyword arguments of the class."""
        return {}

    @staticmethod
    def sizes(bins, speakers, content_size):
        """Return the sizes that the `build` of a model takes, by argument name; here none.

        Parameters
        ----------
        bins, speakers, content_size : int
            `vconv.features.statistics.Statistics.dimensions`.
        """
        return {}

    @classmethod
    def converter(cls, network, statistics, settings, transforms=None, examples=None):
        """Return the spectral converter of a trained network (`vconv.spectral_conversion`).

        Parameters
        ----------
        network : vconv.spectral_conversion.network.Network
        statistics : vconv.features.statistics.Statistics
        settings : dict
            Those of the model.
        transforms : ndarray or None
            Those of the run folder.
        examples : vconv.spectral_conversion.example_correction.Examples or None
            Of added speakers.

        Raises
        ------
        VconvError
            Models of this kind convert no recordings.
        """
        raise VconvError(f"a model trained on {cls.unit} converts no recordings; it is {cls.purpose}")

    def prepare(self, model):
        """Set what a new model needs of the data beside the batches; here nothing."""

    def batches(self, first, steps, batch_size):
        """Return an endless tf.data.Dataset of the batches of epoch `first` and all later epochs."""
        return self.training.epochs(first, steps, batch_size)

    def validation_batches(self):
        """Return a tf.data.Dataset of the validation batches, always the same."""
        raise NotImplementedError

    def pictures(self, writer, folder):
        """Return the Keras callback that writes pictures of the model's output to TensorBoard or the run folder."""
        raise NotImplementedError
