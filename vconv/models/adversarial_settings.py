"""Check of the settings of adversarial training, the section `adversarial` of a model's YAML."""

from vconv.common import config
from vconv.common.errors import VconvError
from vconv.models.losses import OBJECTIVES

CONSTRAINTS = ("gradient_penalty", "weight_clipping", "spectral_normalization", "none")  # of a critic's slope


def check(adversarial, model_name, constraints=CONSTRAINTS):
    """Check the section `adversarial` of a model's settings.

    Parameters
    ----------
    adversarial : dict
    model_name : str
        For messages.
    constraints : tuple of str
        The values of `constraint` that the model allows.

    Raises
    ------
    VconvError
        A value is not allowed.
    """
    config.one_of(adversarial["objective"], OBJECTIVES, f"{model_name}: adversarial.objective")
    config.one_of(adversarial["constraint"], constraints, f"{model_name}: adversarial.constraint")
    if adversarial["objective"] == "wasserstein" and adversarial["constraint"] == "none":
        raise VconvError(
            f"{model_name}: adversarial.objective wasserstein needs a critic with a bounded slope, and "
            f"adversarial.constraint is none; set it to one of: {', '.join(constraints[:-1])}"
        )
    steps, decay = adversarial["critic_steps"], adversarial["ema_decay"]
    if steps < 1:
        raise VconvError(f"{model_name}: adversarial.critic_steps is {steps}; it must be 1 or more")
    if not 0 <= decay < 1:
        raise VconvError(
            f"{model_name}: adversarial.ema_decay is {decay}; it must be 0 (no average) or less than "
            f"1, for example 0.999"
        )
