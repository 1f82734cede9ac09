"""TF_CONFIG: which of the workers this process is, or one sentence about what is wrong."""

import json

import pytest

from vconv.common.errors import VconvError
from vconv.training import cluster

HOSTS = ["host1:2222", "host2:2222", "10.0.0.3:99"]


def config(cluster=None, **task):
    """Return the text of TF_CONFIG."""
    return json.dumps({"cluster": cluster or {"worker": HOSTS}, "task": {"type": "worker", "index": 0} | task})


@pytest.mark.parametrize("index", range(3))
def test_the_first_worker_is_the_chief(monkeypatch, index):
    monkeypatch.setenv("TF_CONFIG", config(index=index))
    found = cluster.from_environment()
    assert found == (tuple(HOSTS), index) and found.address == HOSTS[index] and found.is_chief == (index == 0)


def test_a_chief_stands_before_the_workers(monkeypatch):
    tasks = {"worker": HOSTS[1:], "chief": HOSTS[:1]}
    for task, index in ({"type": "chief"}, 0), ({"type": "worker", "index": 1}, 2):
        monkeypatch.setenv("TF_CONFIG", config(tasks, **task))
        assert cluster.from_environment() == (tuple(HOSTS), index)


def test_without_the_variable_an_example_is_given_that_is_accepted(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    with pytest.raises(VconvError, match="TF_CONFIG is not set; set it on each machine") as found:
        cluster.from_environment()
    monkeypatch.setenv("TF_CONFIG", str(found.value).partition("TF_CONFIG='")[2].rstrip("'"))
    assert len(cluster.from_environment().addresses) == 2


@pytest.mark.parametrize(
    "text",
    [
        "worker 1",
        "[]",
        '{"cluster": {}}',
        config({"worker": []}),
        config({"worker": "host1:2222"}),
        config({"worker": ["host1"]}),
        config({"worker": ["host1:port"]}),
        config({"worker": ["host1:70000"]}),
        config({"worker": HOSTS[:1] * 2}),
        config({"worker": HOSTS, "ps": ["host4:2222"]}),
        config({"worker": HOSTS, "chief": ["a:1", "b:1"]}),
        config(index=3),
        config(index=-1),
        config(index="0"),
        config(type="evaluator"),
        config(type="chief"),
    ],
)
def test_another_text_is_refused_in_one_sentence(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(VconvError, match="TF_CONFIG is .*does not describe workers with different addresses") as found:
        cluster.from_environment()
    assert "\n" not in str(found.value)
