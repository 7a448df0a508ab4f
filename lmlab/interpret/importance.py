"""Which tokens a decision hangs on: by its gradient, by leaving them out, or by attention.

Built in chapter 6.5.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lmlab.interpret.record import record
from lmlab.interpret.rollout import rollout
from lmlab.models import SequenceClassifier

Score = Callable[[Int[Tensor, "batch time"]], Float[Tensor, " batch"]]
"""How strongly a model decides for something, for each text of a batch."""


class Importance(NamedTuple):
    """How much each token of a text counts, by three measures; the first two have a sign."""

    gradient_times_input: Float[Tensor, " time"]
    occlusion: Float[Tensor, " time"]
    attention: Float[Tensor, " time"]


def importance(model: SequenceClassifier, ids: Int[Tensor, " time"], output: int) -> Importance:
    """What the tokens of a text do for the lead of class `output`; see the functions below.

    Attention is its rollout through all layers, averaged over the positions that are pooled.
    """

    def of_vectors(x: Tensor) -> Tensor:
        with record(model, only=(), edit={"embedded": lambda _: x[None]}):
            return lead(model(ids[None]), output)[0]

    with model.evaluating():
        with record(model) as tape:
            model(ids[None])
        left_out = occlusion(lambda rows: lead(model(rows), output), ids)
    gradient = gradient_times_input(of_vectors, tape["embedded"][0])
    return Importance(gradient, left_out, rollout(tape.attention_weights())[-1].mean(dim=0))


def lead(logits: Float[Tensor, "batch classes"], output: int) -> Float[Tensor, " batch"]:
    """By how much the logit of `output` leads: ln(p / (1 - p)), its log-odds."""
    others = torch.arange(logits.size(1), device=logits.device) != output
    return logits[:, output] - logits[:, others].logsumexp(dim=-1)


def gradient_times_input(
    score: Callable[[Float[Tensor, "time d_model"]], Float[Tensor, ""]],
    x: Float[Tensor, "time d_model"],
) -> Float[Tensor, " time"]:
    """For each token, the dot product of its vector and the gradient of the score there.

    To first order, what the score would lose if the vector were 0.
    Source: Shrikumar et al. 2016 (arXiv 1605.01713).
    """
    x = x.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(score(x), x)
    return (gradient * x).sum(dim=-1).detach()


def occlusion(score: Score, ids: Int[Tensor, " time"]) -> Float[Tensor, " time"]:
    """For each token, what the score loses when that token is left out of the text.

    A text of one token cannot lose it. Source: Li, Monroe & Jurafsky 2016 (arXiv 1612.08220).
    """
    n = len(ids)
    others = ~torch.eye(n, dtype=torch.bool, device=ids.device)
    shortened = ids.expand(n, n)[others].view(n, n - 1)  # row i: all but token i
    return score(ids[None]) - score(shortened)


def without(
    ids: Int[Tensor, " time"], weights: Float[Tensor, " time"], k: int
) -> Int[Tensor, " rest"]:
    """The text without its k most important tokens: what does a model say to that?

    Source: DeYoung et al. 2020, "comprehensiveness" (arXiv 1911.03429).
    """
    gone = weights.topk(k).indices
    kept = torch.ones_like(ids, dtype=torch.bool)
    kept[gone] = False
    return ids[kept]
