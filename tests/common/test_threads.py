"""Limits of threads hold while several threads of Python set and leave them, and are undone by the last."""

import threading

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from vconv.common.threads import one_blas_thread, one_thread


def threads_of(api):
    """Return the numbers of threads of the loaded libraries of linear algebra ("blas") or of OpenMP ("openmp")."""
    np.linalg.norm(np.ones(2))
    return {library.num_threads for library in ThreadpoolController().select(user_api=api).lib_controllers}


@pytest.fixture(autouse=True)
def three_threads():
    with ThreadpoolController().limit(limits=3):
        assert threads_of("blas") == {3}
        yield


@pytest.mark.parametrize("limit", [one_blas_thread, one_thread])
def test_a_block_and_a_function_have_one_thread_and_leave_as_many_as_before(limit):
    with limit(), limit():
        assert threads_of("blas") == {1}
    assert threads_of("blas") == {3}
    assert limit()(threads_of)("blas") == {1}
    assert threads_of("blas") == {3}


def test_an_error_undoes_the_limit():
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        raise ZeroDivisionError
    assert threads_of("blas") == {3}


def test_openmp_is_limited_for_whole_tasks_only():
    before = threads_of("openmp")
    with one_blas_thread():
        assert threads_of("openmp") == before
    with one_thread():
        assert threads_of("openmp") <= {1}


def test_a_thread_that_leaves_first_does_not_undo_the_limit_of_another():
    entered, leave = threading.Event(), threading.Event()

    @one_blas_thread()
    def other():
        entered.set()
        leave.wait(10)

    thread = threading.Thread(target=other)
    thread.start()
    assert entered.wait(10)
    with one_blas_thread():
        leave.set()
        thread.join()
        assert threads_of("blas") == {1}
    assert threads_of("blas") == {3}
