"""Commands give the same bytes with any engine, and in parts that are joined."""

import os
import signal
import threading
import time

import pytest
from calls import vconv_command
from tiny import CORPUS, write_recordings


@pytest.fixture(scope="session")
def corpus(tmp_path_factory):
    """The corpus.yaml of three speakers with three training recordings and one evaluation recording each."""
    folder = tmp_path_factory.mktemp("corpus é")
    write_recordings(folder / "recordings", training=3, evaluation=1)
    (folder / "corpus.yaml").write_text(CORPUS, encoding="utf-8")
    return folder / "corpus.yaml"


@pytest.fixture(scope="session")
def features(corpus):
    """The feature file of the corpus, extracted by processes of this machine."""
    assert vconv_command("extract", f"--corpus={corpus}", "--jobs=1") == 0
    return corpus.parent / "dump" / "features.h5"


@pytest.fixture
def address(cluster):
    return f"dask:{cluster.scheduler_address}"


def kill_a_worker_after(count, folder, pattern, cluster):
    """Kill a worker of the cluster as soon as `folder` holds so many files of a pattern; return the thread."""
    process = cluster.workers[0].pid

    def kill():
        deadline = time.monotonic() + 60
        while len(list(folder.glob(pattern))) < count and time.monotonic() < deadline:
            time.sleep(0.005)
        os.kill(process, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


class TestExtract:
    def extract(self, corpus, output, *options):
        return vconv_command("extract", f"--corpus={corpus}", f"--output={output}", *options)

    def test_parts_that_are_joined_equal_the_whole(self, corpus, features, tmp_path, capsys):
        output = tmp_path / "f.h5"
        for number in 2, 3, 1:
            assert self.extract(corpus, output, "--jobs=1", f"--shard={number}/3") == 0
            assert f"{output}, part {number}/3: 4 recordings analyzed, 0 there already" in capsys.readouterr().out
            assert not output.exists()
        assert self.extract(corpus, output, "--jobs=1") == 0
        assert "0 recordings analyzed, 12 there already, 0 failed" in capsys.readouterr().out
        assert output.read_bytes() == features.read_bytes()
        assert sorted(os.listdir(tmp_path)) == ["f.h5"]

    def test_a_missing_part_is_analyzed_by_the_call_that_joins(self, corpus, features, tmp_path, capsys):
        output = tmp_path / "f.h5"
        assert self.extract(corpus, output, "--jobs=1", "--shard=2/3") == 0
        assert self.extract(corpus, output, "--jobs=1") == 0
        assert "8 recordings analyzed, 4 there already, 0 failed" in capsys.readouterr().out
        assert output.read_bytes() == features.read_bytes()

    def test_a_call_that_fails_keeps_the_parts(self, corpus, features, tmp_path, monkeypatch):
        output = tmp_path / "f.h5"
        assert self.extract(corpus, output, "--jobs=1", "--shard=2/3") == 0
        monkeypatch.setenv("PATH", str(tmp_path))
        assert self.extract(corpus, output, "--engine=slurm") == 2
        assert len(list((tmp_path / "f.h5.parts").glob("*.part"))) == 4

    def test_dask_gives_the_same_bytes_though_a_worker_is_killed(self, corpus, features, tmp_path, cluster, address):
        output = tmp_path / "f.h5"
        killer = kill_a_worker_after(4, tmp_path / "f.h5.parts", "[!.]*.part", cluster)
        assert self.extract(corpus, output, f"--engine={address}") == 0
        killer.join()
        assert output.read_bytes() == features.read_bytes()

    def test_slurm_gives_the_same_bytes_though_a_job_is_killed(self, corpus, features, tmp_path, fake):
        output = tmp_path / "f.h5"
        (fake / "kill-1").touch()
        assert self.extract(corpus, output, "--engine=slurm", "--jobs=2") == 0
        assert output.read_bytes() == features.read_bytes()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--shard=4/3", "--shard 4/3: is not NUMBER/COUNT with a number from 1 to the count; give 2/8, say"),
        ("--engine=cloud", "--engine cloud: is no engine; give local, dask:ADDRESS or slurm, for example "),
        ("--engine=dask:x:1 --jobs=2", "--jobs: a dask cluster uses all of its workers; leave out --jobs, or "),
    ],
)
def test_mistakes_are_one_sentence(corpus, tmp_path, capsys, options, sentence):
    arguments = ["extract", f"--corpus={corpus}", f"--output={tmp_path / 'f.h5'}", *options.split()]
    assert vconv_command(*arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"vconv: {sentence}") and error.count("\n") == 1
    assert not list(tmp_path.iterdir())
