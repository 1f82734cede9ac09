"""`matched` for live conversion: its network with the settings of `matched_live.yaml`."""

from vconv.models.matched import build

__all__ = ["build"]
