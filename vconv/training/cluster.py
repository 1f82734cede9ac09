"""The workers of a training on several machines, from the variable TF_CONFIG as TensorFlow documents it."""

import json
import os
from typing import NamedTuple

from vconv.common.errors import VconvError

VARIABLE = "TF_CONFIG"
EXAMPLE = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'


class Cluster(NamedTuple):
    """Addresses "host:port" of all workers, the chief first, and the number of this process's own."""

    addresses: tuple
    index: int

    @property
    def address(self):
        """The address of this process."""
        return self.addresses[self.index]

    @property
    def is_chief(self):
        """Whether this process writes the run folder."""
        return self.index == 0


def from_environment():
    """Return the `Cluster` of TF_CONFIG; VconvError if the variable is absent or does not describe one."""
    text = os.environ.get(VARIABLE)
    if not text:
        raise VconvError(
            f"--strategy multi-worker: the variable {VARIABLE} is not set; set it on each machine, for example "
            f"{VARIABLE}='{EXAMPLE}'"
        )
    try:
        config = json.loads(text)
        tasks, task = config["cluster"], config["task"]
        chiefs, workers = (_addresses(tasks.get(kind, [])) for kind in ("chief", "worker"))
        offset = {"chief": 0, "worker": len(chiefs)}[task["type"]]
        group = {"chief": chiefs, "worker": workers}[task["type"]]
        known = set(tasks) <= {"chief", "worker"} and len(chiefs) <= 1 and type(task["index"]) is int
        if not known or not 0 <= task["index"] < len(group) or len(set(chiefs + workers)) < len(chiefs + workers):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise VconvError(
            f"--strategy multi-worker: {VARIABLE} is {text[:200]!r}, which does not describe workers with different "
            f"addresses and one of them as this task; write it as {VARIABLE}='{EXAMPLE}'"
        ) from error
    return Cluster(chiefs + workers, offset + task["index"])


def _addresses(texts):
    """Return a list of "host:port" as a tuple; ValueError for anything else."""
    for text in texts:
        host, _, port = text.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError
    return tuple(texts)
