"""A character model that learns on the engine alone.

Built in chapter 3.2.
"""

import numpy as np
from jaxtyping import Int

from lmlab.autograd.engine import Node, cross_entropy


class CharacterModel:
    """logits = U tanh(H x + d) + b, where x holds the vectors of the last n_before characters.

    Source: Bengio et al. 2003, eq. 1, without the direct connections.
    """

    def __init__(
        self, vocab_size: int, n_before: int, d_embed: int = 16, d_hidden: int = 64, seed: int = 0
    ):
        rng = np.random.default_rng(seed)
        d_context = n_before * d_embed
        self.parameters = {
            "embed": Node(rng.normal(size=(vocab_size, d_embed)), name="embed"),
            "H": Node(rng.normal(size=(d_context, d_hidden)) / d_context**0.5, name="H"),
            "d": Node(np.zeros(d_hidden), name="d"),
            "U": Node(rng.normal(size=(d_hidden, vocab_size)) / d_hidden**0.5, name="U"),
            "b": Node(np.zeros(vocab_size), name="b"),
        }

    def logits(self, contexts: Int[np.ndarray, "batch n_before"]) -> Node:
        """(batch, vocab_size): what follows each context."""
        p = self.parameters
        x = p["embed"][contexts].reshape(len(contexts), -1)  # (batch, n_before · d_embed)
        return (x @ p["H"] + p["d"]).tanh() @ p["U"] + p["b"]

    def step(
        self,
        contexts: Int[np.ndarray, "batch n_before"],
        targets: Int[np.ndarray, " batch"],
        lr: float,
    ) -> float:
        """One step downhill; returns the loss before it, in nats per character."""
        loss = cross_entropy(self.logits(contexts), targets)
        loss.backward()
        for parameter in self.parameters.values():
            parameter.value = parameter.value - lr * parameter.grad
        return float(loss.value)
