"""Check of the settings of adversarial training, the section `adversarial` of a model's YAML."""

from vconv import models
from vconv.common.errors import VconvError

OF_CONSTRAINT = {"penalty_weight": "gradient_penalty", "clip_limit": "weight_clipping"}  # which reads the setting
CONSTRAINTS = ("gradient_penalty", "weight_clipping", "spectral_normalization", "none")  # of a critic's slope


def check(adversarial, model_name, constraints=CONSTRAINTS):
    """Refuse the Wasserstein objective without a constraint, and a changed setting of another constraint.

    Parameters
    ----------
    adversarial : dict
    model_name : str
        For the message.
    constraints : tuple of str
        The values of `constraint` that the model allows.

    Raises
    ------
    VconvError
        The objective is wasserstein, and the constraint none; or weight clipping and gradient penalty are set at once.
    """
    for key, constraint in OF_CONSTRAINT.items():
        default = models.template(model_name).defaults["adversarial"][key]
        if adversarial[key] != default and adversarial["constraint"] != constraint:
            raise VconvError(
                f"{model_name}: adversarial.{key} is {adversarial[key]:g}, and adversarial.constraint "
                f"{adversarial['constraint']} does not use it; leave it out, or set the constraint to {constraint}"
            )
    if adversarial["objective"] == "wasserstein" and adversarial["constraint"] == "none":
        raise VconvError(
            f"{model_name}: adversarial.objective wasserstein needs a critic with a bounded slope, and "
            f"adversarial.constraint is none; set it to one of: {', '.join(constraints[:-1])}"
        )


def check_pair(settings, speakers):
    """Raise a VconvError if the setting `pair`, of two speakers, does not fit their number or the critic."""
    if not settings["adversarial"]["pair"]:
        return
    if speakers != 2:
        raise VconvError(
            f"vawgan: adversarial.pair is for two speakers, and the features have {speakers}; name two speakers in "
            "corpus.yaml, or set adversarial.pair to false"
        )
    if settings["network"]["critic_conditioned"]:
        raise VconvError(
            "vawgan: adversarial.pair shows the critic one speaker alone, and network.critic_conditioned tells it "
            "which; set network.critic_conditioned to false"
        )
