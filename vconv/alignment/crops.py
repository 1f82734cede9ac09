"""Crops of utterances in voices that nobody has, for an encoder that is to hear what is said and not who says it."""

import numpy as np

from vconv.audio.mel_cepstrum import frequency_warp
from vconv.features.cepstra import CONTENT_ORDER, ORDER, SHAPE

WARPS = 25
CHANNEL_DEVIATION = np.concatenate([[0.0, 0.15], np.full(6, 0.08), np.zeros(ORDER - 7)])
POWER_DEVIATION = 0.3
PAUSE_WEIGHT = 0.05


class Crops:
    """Random crops of training utterances, each in another voice, with the cluster of each row.

    A crop's mel-cepstra go through an all-pass warp, which is a vocal tract of another length, get a constant offset,
    which is another microphone, and lose a part of their utterance's mean. Some rows are hidden, for the encoder to
    go by the context.

    Parameters
    ----------
    rows : Rows
    labels : ndarray [n], int32
    settings : dict
        The section `encoder` of match.yaml.
    seed : int or tuple of int
    """

    def __init__(self, rows, labels, settings, seed):
        self.rows, self.labels, self.settings = rows, labels, settings
        self.random = np.random.default_rng(seed)
        self.warps = np.stack([frequency_warp(ORDER + 1, ORDER, alpha)
                               for alpha in np.linspace(-settings["warp"], settings["warp"], WARPS)]).astype(np.float32)
        chosen = [row for row in rows.utterances if row.split == "training"]
        self.starts, self.lengths = (np.array([getattr(row, name) for row in chosen]) for name in ("start", "length"))
        self.speakers = rows.speaker[self.starts]
        self.means = np.stack([rows.cepstra[place][rows.active[place]].mean(axis=0) for place in
                               map(slice, self.starts, self.starts + self.lengths)])

    def draw(self):
        """Return the next batch.

        Returns
        -------
        content : ndarray [batch, T, 27], float32
            Zero where rows are hidden or an utterance is over.
        labels : ndarray [batch, T], int32
        weights : ndarray [batch, T], float32
            Of each row in the loss: 1, in a pause little, after the utterance's end nothing.
        """
        count, width = self.settings["batch_size"], self.settings["crop_rows"]
        drawn = self.random.integers(len(self.starts), size=count)
        begin = self.random.integers(np.maximum(self.lengths[drawn] - width, 0) + 1)
        inside = begin[:, None] + np.arange(width)
        there = inside < self.lengths[drawn, None]
        chosen = self.starts[drawn, None] + np.minimum(inside, self.lengths[drawn, None] - 1)
        content = self._perturbed(drawn, chosen)
        content[~there | self._hidden(count, width)] = 0
        weights = there * np.where(self.rows.active[chosen], 1.0, PAUSE_WEIGHT)
        return content, self.labels[chosen], weights.astype(np.float32)

    def _perturbed(self, drawn, chosen):
        """Return the content [batch, T, 27] of the rows `chosen` in other voices."""
        count, random = len(drawn), self.random
        warp = self.warps[random.integers(WARPS, size=count)]
        speaker = self.speakers[drawn]
        offset = random.normal(size=(count, ORDER + 1)) * CHANNEL_DEVIATION - self.rows.mean[speaker]
        deviation = self.rows.deviation[speaker, None]
        cepstra = (self.rows.cepstra[chosen] @ warp + offset[:, None]) / deviation
        own = (self.means[drawn, None] @ warp + offset[:, None]) / deviation
        content = self.rows.content[chosen]
        content[..., :CONTENT_ORDER] = (cepstra - own * random.random((count, 1, 1)))[..., SHAPE]
        content[..., CONTENT_ORDER] += random.normal(size=(count, 1)) * POWER_DEVIATION
        return content

    def _hidden(self, count, width):
        """Return which rows [count, width], bool, are hidden: 0 to `masked_rows` neighbours in each crop."""
        hidden = self.random.integers(min(self.settings["masked_rows"], width - 1) + 1, size=count)
        first = self.random.integers(width - hidden)
        place = np.arange(width)
        return (place >= first[:, None]) & (place < (first + hidden)[:, None])
