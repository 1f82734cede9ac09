"""Channels that are dead or in opposite phase are told; a stereo recording is not."""

import numpy as np
import pytest
import soundfile
from speech import RATE, speech

from vconv.diagnosis.examination import examine

Y = speech(2.0)
OTHER = 0.5 * Y + 0.01 * np.random.default_rng(0).standard_normal(len(Y))


@pytest.mark.parametrize(
    ("channels", "kind", "told"),
    [
        ((Y, OTHER), None, ""),
        ((Y, -Y), "inverted channel", "cancel each other"),
        ((0 * Y, Y), "dead channel", "channel 1 of 2 is silent"),
        ((Y, 0 * Y + 0.2), "dead channel", "channel 2 of 2 is silent"),
    ],
)
def test_channels(tmp_path, channels, kind, told):
    path = tmp_path / "a.wav"
    soundfile.write(path, np.column_stack(channels), RATE)
    found = {one.kind: one for one in examine(path, "anna")[0] if "channel" in one.kind}
    assert set(found) == ({kind} if kind else set())
    assert kind is None or told in found[kind].measured
