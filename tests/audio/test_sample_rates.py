import io

import numpy as np
import pytest
import soundfile

from vconv.audio import sample_rates, wav
from vconv.common.errors import VconvError


@pytest.mark.parametrize(
    "suffix, rate", [(".wav", 1), (".wav", 2**31 - 1), (".flac", 65_535), (".flac", 655_350), (".ogg", 200_000)]
)
def test_a_format_has_the_rates_that_are_allowed(suffix, rate):
    sample_rates.check(suffix, rate)
    content = wav._encoded(np.zeros(9000), 1.0, rate, suffix)
    y, found = soundfile.read(io.BytesIO(content))
    assert found == rate and (suffix == ".ogg" or len(y) == 9000)


@pytest.mark.parametrize(
    "suffix, rate, allowed",
    [
        (".wav", 0, "from 1 to 2,147,483,647 Hz, or another format"),
        (".wav", 10**12, "from 1 to 2,147,483,647 Hz"),
        (".flac", 65_536, "from 1 to 655,350 Hz, above 65,535 Hz in steps of 10 Hz, or another format"),
        (".flac", 655_360, "from 1 to 655,350 Hz"),
        (".ogg", 200_001, "from 1 to 200,000 Hz, or another format"),
    ],
)
def test_another_rate_is_refused_in_one_sentence(suffix, rate, allowed):
    with pytest.raises(
        VconvError, match=f"the format {suffix[1:]} cannot have .* {rate:,} Hz; choose a rate {allowed}"
    ):
        sample_rates.check(suffix, rate)
