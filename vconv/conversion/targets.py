"""What a user writes for the target of a conversion: a speaker's name, or names with weights."""

import math

from vconv.common.config import one_of
from vconv.common.errors import VconvError
from vconv.common.names import composed
from vconv.spectral_conversion.blend import Blend


def parse(target, speakers, where="target speaker"):
    """Return the `Blend` that a user describes.

    Parameters
    ----------
    target : str or dict
        A speaker's name; a text such as "TF1:0.6,TM2:0.4"; or {name: weight}. A text that is a speaker's name means
        this speaker, whatever characters it has. Weights are divided by their sum.
    speakers : sequence of str
    where : str
        Begins the message of an error.

    Returns
    -------
    blend : Blend
        Its speakers are in the order of `speakers`.

    Raises
    ------
    VconvError
        A speaker is unknown, a weight is no number from 0 up, or all weights are 0.
    """
    if isinstance(target, str):
        if composed(target) in speakers or ":" not in target:
            return Blend.of(speakers.index(one_of(composed(target), speakers, where)))
        target = _parts(composed(target), speakers, where)
    weights = {}
    for name, weight in target.items():
        number = speakers.index(one_of(composed(str(name)), speakers, where))
        weights[number] = weights.get(number, 0.0) + _checked(name, weight, where)
    total = sum(weights.values())
    if not 0 < total < math.inf:
        raise VconvError(f"{where}: the sum of the weights is {total:g}; give one speaker or more a weight above 0")
    return Blend(tuple((number, weight / total) for number, weight in sorted(weights.items()) if weight))


def name_of(blend, speakers):
    """Return the text that `parse` reads as this blend; of one speaker, the speaker's name."""
    if len(blend.weights) == 1:
        return speakers[blend.weights[0][0]]
    return ",".join(f"{speakers[number]}:{weight:g}" for number, weight in blend.weights)


def _parts(text, speakers, where):
    """Return {name: weight as text} of a text such as "TF1:0.6,TM2:0.4"; names may hold colons and commas."""
    parts, rest = {}, text
    while rest:
        known = [name for name in speakers if rest.startswith(f"{name}:")]
        name = max(known, key=len) if known else rest.partition(":")[0]
        weight, _, rest = rest[len(name) + 1 :].partition(",")
        rest = rest.lstrip()
        if name in parts:
            raise VconvError(f"{where}: {name!r} has two weights in {text!r}; give it one")
        parts[name] = weight
    return parts


def _checked(name, weight, where):
    """Return a weight as a float; VconvError unless it is a finite number from 0 up."""
    try:
        value = float(weight)
    except (TypeError, ValueError):
        value = math.nan
    if not 0 <= value < math.inf:
        raise VconvError(f"{where}: the weight of {name!r} is {weight!r}; give a number from 0 up, such as 0.5")
    return value
