"""Names in composed Unicode, and names that are none."""

import os
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from vconv.common.names import composed, is_unicode


@given(st.text())
def test_both_forms_of_a_name_are_one(text):
    assert composed(unicodedata.normalize("NFD", text)) == composed(text)


@given(st.binary())
def test_what_is_not_utf_8_is_no_unicode(name):
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        assert not is_unicode(os.fsdecode(name))
    else:
        assert is_unicode(os.fsdecode(name))
