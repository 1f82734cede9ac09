"""MelGAN at a size that a CPU trains in hours: the networks of `melgan` with the settings of `melgan_light.yaml`."""
from vconv.models.melgan import DATA, build, upsampling

__all__ = ["DATA", "build", "upsampling"]
