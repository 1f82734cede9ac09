"""Predicted naturalness of the sample voices; it runs where the extra `neural` is installed."""

from pathlib import Path

import numpy as np
import pytest

from vconv.audio import wav
from vconv.evaluation import naturalness

PATH = sorted((Path(__file__).parents[2] / "data" / "sample" / "evaluation" / "slt").glob("*"))[0]


@pytest.fixture(scope="module", params=["distillmos", "dnsmos"])
def predict(request):
    pytest.importorskip(
        naturalness.PACKAGES[request.param], reason="the extra `neural` is not installed", exc_type=ImportError
    )
    assert request.param in naturalness.available()
    return naturalness.predictors()[request.param]


def test_speech_is_better_than_noisy_speech_and_both_are_opinion_scores(predict, capfd):
    y, rate = wav.read(PATH)
    noise = np.random.default_rng(0).standard_normal(len(y))
    clean, noisy = predict(y, rate), predict(y + 0.3 * y.std() * noise, rate)
    assert 1 <= noisy < clean - 0.3 and clean <= 5
    assert predict(y, rate) == clean
    assert capfd.readouterr().out == ""


def test_the_rate_is_taken_into_account(predict):
    y, rate = wav.read(PATH)
    assert predict(wav.resample(y, rate, 48000), 48000) == pytest.approx(predict(y, rate), abs=0.1)
    assert abs(predict(y, 2 * rate) - predict(y, rate)) > 0.1


def test_distillmos_knows_no_level():
    pytest.importorskip("distillmos", reason="the extra `neural` is not installed", exc_type=ImportError)
    y, rate = wav.read(PATH)
    assert naturalness.distillmos(0.1 * y, rate) == pytest.approx(naturalness.distillmos(y, rate), abs=1e-3)
