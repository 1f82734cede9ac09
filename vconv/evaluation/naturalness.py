"""Mean opinion scores of naturalness, 1 (bad) to 5 (excellent), predicted by neural networks (extra `neural`)."""

import io
from contextlib import redirect_stdout
from functools import cache
from importlib.util import find_spec

from vconv.evaluation.neural_packages import RATE, package, speech

PACKAGES = {"distillmos": "distillmos", "dnsmos": "speechmos"}


def available():
    """Return the names of the predictors whose package is installed, without loading it."""
    return tuple(name for name, of in PACKAGES.items() if find_spec(of))


def predictors():
    """Return all predictors: {name: f(y, rate) -> opinion score}.

    A predictor loads its network at the first call; the weights come with its package. It raises a `VconvError` if the
    package is missing, or the signal is too short, silent or not finite.
    """
    return {"distillmos": distillmos, "dnsmos": dnsmos}


def distillmos(y, rate):
    """Predict the mean opinion score (Stahl and Gamper 2025, "Distillation and pruning ...", arXiv 2502.05356).

    The score does not depend on the level of the signal. A signal shorter than 7.68 s is padded with silence.
    """
    torch, model = package("torch"), _distillmos_network()
    with torch.inference_mode():
        return float(model(torch.from_numpy(speech(y, rate))[None]))


def dnsmos(y, rate):
    """Predict the overall score of ITU-T P.835 (Reddy et al. 2022, "DNSMOS P.835 ...", arXiv 2110.01763).

    The score depends on the level of the signal. A signal shorter than 9.01 s is repeated.
    """
    return float(package("speechmos.dnsmos").run(speech(y, rate), RATE)["ovrl_mos"])


@cache
def _distillmos_network():
    with redirect_stdout(io.StringIO()):  # the constructor prints the path of its weights
        return package("distillmos").ConvTransformerSQAModel().eval()
