import errno

import pytest
import tensorflow as tf

from vconv.common.errors import VconvError
from vconv.training import tensorflow_files


def test_an_error_of_tensorflow_is_one_sentence():
    with pytest.raises(VconvError) as error, tensorflow_files.writing("/dev/null/log"):
        tf.summary.create_file_writer("/dev/null/log")
    sentence = str(error.value)
    assert sentence.startswith("/dev/null/log: cannot be written (") and "\n" not in sentence
    assert sentence.endswith("); choose a folder you may write to")


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, ""), tf.errors.ResourceExhaustedError(None, None, "No space left\non device")]
)
def test_a_full_disk_has_its_own_remedy(error):
    with pytest.raises(VconvError, match=r"^a: cannot be written \(No space left.*\); make room or choose another"):
        with tensorflow_files.writing("a"):
            raise error
