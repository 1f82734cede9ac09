"""Networks for tests of conversion that stand for trained ones."""

import numpy as np

FRAME_BY_FRAME = {"kernel": 1, "dilations": [], "look_ahead_frames": 0}  # settings of a network without context


class FunctionNetwork:
    """(x, embedding) → `function(x, number)` of a speaker; the embedding of speaker n is [n].

    Parameters
    ----------
    function : callable
        (x float32 [batch, …], number of the speaker) → float32 [batch, …].
    speakers : int
    """

    def __init__(self, function, speakers):
        self.function = function
        self.embeddings = np.arange(speakers, dtype=np.float32)[:, None]
        self.fine_tuned = {}

    def __call__(self, x, embedding):
        return self.function(x, int(embedding[0]))
