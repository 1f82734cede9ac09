"""A small classifier of spectrogram patches. The measures of generated patches use its features and probabilities."""

import keras
import numpy as np
import tensorflow as tf

from vconv.common import hdf5
from vconv.common.errors import VconvError
from vconv.layers import keras_settings

KIND, VERSION = "vconv patch classifier", 2
REMEDY = "train the classifier again, from labels"
FEATURES = 64
CHANNELS = (16, 32, 64)
LARGEST = 64  # larger sides are first reduced by average pooling to less than twice this size
GRID = 4  # side of the input of the dense layer; it keeps coarse positions within the patch
SLOPE = 0.2
DROPOUT = 0.3
STEPS, BATCH = 600, 64
LEARNING_RATE = 1e-3
HELD_OUT = 0.1  # share of the patches that measure the accuracy
FEWEST = 10  # patches of a class


class PatchClassifier:
    """Classifier of patches; `fit` trains one, `load` reads one from a file.

    Attributes
    ----------
    shape : tuple
        (height, width, channels) of a patch.
    classes : list of str or int
    accuracy : float
        Share of the held-out patches that are classified correctly.
    """

    def __init__(self, shape, classes, mean, std, seed=0):
        self.shape, self.classes = tuple(shape), list(classes)
        self.mean, self.std = float(mean), float(std)
        self.accuracy = None
        keras_settings.check()
        self._network = _network(self.shape, len(self.classes), self.mean, self.std, seed)

    @classmethod
    def fit(cls, patches, labels, seed=0):
        """Train a classifier by 600 steps of 64 patches. The same seed gives the same classifier.

        Parameters
        ----------
        patches : ndarray [n, height, width, channels]
            Of any range; the network normalizes them by mean and std over all values.
        labels : ndarray [n]
            Whole numbers or texts.
        seed : int

        Raises
        ------
        VconvError
            Labels are missing, of one class only, or too few of a class.
        """
        classes, numbers = _checked(patches, labels)
        # With TensorFlow's graph optimizer the last bits of a training step would differ from run to run.
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(patches))
        held_out, training = np.split(order, [max(int(HELD_OUT * len(order)), 1)])
        values = patches[training]
        classifier = cls(patches.shape[1:], classes, values.mean(), max(values.std(), 1e-6), seed)
        passes = -(-STEPS * BATCH // len(training))
        drawn = np.concatenate([rng.permutation(training) for _ in range(passes)])[: STEPS * BATCH]
        classifier._train(np.asarray(patches, np.float32), numbers, drawn.reshape(STEPS, BATCH))
        found = classifier.probabilities(patches[held_out]).argmax(axis=1)
        classifier.accuracy = float(np.mean(found == numbers[held_out]))
        return classifier

    def features(self, patches):
        """Return the output of the last hidden layer for `patches` [n, height, width, channels]: float32 [n, 64].

        Raises
        ------
        VconvError
            The patches have another shape.
        """
        return self.describe(patches)[0]

    def probabilities(self, patches):
        """Return the class probabilities, float32 [n, classes]; errors as `features`."""
        return self.describe(patches)[1]

    def describe(self, patches):
        """Return (features, probabilities) of patches; errors as `features`."""
        if patches.shape[1:] != self.shape:
            raise VconvError(
                f"the classifier takes patches of shape {list(self.shape)}, found "
                f"{list(patches.shape[1:])}; give such patches, or train a classifier on these"
            )
        found = [
            self._network(np.asarray(patches[first : first + BATCH], np.float32), training=False)
            for first in range(0, len(patches), BATCH)
        ]
        return tuple(np.concatenate([np.asarray(part) for part in parts]) for parts in zip(*found, strict=True))

    def save(self, path):
        """Write weights and settings to one HDF5 file; an interrupted call leaves no file."""
        settings = {
            "shape": self.shape,
            "classes": self.classes,
            "mean": self.mean,
            "std": self.std,
            "accuracy": self.accuracy,
        }
        weights = {f"weights/{number}": values for number, values in enumerate(self._network.get_weights())}
        hdf5.write(path, KIND, VERSION, {"settings": hdf5.to_json(settings)}, weights)

    @classmethod
    def load(cls, path):
        """Read a classifier from a file that `save` wrote.

        Raises
        ------
        VconvError
            The file is missing, damaged, or not a classifier.
        """
        with hdf5.open_file(path, KIND, VERSION, REMEDY) as file:
            settings, weights = file.json("settings"), file.arrays("weights")
        accuracy = settings.pop("accuracy")
        classifier = cls(**settings)
        with hdf5.damaged(path, REMEDY):
            classifier._network.set_weights(weights)  # ValueError if their shapes are others
        classifier.accuracy = accuracy
        return classifier

    def _train(self, patches, numbers, batches):
        """Train one step on each batch; `batches` int [steps, BATCH] are indices into `patches`."""
        schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, len(batches))
        model = keras.Model(self._network.inputs, self._network.outputs[1])
        model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy", jit_compile=False)
        data = tf.data.Dataset.from_generator(
            lambda: ((patches[rows], numbers[rows]) for rows in batches),
            output_signature=(tf.TensorSpec((None, *self.shape), tf.float32), tf.TensorSpec((None,), tf.int32)),
        )
        model.fit(data, steps_per_epoch=len(batches), shuffle=False, verbose=0)


def _network(shape, classes, mean, std, seed):
    """Return the network, patch → (features, probabilities)."""
    seeds = iter(np.random.default_rng(seed).integers(2**31, size=len(CHANNELS) + 3).tolist())
    height, width, _ = shape
    patch = keras.Input(shape, name="patch")
    x = keras.layers.Rescaling(1 / std, -mean / std)(patch)
    x = keras.layers.AveragePooling2D((max(height // LARGEST, 1), max(width // LARGEST, 1)))(x)
    for channels in CHANNELS:
        x = keras.layers.Conv2D(
            channels, 3, strides=2, padding="same", kernel_initializer=keras.initializers.HeNormal(next(seeds))
        )(x)
        x = keras.layers.LeakyReLU(SLOPE)(x)
    x = keras.layers.AveragePooling2D(tuple(-(-side // GRID) for side in x.shape[1:3]), padding="same")(x)
    x = keras.layers.Dropout(DROPOUT, seed=next(seeds))(keras.layers.Flatten()(x))
    x = keras.layers.Dense(FEATURES, kernel_initializer=keras.initializers.HeNormal(next(seeds)))(x)
    features = keras.layers.LeakyReLU(SLOPE, name="features")(x)
    probabilities = keras.layers.Dense(
        classes, "softmax", name="probabilities", kernel_initializer=keras.initializers.GlorotUniform(next(seeds))
    )(features)
    return keras.Model(patch, [features, probabilities], name="patch_classifier")


def _checked(patches, labels):
    """Return (classes, class index int32 [n] of each patch), or raise a VconvError for unusable labels."""
    if labels is None:
        raise VconvError("labels are missing; a classifier needs a class for each patch")
    labels = np.asarray(labels)
    if labels.shape != (len(patches),):
        raise VconvError(
            f"there are labels of shape {list(labels.shape)} for {len(patches)} patches; give one for each patch"
        )
    classes, numbers, counts = np.unique(labels, return_inverse=True, return_counts=True)
    if len(classes) < 2:
        raise VconvError(
            f"all labels are {classes[0]!s}, and a classifier needs two classes or more; give patches of "
            "several speakers or classes, or leave the labels out"
        )
    if counts.min() < FEWEST:
        raise VconvError(
            f"class {classes[counts.argmin()]!s} has {counts.min()} patches, and a classifier needs "
            f"{FEWEST} of each; give more, or leave the class out"
        )
    return classes.tolist(), numbers.astype(np.int32)
