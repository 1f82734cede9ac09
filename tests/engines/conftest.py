"""A dask cluster of two workers of one thread each, in processes that can be killed; doubles of Slurm's commands."""

import os
import sys
from pathlib import Path

import fake_slurm
import pytest

from vconv.engines import slurm


@pytest.fixture(scope="session")
def cluster():
    """A LocalCluster whose workers import vconv and this folder."""
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`: pip install 'vconv[dask]'")
    import dask

    here, quickly = Path(__file__).parent, {"distributed.comm.timeouts.connect": "3s"}
    with dask.config.set(quickly), pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join([str(here), str(here.parents[1]), os.environ.get("PYTHONPATH", "")]))
        patch.setattr(sys, "path", [str(here), *sys.path])
        with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as made:
            yield made


@pytest.fixture
def fake(tmp_path_factory, monkeypatch):
    """Doubles of `sbatch` and `scancel` first on PATH, whose jobs import this folder; the folder of their notes."""
    here = Path(__file__).parent
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(here), str(here.parents[1])]))
    monkeypatch.setattr(slurm, "LATE_S", 0)
    monkeypatch.setattr(slurm, "POLL_S", 0.05)
    return fake_slurm.install(tmp_path_factory.mktemp("slurm"), monkeypatch)
