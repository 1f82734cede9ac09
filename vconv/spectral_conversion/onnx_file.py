"""Nodes and constants of an ONNX model, read without the package onnx, which converting does without.

An ONNX model is a message of protocol buffers (https://protobuf.dev/programming-guides/encoding). The numbers of its
fields are those of onnx.proto.
"""

import struct
from typing import NamedTuple

import numpy as np

VARINT, EIGHT_BYTES, SIZED, FOUR_BYTES = 0, 1, 2, 5  # kinds of fields
DTYPES = {1: "<f4", 7: "<i8"}  # of tensors, by their number in ONNX


class Node(NamedTuple):
    """An operator of a graph.

    Attributes
    ----------
    operator : str
    inputs : tuple of str
        Names of tensors.
    attributes : dict
        Name → float, or list of int; an attribute of another type is an empty list.
    """

    operator: str
    inputs: tuple
    attributes: dict


def read(content):
    """Return the nodes, a list of `Node`, and the constants, name → array, of an ONNX model.

    Parameters
    ----------
    content : bytes

    Raises
    ------
    ValueError
        The content is no such message, or a constant is neither float32 nor int64.
    """
    (graph,) = _values(content, 7)
    constants = dict(map(_tensor, _values(graph, 5)))
    return [_node(node) for node in _values(graph, 1)], constants


def _node(message):
    inputs = tuple(bytes(name).decode() for name in _values(message, 1))
    (operator,) = _values(message, 4)
    return Node(bytes(operator).decode(), inputs, dict(map(_attribute, _values(message, 5))))


def _attribute(message):
    """Return name and value of an attribute."""
    (name,) = _values(message, 1)
    numbers = _values(message, 2)
    value = struct.unpack("<f", numbers[0])[0] if numbers else _integers(_values(message, 8) or _values(message, 3))
    return bytes(name).decode(), value


def _tensor(message):
    """Return name and array of a constant."""
    (kind,), (name,), data = _values(message, 2), _values(message, 8), _values(message, 9)
    if kind not in DTYPES or len(data) != 1:
        raise ValueError(f"the constant {bytes(name).decode()} is neither float32 nor int64")
    return bytes(name).decode(), np.frombuffer(data[0], DTYPES[kind]).reshape(_integers(_values(message, 1)))


def _integers(values):
    """Return integers of 64 bits with sign; a value is one of them, or a message of several."""
    found = []
    for value in values:
        if isinstance(value, int):
            found.append(value)
            continue
        position = 0
        while position < len(value):
            number, position = _varint(value, position)
            found.append(number)
    return [number - (number >> 63 << 64) for number in found]


def _values(message, wanted):
    """Return the values of all fields with the number `wanted`, int or memoryview, in order."""
    message, position, found = memoryview(message), 0, []
    while position < len(message):
        key, position = _varint(message, position)
        number, kind = key >> 3, key & 7
        if kind == VARINT:
            value, position = _varint(message, position)
        elif kind in (SIZED, FOUR_BYTES, EIGHT_BYTES):
            size = {FOUR_BYTES: 4, EIGHT_BYTES: 8}.get(kind)
            if size is None:
                size, position = _varint(message, position)
            value, position = message[position : position + size], position + size
        else:
            raise ValueError(f"a field of the kind {kind}")
        if number == wanted:
            found.append(value)
    return found


def _varint(message, position):
    """Return the integer at a position, 7 bits in each byte, and the position after it."""
    value = shift = 0
    while True:
        byte = message[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
