"""Named protocols of mel-cepstral distortion. The value of the same audio differs by up to 3 dB between protocols."""

from typing import NamedTuple

from vconv.common.config import one_of

F0_RANGE_HZ = (60.0, 500.0)


class Protocol(NamedTuple):
    """Which coefficients and frames are compared.

    Attributes
    ----------
    name : str
    order : int
        The highest mel-cepstral coefficient compared.
    alpha : float or None
        Frequency warping; None: the one nearest to the mel scale at the sample rate (0.41 at 16 kHz).
    lowest : int
        The lowest coefficient compared: 0 includes the level, 1 excludes it.
    frames : str
        "mean power": frames whose power, the mean over the bins of the spectrum, exceeds the utterance's mean plus
        `threshold_db`. "two-sided power": the same, with every bin except the first and the last counted twice, as in
        a two-sided spectrum. "voiced": frames with an F0.
    threshold_db : float
        Relative to the utterance's mean power; not used by "voiced".
    """

    name: str
    order: int
    alpha: float | None
    lowest: int
    frames: str
    threshold_db: float = 0.0

    def __str__(self):
        """Return the description that is printed beside the numbers."""
        alpha = "0.41 at 16 kHz" if self.alpha is None else f"{self.alpha:g}"
        frames = "voiced frames"
        if self.frames != "voiced":
            frames = f"frames above the {self.frames} {self.threshold_db:+g} dB"
        return (
            f"{self.name}: Harvest {F0_RANGE_HZ[0]:g}-{F0_RANGE_HZ[1]:g} Hz, CheapTrick, 5 ms, mel-cepstrum of "
            f"order {self.order} (alpha {alpha}) {'without' if self.lowest else 'with'} c0, {frames}, DTW, "
            f"mean over the path, at the lower of the two rates"
        )


MCD24 = Protocol("mcd24", 24, None, 1, "mean power", -25.0)
PROTOCOLS = {
    protocol.name: protocol
    for protocol in (
        MCD24,
        Protocol("sprocket24", 24, 0.41, 1, "two-sided power", -20.0),  # Kobayashi & Toda 2018, the VCC2018 baseline
        Protocol("cdvae34", 34, 0.455, 1, "voiced"),  # Huang et al. 2018, arXiv 1808.09634
        Protocol("crank34c0", 34, 0.466, 0, "voiced"),  # Kobayashi et al. 2021, arXiv 2103.02858
        Protocol("s3prl39c0", 39, 0.466, 0, "two-sided power", -20.0),  # Huang et al. 2021, arXiv 2110.06280
    )
}


def parse_protocols(text):
    """Return the protocols named by text such as "mcd24,cdvae34" or "all"; VconvError for an unknown name."""
    names = list(PROTOCOLS) if text == "all" else [name.strip() for name in text.split(",")]
    return [PROTOCOLS[one_of(name, tuple(PROTOCOLS), "--protocol")] for name in dict.fromkeys(names)]
