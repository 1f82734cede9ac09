"""Fixtures that several rooms share: a small feature file, and a run trained on it."""

import os
import resource
from collections import Counter
from contextlib import contextmanager

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import pytest
import quick
import tiny as tiny_corpus
from browser import browser  # noqa: F401
from small import SMALL, write_store

from vconv.features.statistics import compute
from vconv.features.store import FeatureStore


def pytest_collection_modifyitems(items):
    """Put files with slow tests first, then those with many, so that two processes end at about the same time."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    count = Counter(item.path for item in items)
    items.sort(key=lambda item: (-slow[item.path], -count[item.path], item.path))


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    """The user's cache is neither read nor written."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def file_limit():
    """A context in which this process can write no file longer than so many bytes, as if the disk became full."""

    @contextmanager
    def limit(size):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limit


@pytest.fixture
def small_store(tmp_path):
    """A feature file of three speakers, each with two utterances of 30 frames in each split."""
    with FeatureStore(write_store(tmp_path / "features.h5", (30, 30))) as store:
        yield store


@pytest.fixture
def small_statistics(small_store):
    """The statistics of `small_store`."""
    return compute(small_store)


@pytest.fixture
def small_settings():
    """Changes that make any model small and its training short."""
    return {section: dict(values) for section, values in SMALL.items()}


@pytest.fixture
def eager():
    """TensorFlow runs eagerly, see `quick.eager`."""
    with quick.eager():
        yield


@pytest.fixture
def light_epochs():
    """Trainings validate on few examples and draw empty pictures, see `quick.light_epochs`."""
    with quick.light_epochs():
        yield


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A corpus of synthetic speakers and a small run trained on it by the command; tests must not change it."""
    return tiny_corpus.make(tmp_path_factory.mktemp("tiny corpus é"))
