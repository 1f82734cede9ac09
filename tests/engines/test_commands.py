"""Commands give the same bytes with any engine, and in parts that are joined."""

import os
import shutil
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from calls import vconv_command
from tiny import CORPUS, F0_HZ, write_recordings

from vconv.common.threads import one_thread
from vconv.engines import engine


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


@pytest.fixture(autouse=True)
def threads(monkeypatch):
    """Threads in place of the processes of this machine, which take seconds to start; test_workers.py tests those."""
    monkeypatch.setattr(engine, "worker_pool", ThreadPoolExecutor)
    with one_thread():  # as in those processes
        yield


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


class TestMatch:
    @pytest.fixture(scope="class")
    def whole(self, corpus, features):
        """The bytes of the frame-pair file by threads of this machine."""
        assert self.match(corpus, features, features.with_name("frame_pairs.h5")) == 0
        return features.with_name("frame_pairs.h5").read_bytes()

    def match(self, corpus, features, output, *options):
        return vconv_command("match", f"--corpus={corpus}", f"--features={features}", f"--output={output}", *options)

    def test_parts_that_are_joined_equal_the_whole(self, corpus, features, whole, tmp_path):
        for number in 2, 1:
            assert self.match(corpus, features, tmp_path / "p.h5", f"--shard={number}/2") == 0
            assert not (tmp_path / "p.h5").exists()
        shards = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "p.h5.parts").glob("*.part")}
        assert len(shards) == 3, "one for each pair of speakers"
        assert self.match(corpus, features, tmp_path / "p.h5") == 0
        assert (tmp_path / "p.h5").read_bytes() == whole and os.listdir(tmp_path) == ["p.h5"]

    def test_dask_and_slurm_give_the_same_bytes(self, corpus, features, whole, tmp_path, fake, request):
        for number, name in enumerate([request.getfixturevalue("address"), "slurm"]):
            assert self.match(corpus, features, tmp_path / f"{number}.h5", f"--engine={name}") == 0
            assert (tmp_path / f"{number}.h5").read_bytes() == whole


class TestConvert:
    NAMES = ("t0.wav", "t1.wav", "t2.wav")

    @pytest.fixture(scope="class")
    def whole(self, corpus, tmp_path_factory):
        """Converted files by name, converted in one process."""
        return self.convert(corpus, tmp_path_factory.mktemp("whole"))

    def convert(self, corpus, output, *options, voice="vcc2016", status=0, done=True):
        recordings = corpus.parent / "recordings" / "train" / "bob"
        arguments = ["convert", f"--run={voice}", "--target=TF1", f"--output={output}", recordings, *options]
        assert vconv_command(*arguments) == status
        assert output.with_name(f"{output.name}.parts").exists() != done
        return {path.name: path.read_bytes() for path in sorted(output.glob("*.wav"))}

    def test_parts_that_are_joined_equal_the_whole(self, corpus, whole, tmp_path, capsys):
        assert tuple(whole) == self.NAMES
        output = tmp_path / "c"
        assert tuple(self.convert(corpus, output, "--shard=1/2", done=False)) == self.NAMES[:1]
        self.convert(corpus, output, "--shard=2/2", done=False)
        written = {path.name: path.stat().st_ino for path in output.iterdir()}
        capsys.readouterr()
        assert self.convert(corpus, output) == whole
        assert f"{output}: 3 files written, 0 recordings failed" in capsys.readouterr().out
        assert {path.name: path.stat().st_ino for path in output.iterdir()} == written, "none is converted again"

    def test_dask_and_slurm_give_the_same_bytes(self, corpus, whole, tmp_path, fake, address):
        assert self.convert(corpus, tmp_path / "dask", f"--engine={address}") == whole
        assert self.convert(corpus, tmp_path / "slurm", "--engine=slurm", "--jobs=1") == whole

    def test_what_was_converted_otherwise_or_is_gone_is_converted_again(self, corpus, whole, tmp_path):
        output = tmp_path / "c"
        assert self.convert(corpus, output, "--shard=1/1", "--semitones=2", done=False) != whole
        assert self.convert(corpus, output, "--shard=1/1", done=False) == whole
        (output / "t1.wav").unlink()
        assert self.convert(corpus, output) == whole

    def test_a_broken_recording_is_told_and_the_rest_is_kept(self, corpus, tmp_path, capsys):
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "a.wav").write_text("no sound")
        shutil.copy(corpus.parent / "recordings" / "train" / "bob" / "t0.wav", tmp_path / "in" / "b.wav")
        arguments = ["convert", "--run=vcc2016", "--target=TF1", f"--output={tmp_path / 'c'}", tmp_path / "in"]
        assert vconv_command(*arguments, "--jobs=1") == 2
        captured = capsys.readouterr()
        assert (
            "1 files written, 1 recordings failed" in captured.out and f"{tmp_path / 'in' / 'a.wav'}: " in captured.err
        )
        assert (tmp_path / "c" / "b.wav").exists() and not (tmp_path / "c.parts").exists()

    def test_a_vocoder_of_tensorflow_is_refused(self, corpus, tmp_path, capsys):
        self.convert(corpus, tmp_path / "c", "--engine=slurm", "--vocoder=griffin-lim", status=2)
        assert "--vocoder griffin-lim: runs in one process; leave out --engine" in capsys.readouterr().err


class TestEvaluate:
    @pytest.fixture(scope="class")
    def whole(self, corpus, tmp_path_factory):
        """The scores of one machine."""
        return self.evaluate(corpus, tmp_path_factory.mktemp("whole") / "s.json", "--jobs=1")

    def evaluate(self, corpus, scores, *options, status=0):
        converted, source, target = (corpus.parent / "recordings" / "train" / name for name in F0_HZ)
        arguments = [f"--converted={converted}", f"--source-dir={source}", f"--target-dir={target}"]
        more = ["--without-neural", f"--cache={scores.parent / 'cache'}", f"--json={scores}"]
        assert vconv_command("evaluate", *arguments, *more, *options) == status
        return scores.exists() and scores.read_text()

    def test_parts_that_are_joined_equal_the_whole(self, corpus, tmp_path):
        whole = self.evaluate(corpus, tmp_path / "whole" / "s.json", "--jobs=1")  # in this process, as the parts
        scores = tmp_path / "parts" / "s.json"
        for number in 1, 3, 2:
            assert not self.evaluate(corpus, scores, "--jobs=1", f"--shard={number}/3")
            assert len(list((tmp_path / "parts" / "s.json.parts").glob("*.part"))) == {1: 1, 3: 2, 2: 3}[number]
        assert self.evaluate(corpus, scores, "--jobs=1") == whole
        assert sorted(os.listdir(tmp_path / "parts")) == ["cache", "s.csv", "s.json"]

    def test_dask_and_slurm_give_the_same_scores(self, corpus, whole, tmp_path, fake, address):
        assert self.evaluate(corpus, tmp_path / "dask.json", f"--engine={address}") == whole
        assert self.evaluate(corpus, tmp_path / "slurm.json", "--engine=slurm", "--jobs=1") == whole

    def test_scores_without_a_file_cannot_be_shared(self, corpus, capsys):
        folders = [f"--{name}={corpus.parent / name}" for name in ("converted", "source-dir", "target-dir")]
        assert vconv_command("evaluate", *folders, "--engine=slurm") == 2
        assert capsys.readouterr().err.startswith(
            "vconv: --engine and --shard keep results beside the scores; give --js"
        )


@pytest.mark.parametrize("command", ["extract", "match", "convert", "evaluate"])
@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ("--shard=4/3", "--shard 4/3: is not NUMBER/COUNT with a number from 1 to the count; give 2/8, say"),
        ("--engine=cloud", "--engine cloud: is no engine; give local, dask:ADDRESS or slurm, for example "),
        ("--engine=dask:x:1 --jobs=2", "--jobs: a dask cluster uses all of its workers; leave out --jobs, or "),
    ],
)
def test_mistakes_are_one_sentence(corpus, tmp_path, capsys, command, options, sentence):
    arguments = {
        "extract": [f"--corpus={corpus}", f"--output={tmp_path / 'f.h5'}"],
        "match": [f"--corpus={corpus}", f"--output={tmp_path / 'p.h5'}"],
        "convert": ["--run=vcc2016", "--target=TF1", f"--output={tmp_path / 'c'}", corpus.parent],
        "evaluate": [f"--run={tmp_path / 'run'}", f"--json={tmp_path / 's.json'}"],
    }
    assert vconv_command(command, *arguments[command], *options.split()) == 2
    error = capsys.readouterr().err
    assert error.startswith(f"vconv: {sentence}") and error.count("\n") == 1
    assert not list(tmp_path.iterdir())
