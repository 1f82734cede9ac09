"""Speech for tests of spectral conversion."""

import numpy as np
import pytest
from acoustic_statistics import DECAY


@pytest.fixture
def speech():
    """Mel-cepstra [60, 40] of speech frames; coefficients above 24 are 0."""
    size = DECAY * np.select([np.arange(40) == 0, np.arange(40) < 25], [0.1, 1.0], 0.0)
    return np.random.default_rng(0).standard_normal((60, 40)) * size
