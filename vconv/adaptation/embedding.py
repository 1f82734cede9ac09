"""The speaker embedding with which a frozen network predicts a speaker's acoustic features, by Gauss-Newton steps."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np

from vconv.common.workers import available_cores

STEP = 1e-2  # of the differences that stand for derivatives; an element's standard deviation is about 0.1
ROUNDS = 2  # a third lowers the error by less than 0.2 %
RIDGE = 0.003  # weight of the prior beside the mean squared error
SHARES = (1.0, 0.5, 0.25)  # of a step that are tried


def fit(network, known, contents, matched, weight, rounds=ROUNDS, ridge=RIDGE):
    """Return the embedding, float32 [E], with the smallest weighted mean squared error.

    An embedding has a few dozen elements, so finite differences replace gradients. The prior is a normal distribution
    around the mean of the known embeddings, with their variance. The start is the best of them and of their mean.

    Parameters
    ----------
    network : callable
        (content float32 [B, T, C], embedding float32 [E]) → normalized acoustic features float32 [B, T, A].
    known : ndarray [S, E]
        Embeddings of the speakers of the training.
    contents : ndarray [B, T, C], float32
    matched : ndarray [B, T, A], float32
        What the network should predict.
    weight : ndarray [B, T]
        0 where nothing is known.
    rounds : int
        Most steps.
    ridge : float
        Weight of the mean squared difference from the prior's mean, in its variances.
    """
    problem = _Problem(network, known, contents, matched, weight, ridge)
    with ThreadPoolExecutor(available_cores()) as pool:

        def evaluated(embeddings):
            """Return the loss, embedding and residual of the best of some embeddings."""
            residuals = list(pool.map(problem.residual, embeddings))
            losses = [residual @ residual for residual in residuals]
            chosen = int(np.argmin(losses))
            return losses[chosen], embeddings[chosen], residuals[chosen]

        loss, embedding, residual = evaluated([problem.mean, *known.astype(np.float64)])
        for _ in range(rounds):
            moved = pool.map(problem.residual, embedding + STEP * np.eye(len(embedding)))
            jacobian = np.stack([(one - residual) / STEP for one in moved], axis=1)
            step = np.linalg.solve(jacobian.T @ jacobian, -jacobian.T @ residual)
            new = evaluated([embedding + share * step for share in SHARES])
            if new[0] >= loss:
                break
            loss, embedding, residual = new
    return embedding.astype(np.float32)


class _Problem:
    """Residuals whose sum of squares is the loss; parameters as of `fit`."""

    def __init__(self, network, known, contents, matched, weight, ridge):
        self.network, self.contents, self.inside = network, contents, weight > 0
        self.wanted = matched[self.inside]
        self.root = np.sqrt(weight[self.inside] / weight.sum() / matched.shape[-1])[:, None]
        self.mean = known.mean(axis=0, dtype=np.float64)
        self.prior = np.sqrt(ridge / len(self.mean) / known.var(axis=0).mean())

    def residual(self, embedding):
        """Return the weighted errors of all features of all frames, then those of the prior, float64 [n]."""
        predicted = self.network(self.contents, embedding.astype(np.float32))[self.inside]
        errors = (predicted - self.wanted) * self.root
        return np.append(errors.ravel(), self.prior * (embedding - self.mean)).astype(np.float64)
