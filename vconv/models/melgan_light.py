"""A small MelGAN that a CPU trains in hours: the networks of `melgan` with the settings of `melgan_light.yaml`."""

from vconv.models.melgan import build, upsampling

__all__ = ["build", "upsampling"]
