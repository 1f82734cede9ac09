"""The sentence about a recording that cannot be used, whatever the error."""

import pytest

from vconv.common.errors import VconvError, about


@pytest.mark.parametrize(
    "error, sentence",
    [
        (VconvError("is silent"), "a.wav: is silent"),
        (VconvError("in a.wav: is silent"), "in a.wav: is silent"),
        (MemoryError(), "a.wav: does not fit into the memory; cut it into shorter recordings"),
        (ValueError("two\nlines"), "a.wav: cannot be processed (ValueError: two lines); leave it out and report this"),
    ],
)
def test_every_error_is_one_sentence_that_names_the_recording(error, sentence):
    assert about("a.wav", error).startswith(sentence) and "\n" not in about("a.wav", error)
