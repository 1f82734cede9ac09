"""Tasks whose results are shards: those that are there are not done again."""

from tqdm import tqdm


def run(shards, engine, function, tasks, what, unit):
    """Call a function for each task of this process that has no shard.

    Parameters
    ----------
    shards : vconv.engines.shards.Shards
        Locked.
    engine : vconv.engines.engine.PoolEngine or another engine
    function : callable
        Called with the arguments of a task and the absolute path of its shard, which it writes.
    tasks : list of (key, tuple)
        Key of the shard, and arguments. Paths among them are absolute.
    what, unit : str
        Of the progress bar.

    Yields
    ------
    number : int
        Of the task in `tasks`.
    result
        What the function returned; small, because shards hold the rest.
    """
    mine = list(enumerate(tasks))
    if shards.part:
        mine = shards.part.of(mine)
    left = [(number, (*arguments, shards.path(key))) for number, (key, arguments) in mine if not shards.has(key)]
    with tqdm(total=len(mine), initial=len(mine) - len(left), unit=unit, desc=what, disable=None) as bar:
        for index, result in engine.run(function, [call for _, call in left]):
            bar.update()
            yield left[index][0], result
