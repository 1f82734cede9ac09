"""The page of samples: nothing from outside, every player and picture inside, text escaped."""

import base64
import io
import re

import numpy as np
import soundfile

from vconv.report import samples


def test_the_page_holds_pictures_and_sounds_and_escapes_text(tmp_path):
    random = np.random.default_rng(0)
    patches, sounds = random.uniform(-1, 1, (3, 8, 6, 1)), [random.normal(0, 0.1, 800) for _ in range(3)]
    samples.write(tmp_path / "index.html", "a <b> & $c", patches, sounds, 16000)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "a &lt;b&gt; &amp; $c" in page and "<b>" not in page
    players = re.findall('src="data:audio/flac;base64,([^"]+)"', page)
    assert len(players) == len(re.findall('src="data:image/png;base64,', page)) == 3
    for encoded, y in zip(players, sounds, strict=True):
        heard, rate = soundfile.read(io.BytesIO(base64.b64decode(encoded)))
        assert rate == 16000 and np.allclose(heard, y, atol=1e-4)
    assert not re.search('(src|href)="(?!data:)', page)
