"""Statistics of features, and batches of each kind of training data, against the bandwidths of memory and disk."""

from functools import partial

import numpy as np
import probes
from row import Limit, Row, Work

BATCH_SIZE, STEPS = 64, 10
SEGMENT_FRAMES, SEGMENT_SAMPLES, PATCH_FRAMES = 64, 8192, 28


def statistics(inputs):
    """Return the work of computing the statistics of the training frames."""
    from vconv.features.statistics import compute

    store = inputs.store
    training = [store.read(utterance) for utterance in store.split("training")]
    size = sum(array.nbytes for frames in training for array in frames.arrays().values())
    frames = sum(len(frames.energy) for frames in training)
    return Work(frames, partial(compute, store), limit=_memory(inputs, size))


def reading(inputs):
    """Return the work of reading all frames of a feature file that the system has forgotten."""
    from vconv.features.store import FeatureStore

    path = inputs.folder / "cold features.h5"
    probes.write_through(path, inputs.store.path.read_bytes())

    def run():
        probes.forget(path)
        with FeatureStore(path) as store:
            return sum(np.array(array).nbytes for array in store.frame_arrays.values())

    limit = Limit(probes.disk_read(inputs.quick, inputs.folder), run() / 1e9)
    return Work(sum(utterance.length for utterance in inputs.store.utterances), run, limit=limit)


def frames(inputs):
    """Return the work of the batches of an epoch of frames."""
    from vconv.data.frames import ShuffledFrames

    data = ShuffledFrames(inputs.store, inputs.statistics, "training", 0)
    steps = 2 if inputs.quick else STEPS
    size = steps * sum(array.nbytes for array in data.read(np.zeros(BATCH_SIZE, np.int64)))
    return Work(steps * BATCH_SIZE, lambda: list(data.epoch(0, steps, BATCH_SIZE)), limit=_memory(inputs, size))


def frame_pairs(inputs):
    """Return the work of batches of segments with matched frames."""
    from vconv.data.frame_pairs import FramePairSegments

    data = FramePairSegments(inputs.store, inputs.frame_pairs, inputs.statistics, "training", SEGMENT_FRAMES)
    return _windows(inputs, data, SEGMENT_FRAMES)


def segments(inputs):
    """Return the work of batches of segments of waves with their mel spectrograms."""
    from vconv import models
    from vconv.audio.mel import MelSettings
    from vconv.data.segments import Segments

    mel = MelSettings(**models.settings("melgan_light")["mel"])
    return _windows(inputs, Segments(inputs.store, "training", mel, SEGMENT_SAMPLES), SEGMENT_SAMPLES // mel.hop)


def patches(inputs):
    """Return the work of batches of patches of spectrograms."""
    from vconv import models
    from vconv.data.patches import Patches, image_of

    image = image_of(models.settings("dcgan")["spectrogram"], inputs.store.settings["sample_rate"])
    return _windows(inputs, Patches(inputs.store, "training", image, PATCH_FRAMES), PATCH_FRAMES)


def _windows(inputs, data, length):
    """Return the work of batches of the windows, `length` frames each, of a kind of training data."""
    steps = 2 if inputs.quick else STEPS
    numbers = data.draw(0, steps * BATCH_SIZE).reshape(steps, BATCH_SIZE)
    size = steps * _bytes(data.read(numbers[0]))
    return Work(
        steps * BATCH_SIZE * length, lambda: [data.read(batch) for batch in numbers], limit=_memory(inputs, size)
    )


def _bytes(arrays):
    """Return the bytes of nested tuples of arrays."""
    return sum(map(_bytes, arrays)) if isinstance(arrays, tuple) else arrays.nbytes


def _memory(inputs, size):
    return Limit(probes.memory_copy(inputs.quick), size / 1e9)


ROWS = [
    Row("features-read", "frames of a feature file, cold", "frames", reading),
    Row("statistics", "`vconv statistics`", "frames", statistics),
    Row("batches-frames", "batches of frames", "frames", frames),
    Row("batches-frame-pairs", "batches of segments with matched frames", "frames", frame_pairs),
    Row("batches-segments", "batches of waves with mel spectrograms", "frames", segments),
    Row("batches-patches", "batches of patches of spectrograms", "frames", patches),
]
