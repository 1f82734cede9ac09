"""`matched` for live conversion: its network with the settings of `matched_live.yaml`."""

from vconv.models.matched import ON_REPLICAS, build

__all__ = ["ON_REPLICAS", "build"]
