"""Description of a model: parameters, multiply-adds and settings, for `vconv info`."""

import math

import keras

from vconv import data, models
from vconv.features import content

FRAMES = 128  # length at which networks over time are counted


def describe(name, bins, speakers, changes=None):
    """Describe the networks and settings of a model.

    Parameters
    ----------
    name : str
    bins, speakers : int
        Numbers of frequency bins and of speakers.
    changes : dict, optional
        Changes of the settings, nested like the model's YAML.

    Returns
    -------
    info : dict
        {"model", "networks": {name: {"parameters", "trainable", "multiply_adds"}}, "parameters", "trainable",
        "settings"}. Multiply-adds are those of one frame, or of one patch, with all convolutions computed directly.
    """
    settings = models.settings(name, changes)
    sizes = data.kind(models.training_data(name)).sizes(bins, speakers, content.encoder(content.DEFAULT).size)
    model = models.build(name, settings, **sizes)
    costs = multiply_adds(model)
    networks = {
        network: {
            "parameters": parts.count_params(),
            "trainable": sum(math.prod(variable.shape) for variable in parts.trainable_variables),
            "multiply_adds": costs[network],
        }
        for network, parts in model.networks.items()
    }
    totals = {key: sum(network[key] for network in networks.values()) for key in ("parameters", "trainable")}
    return {"model": name, "networks": networks, **totals, "settings": settings}


def multiply_adds(model):
    """Return {network: multiply-adds} of a model, as in the result of `describe`."""
    steps_per_frame = getattr(model, "steps_per_frame", {})
    return {name: _of_one_frame(network, steps_per_frame.get(name)) for name, network in model.networks.items()}


def as_text(info):
    """Return the result of `describe` as lines for a terminal."""
    lines = [f"{info['model']}: {info['parameters']:,} parameters, {info['trainable']:,} trainable"]
    unit = data.kind(models.training_data(info["model"])).cost_unit
    for name, network in info["networks"].items():
        parameters, multiply_adds = network["parameters"], network["multiply_adds"]
        lines.append(f"  {name:18s}{parameters:>10,} parameters{multiply_adds:>12,} multiply-adds per {unit}")
    for section, values in info["settings"].items():
        lines += [f"{section}:", *(f"  {key}: {value}" for key, value in values.items())]
    return "\n".join(lines)


def _of_one_frame(network, steps_per_frame):
    """Return the multiply-adds of a network for one frame; networks over time are counted over `FRAMES` frames."""
    if steps_per_frame is None:
        return sum(map(_multiply_adds, network.layers))
    long = keras.tree.map_structure(
        lambda tensor: keras.Input([FRAMES * steps_per_frame if size is None else size for size in tensor.shape[1:]]),
        network.input,
    )
    return sum(map(_multiply_adds, keras.models.clone_model(network, long).layers)) // FRAMES


def _multiply_adds(layer):
    """Return the multiply-adds of a layer: for each weight of a kernel, the number of positions it is applied at."""
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
