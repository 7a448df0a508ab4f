"""Long-range memory, measured: a model must name the symbol that stood some steps back.

Built in chapter 2.1: why an RNN forgets, and what an LSTM, a GRU and attention do about it.
"""

from collections.abc import Callable, Iterable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.models import LanguageModel
from lmlab.nn.taps import listen

N_SYMBOLS = 8
VOCAB_SIZE = 2 * N_SYMBOLS
CHANCE = 1 / N_SYMBOLS
"""The accuracy of guessing."""

_LEARNING_RATE = 0.01
_BATCH, _TEST = 64, 512


def recall_batch(
    batch: int, distance: int, n_symbols: int = N_SYMBOLS, generator: torch.Generator | None = None
) -> tuple[Int[Tensor, "batch time"], Int[Tensor, " batch"]]:
    """Texts of distance + 1 tokens, and what is asked after the last: their first token.

    That token is one of 0 … n_symbols - 1; fillers, drawn from as many other tokens, follow it. So
    what is to be kept can be told from what is to be let go, and one symbol is all there is to
    keep: a model that fails has forgotten it on the way, not run out of room.
    """
    if distance < 1:
        raise ValueError(f"distance={distance} must be 1 or more: a filler stands at the end.")
    symbols = torch.randint(n_symbols, (batch, 1), generator=generator)
    fillers = torch.randint(n_symbols, 2 * n_symbols, (batch, distance), generator=generator)
    return torch.cat((symbols, fillers), dim=1), symbols[:, 0]


def measure_recall(
    make_model: Callable[[int, int], LanguageModel],
    distances: Iterable[int],
    steps: int = 150,
    seed: int = 0,
) -> dict[int, float]:
    """For each distance, the accuracy on fresh texts of a model that was trained on it alone.

    `make_model(vocab_size, context_length)` makes a new model each time. Guessing gives `CHANCE`.
    """
    accuracy = {}
    for distance in distances:
        torch.manual_seed(seed)
        model = make_model(VOCAB_SIZE, distance + 1)
        _learn(model, distance, steps)
        ids, targets = recall_batch(_TEST, distance)
        with model.evaluating():
            right = model(ids)[:, -1].argmax(dim=-1) == targets
        accuracy[distance] = right.float().mean().item()
    return accuracy


def gradient_by_distance(
    model: LanguageModel, ids: Int[Tensor, "batch time"]
) -> Float[Tensor, " time"]:
    """How strongly the prediction at the end depends on the token that stands d steps before it.

    At [d]: the length of the gradient of the likeliest token's last logit with respect to the
    vector of the token d steps back, averaged over the texts; at [0] that of the last token.
    """
    embedded = _Embedded()
    with model.evaluating(), torch.enable_grad(), listen(embedded):
        likeliest = model(ids)[:, -1].amax(dim=-1)  # (batch,)
    (gradient,) = torch.autograd.grad(likeliest.sum(), embedded.value)  # (batch, time, d_model)
    return gradient.norm(dim=-1).mean(dim=0).flip(0)


def _learn(model: LanguageModel, distance: int, steps: int) -> None:
    """Plain Adam; only what is said after the last token is judged."""
    optimizer = torch.optim.Adam(model.parameters(), lr=_LEARNING_RATE)
    model.train()
    for _ in range(steps):
        ids, targets = recall_batch(_BATCH, distance)
        loss = F.cross_entropy(model(ids)[:, -1], targets)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


class _Embedded:
    """Listens for the vectors that a model makes of its tokens."""

    value: Tensor

    def wants(self, module: nn.Module, name: str) -> bool:
        return name == "embedded"

    def receive(self, module: nn.Module, name: str, value: Tensor) -> Tensor:
        self.value = value
        return value
