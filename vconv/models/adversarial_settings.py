"""Check of the settings of adversarial training, the section `adversarial` of a model's YAML."""

from vconv.common.errors import VconvError

CONSTRAINTS = ("gradient_penalty", "weight_clipping", "spectral_normalization", "none")  # of a critic's slope


def check(adversarial, model_name, constraints=CONSTRAINTS):
    """Refuse the Wasserstein objective without a constraint.

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
        The objective is wasserstein, and the constraint none.
    """
    if adversarial["objective"] == "wasserstein" and adversarial["constraint"] == "none":
        raise VconvError(
            f"{model_name}: adversarial.objective wasserstein needs a critic with a bounded slope, and "
            f"adversarial.constraint is none; set it to one of: {', '.join(constraints[:-1])}"
        )
