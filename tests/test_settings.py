"""The settings of every shipped YAML file: each has its limits beside its default, and what lies beyond is refused."""

import math
from importlib.resources import files

import pytest

from vconv import alignment, models
from vconv.audio.images import CHANNELS
from vconv.common import config
from vconv.common.errors import VconvError
from vconv.common.limits import Interval, Words
from vconv.corpus import settings as corpus_settings
from vconv.models import adversarial_settings, dcgan_networks, losses

TEMPLATES = {name: models.template(name) for name in models.names()} | {
    "match": config.read_template(files(alignment) / "match.yaml"),
    "corpus": corpus_settings.TEMPLATE,
}


def settings_of(section, limits, path=()):
    """Yield (path, default, limits or None) of every setting of a section."""
    for key, value in section.items():
        if isinstance(value, dict):
            yield from settings_of(value, limits.get(key, {}), (*path, key))
        else:
            yield (*path, key), value, limits.get(key)


ALL = [
    pytest.param(name, path, default, limits, id=f"{name}: {'.'.join(path)}")
    for name, template in TEMPLATES.items()
    for path, default, limits in settings_of(template.defaults, template.limits)
]


def nested(path, value):
    for key in reversed(path):
        value = {key: value}
    return value


@pytest.mark.parametrize("name, path, default, limits", ALL)
def test_every_setting_has_limits_that_are_checked(name, path, default, limits):
    """Texts that may be anything, switches and lists of archives have none."""
    sample = default[0] if isinstance(default, list) and default else default
    if type(sample) not in (int, float):
        assert limits is None or isinstance(limits, Words)
        return
    assert isinstance(limits, Interval)
    TEMPLATES[name].complete(nested(path, default), name)
    beyond = [limits.low - 1, limits.high * 1.001 + 1]
    beyond = [int(value) for value in beyond] if type(sample) is int else [*beyond, math.nan, math.inf, -math.inf]
    for value in beyond:
        with pytest.raises(VconvError) as error:
            TEMPLATES[name].complete(nested(path, [value] if isinstance(default, list) else value), name)
        assert str(error.value).startswith(f"{name}: {'.'.join(path)} is ") and str(error.value).endswith(str(limits))


def test_the_words_are_those_that_the_code_knows():
    for name in ("vawgan", "dcgan", "melgan", "melgan_light"):
        limits = TEMPLATES[name].limits["adversarial"]
        assert set(limits["objective"].words) == set(losses.OBJECTIVES)
        assert {*limits["constraint"].words} | {"spectral_normalization"} == set(adversarial_settings.CONSTRAINTS)
    limits = TEMPLATES["dcgan"].limits
    assert set(limits["spectrogram"]["kind"].words) == set(CHANNELS)
    assert set(limits["network"]["generator"].words) == set(dcgan_networks.GENERATORS)
    assert set(limits["network"]["critic_norm"].words) == set(dcgan_networks.NORMS)
    assert TEMPLATES["corpus"].limits["contents"].words == corpus_settings.CONTENTS
