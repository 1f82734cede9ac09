"""What a model consists of: parameters, multiply-adds, settings."""

import math

import keras

from vconv import data, models
from vconv.features import content

FRAMES = 128


def describe(name, bins, speakers, changes=None):
    """Return a model's networks and settings.

    Returns
    -------
    info : dict
        {"model", "networks": {name: {"parameters", "trainable", "multiply_adds"}}, "parameters", "trainable",
        "settings"}; multiply-adds are those of one frame, or of one patch of a model that makes patches, as if each
        convolution were computed directly.
    """
    settings = models.settings(name, changes)
    sizes = data.kind(models.training_data(name)).sizes(bins, speakers, content.encoder(content.DEFAULT).size)
    model = models.build(name, settings, **sizes)
    networks = {
        network: {
            "parameters": parts.count_params(),
            "trainable": sum(math.prod(variable.shape) for variable in parts.trainable_variables),
            "multiply_adds": _of_one_frame(parts, getattr(model, "steps_per_frame", {}).get(network)),
        }
        for network, parts in model.networks.items()
    }
    totals = {key: sum(network[key] for network in networks.values()) for key in ("parameters", "trainable")}
    return {"model": name, "networks": networks, **totals, "settings": settings}


def as_text(info):
    """Return `describe`'s result as lines for a terminal."""
    lines = [f"{info['model']}: {info['parameters']:,} parameters, {info['trainable']:,} trainable"]
    one = data.kind(models.training_data(info["model"])).counted
    for name, network in info["networks"].items():
        lines.append(
            f"  {name:18s}{network['parameters']:>10,} parameters{network['multiply_adds']:>12,} multiply-adds a {one}"
        )
    for section, values in info["settings"].items():
        lines += [f"{section}:", *(f"  {key}: {value}" for key, value in values.items())]
    return "\n".join(lines)


def _of_one_frame(network, steps_per_frame):
    """Return the multiply-adds of a network for one frame; one that takes any length is counted over many frames."""
    if steps_per_frame is None:
        return sum(map(_multiply_adds, network.layers))
    long = keras.tree.map_structure(
        lambda tensor: keras.Input([FRAMES * steps_per_frame if size is None else size for size in tensor.shape[1:]]),
        network.input,
    )
    return sum(map(_multiply_adds, keras.models.clone_model(network, long).layers)) // FRAMES


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
    return math.prod(kernel.shape) * math.prod((layer.input if transposed else layer.output).shape[1:-1])
