"""What a model is made of: parameters, multiply-adds, settings."""

import math

from vconv import models


def describe(name, bins, speakers, changes=None):
    """Return a model's networks and settings.

    Returns
    -------
    info : dict
        {"model", "networks": {name: {"parameters", "trainable", "multiply_adds"}}, "parameters", "trainable",
        "settings"}; multiply-adds are those of one frame, as if each convolution were computed directly.
    """
    settings = models.settings(name, changes)
    networks = {
        network: {
            "parameters": parts.count_params(),
            "trainable": sum(math.prod(variable.shape) for variable in parts.trainable_variables),
            "multiply_adds": sum(_multiply_adds(layer) for layer in parts.layers),
        }
        for network, parts in models.build(name, bins, speakers, settings).networks.items()
    }
    totals = {key: sum(network[key] for network in networks.values()) for key in ("parameters", "trainable")}
    return {"model": name, "networks": networks, **totals, "settings": settings}


def as_text(info):
    """Return `describe`'s result as lines for a terminal."""
    lines = [f"{info['model']}: {info['parameters']:,} parameters, {info['trainable']:,} trainable"]
    for name, network in info["networks"].items():
        lines.append(
            f"  {name:18s}{network['parameters']:>10,} parameters{network['multiply_adds']:>12,} multiply-adds a frame"
        )
    for section, values in info["settings"].items():
        lines += [f"{section}:", *(f"  {key}: {value}" for key, value in values.items())]
    return "\n".join(lines)


def _multiply_adds(layer):
    """Products of one frame in a layer: each weight of a kernel, once for every position it is applied at."""
    sublayers = list(layer._flatten_layers(include_self=False))
    if sublayers:
        return sum(_multiply_adds(sublayer) for sublayer in sublayers)
    kernel = getattr(layer, "kernel", None)
    if kernel is None:
        return 0
    if len(kernel.shape) == 2:
        return math.prod(kernel.shape)
    transposed = "Transpose" in type(layer).__name__
    return math.prod(kernel.shape) * (layer.input if transposed else layer.output).shape[1]
