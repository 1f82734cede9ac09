"""The speaker encoder on the sample voices; it runs where the extra `neural` is installed."""

from pathlib import Path

import numpy as np
import pytest

from vconv.audio import wav
from vconv.common.errors import VconvError
from vconv.evaluation.similarity import cosines
from vconv.evaluation.speaker_encoder import SpeakerEncoder

pytest.importorskip("resemblyzer", reason="the extra `neural` is not installed", exc_type=ImportError)
EVALUATION = Path(__file__).parents[2] / "data" / "sample" / "evaluation"


@pytest.fixture(scope="module")
def encoder():
    return SpeakerEncoder()


@pytest.fixture(scope="module")
def natural(encoder):
    """{speaker: {sentence: embedding}} of three voices, three sentences each."""
    return {
        speaker: {path.stem: encoder.embed(*wav.read(path)) for path in sorted(EVALUATION.glob(f"{speaker}/*"))[:3]}
        for speaker in ("awb", "rms", "slt")
    }


def test_an_embedding_is_a_unit_vector_and_the_same_again(encoder, natural):
    path = sorted(EVALUATION.glob("awb/*"))[0]
    embedding = encoder.embed(*wav.read(path))
    assert embedding.shape == (256,) and (embedding >= 0).all()
    assert np.linalg.norm(embedding) == pytest.approx(1, abs=1e-5)
    np.testing.assert_array_equal(embedding, natural["awb"][path.stem])


def test_every_natural_file_is_nearest_its_own_speaker(natural):
    for speaker, embeddings in natural.items():
        for sentence, embedding in embeddings.items():
            found = cosines(embedding, sentence, natural)
            assert max(found, key=found.get) == speaker


def test_level_and_rate_hardly_matter(encoder, natural):
    path = sorted(EVALUATION.glob("slt/*"))[0]
    y, rate = wav.read(path)
    same = natural["slt"][path.stem]
    assert encoder.embed(0.3 * y, rate) @ same > 0.999
    assert encoder.embed(wav.resample(y, rate, 48000), 48000) @ same > 0.99


def test_noise_without_speech_has_no_speaker(encoder):
    clicks = np.zeros(16000)
    clicks[::4000] = 0.01
    with pytest.raises(VconvError, match="no speech"):
        encoder.embed(clicks, 16000)
