"""Replicas: several devices take a training step together, each on an equal part of the batch (`tf.distribute`).

Replica r of N has the r-th of N parts of the rows. The functions let a step compute what one device computes from the
whole batch. With one replica they change nothing.
"""

import tensorflow as tf


def count():
    """Return the number of replicas that take the present step; 1 outside such a step."""
    context = tf.distribute.get_replica_context()
    return context.num_replicas_in_sync if context else 1


def total(x):
    """Return the sum over replicas of a tensor, or of each tensor of a list; all replicas have the same shapes."""
    if count() == 1:
        return x
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, x)


def mean(x):
    """Return the mean over replicas of a tensor that has the same shape on each."""
    return total(x) / count()


def whole(x):
    """Return the rows of the whole batch, [N · n, ...], from those of this replica, [n, ...]."""
    if count() == 1:
        return x
    # A sum of rows that are 0 on all other replicas, because TensorFlow's `all_gather` does not always run eagerly.
    own = tf.one_hot(tf.distribute.get_replica_context().replica_id_in_sync_group, count(), dtype=x.dtype)
    placed = tf.reshape(own, [-1] + [1] * len(x.shape)) * x[None]
    return tf.reshape(total(placed), [-1, *x.shape[1:]])


def part(x, axis=0):
    """Return the rows of this replica, n along `axis`, of a tensor with the N · n rows of the whole batch."""
    if count() == 1:
        return x
    rows = tf.shape(x)[axis] // count()
    first = tf.distribute.get_replica_context().replica_id_in_sync_group * rows
    return tf.gather(x, first + tf.range(rows), axis=axis)


def roll(x, shift):
    """Return the rows [n, ...] of this replica after the rows of the whole batch were rolled by `shift`."""
    return part(tf.roll(whole(x), shift, axis=0))


def assign(variable, value):
    """Assign to a `keras.Variable` a value that is equal on all replicas."""
    if count() == 1:
        variable.assign(value)
        return

    def on_each(strategy, mirrored, values):
        strategy.extended.update(mirrored, lambda copy, new: copy.assign(new), args=(values,), group=False)

    tf.distribute.get_replica_context().merge_call(on_each, args=(variable.value, value))
