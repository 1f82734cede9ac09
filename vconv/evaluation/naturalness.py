"""Naturalness predicted by networks trained on listeners' opinions, 1 (bad) to 5 (excellent) (extra `neural`)."""

import io
from contextlib import redirect_stdout
from functools import cache
from importlib.util import find_spec

from vconv.evaluation.neural_packages import RATE, package, speech

PACKAGES = {"distillmos": "distillmos", "dnsmos": "speechmos"}


def available():
    """Return the names of the predictors whose package is installed; nothing is loaded for it."""
    return tuple(name for name, of in PACKAGES.items() if find_spec(of))


def predictors():
    """Return every predictor: {name: f(y, rate) -> opinion score}.

    A predictor loads its network, which comes with its package, at the first call, and keeps it. It raises
    `VconvError` where the package is missing, and for a signal too short, silent or not finite.
    """
    return {"distillmos": distillmos, "dnsmos": dnsmos}


def distillmos(y, rate):
    """Predict the mean opinion score (Stahl and Gamper 2025, "Distillation and pruning ...", arXiv 2502.05356).

    The level of the signal does not matter; one shorter than 7.68 s is filled up with silence.
    """
    torch, model = package("torch"), _distillmos_network()
    with torch.inference_mode():
        return float(model(torch.from_numpy(speech(y, rate))[None]))


def dnsmos(y, rate):
    """Predict the overall score of ITU-T P.835 (Reddy et al. 2022, "DNSMOS P.835 ...", arXiv 2110.01763).

    A signal shorter than 9.01 s is repeated; the level matters.
    """
    return float(package("speechmos.dnsmos").run(speech(y, rate), RATE)["ovrl_mos"])


@cache
def _distillmos_network():
    with redirect_stdout(io.StringIO()):  # it prints where its weights lie
        return package("distillmos").ConvTransformerSQAModel().eval()
