"""Running estimates of speech before there is any."""

import numpy as np

from vconv.spectral_conversion.running_speech import RunningSpeech


def test_before_the_first_speech_the_moments_are_the_prior():
    usual = np.linspace(0.5, 2, 40)
    facts = RunningSpeech(513, 5.0, usual).facts(np.zeros(4), np.zeros(4, bool))
    np.testing.assert_allclose(facts.moments.variance, usual)
    assert facts.moments.count < 0.01 and not facts.moments.mean.any() and np.isfinite(facts.power).all()
