"""`vawgan` for one source and one target, as in the paper: its networks with the settings of `vawgan_pair.yaml`."""

from vconv.models.vawgan import build, check, upsampling

__all__ = ["build", "check", "upsampling"]
