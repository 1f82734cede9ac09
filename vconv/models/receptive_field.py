"""How many frames the network of `matched` looks back and ahead, from its settings, without Keras."""


def paddings(network):
    """Return the zero padding of each convolution over time, from the first to the last.

    A convolution extends over (kernel − 1) · dilation frames besides its own. Half of them are ahead, the larger half
    if their number is odd. A limit is spent from the first convolution on, so that all later layers process the frames
    ahead. What a convolution may not look ahead it looks back.

    Parameters
    ----------
    network : mapping
        With the settings `kernel`, `dilations` and `look_ahead_frames` of `matched.yaml`.

    Returns
    -------
    paddings : list of (int, int)
        Frames before and after an utterance, for each convolution. Without a limit they are those of Keras' "same".
    """
    left, found = network["look_ahead_frames"], []
    for dilation in (1, *network["dilations"]):
        extent = (network["kernel"] - 1) * dilation
        ahead = min(left, extent - extent // 2)
        left -= ahead
        found.append((extent - ahead, ahead))
    return found


def reach(network):
    """Return (back, ahead), the numbers of frames on which an output depends besides its own; `network` as above.

    The frames are those of the network's input, with a hop of 10 ms.
    """
    back, ahead = map(sum, zip(*paddings(network), strict=True))
    return back, ahead
