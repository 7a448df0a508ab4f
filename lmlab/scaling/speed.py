"""How fast a GPT and an LSTM of the same size learn and write, as the text grows.

Built in chapter 2.3.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.generate import KVCache
from lmlab.models import GPT, RecurrentConfig, RecurrentLM, TransformerConfig
from lmlab.scaling.timing import median_seconds

TRAINING_LENGTHS = (16, 32, 64, 128, 256, 512)
WRITING_LENGTHS = (32, 64, 128, 256, 512, 1024)
TOKENS = 4096
"""In one batch, whatever the length."""
VOCAB_SIZE, LSTM_WIDTH = 96, 104


@dataclass(frozen=True)
class Timing:
    """How long a model takes at a length of text."""

    name: str
    length: int
    seconds: float
    """For one training step, or for one new token."""


def measure_training_speed(
    lengths: Iterable[int] = TRAINING_LENGTHS,
    repeats: int = 3,
    tokens: int = TOKENS,
    seed: int = 0,
) -> list[Timing]:
    """Seconds for the gradients of one batch of `tokens`, cut into texts of each length.

    Three models of about the same number of parameters: a GPT, our LSTM, and an LSTM on PyTorch's
    own kernel. The longer the texts, the fewer of them, but at least one: tokens=1 gives one text
    at a time. The arithmetic of the LSTM for one token does not depend on the length; but it has
    to wait for its own state `length` times.
    """
    lengths = list(lengths)
    torch.manual_seed(seed)
    models = {name: make(max(lengths)) for name, make in MODELS.items()}
    work = {}
    for length in lengths:
        ids = torch.randint(VOCAB_SIZE, (max(1, tokens // length), length + 1))
        for name, model in models.items():
            work[name, length] = partial(_gradients, model, ids)
    return _rows(median_seconds(work, repeats))


def measure_generation(
    lengths: Iterable[int] = WRITING_LENGTHS, repeats: int = 5, seed: int = 0
) -> list[Timing]:
    """Seconds for one new token after a text of each length.

    A GPT reads all of the text again for it, or has kept its keys and values in a cache; an LSTM
    has kept its state. No model can begin with a token before the one in front of it is chosen.
    """
    lengths = list(lengths)
    torch.manual_seed(seed)
    gpt, lstm = (MODELS[name](max(lengths)) for name in ("GPT", "LSTM"))
    work = {}
    with torch.no_grad():
        for length in lengths:
            ids = torch.randint(VOCAB_SIZE, (1, length))
            work["GPT", length] = partial(gpt, ids)
            work["GPT with cache", length] = _cached_step(gpt, ids)
            work["LSTM", length] = partial(lstm.read, ids[:, -1:], lstm.read(ids)[1])
        return _rows(median_seconds(work, repeats))


class FusedLSTM(nn.Module):
    """Embedding, PyTorch's LSTM and a head: our `RecurrentLM`, without our loop over the text."""

    def __init__(self, vocab_size: int, d_model: int):
        super().__init__()
        self.embed = nn.Embedding(vocab_size, d_model)
        self.lstm = nn.LSTM(d_model, d_model, batch_first=True)
        self.head = nn.Linear(d_model, vocab_size)

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the token that follows each position."""
        return self.head(self.lstm(self.embed(ids))[0])


def _gpt(context_length: int) -> GPT:
    shape = {"d_model": 64, "n_layers": 2, "n_heads": 4}
    return GPT(TransformerConfig(vocab_size=VOCAB_SIZE, context_length=context_length, **shape))


def _lstm(context_length: int) -> RecurrentLM:
    shape = {"cell": "lstm", "d_model": LSTM_WIDTH}
    return RecurrentLM(
        RecurrentConfig(vocab_size=VOCAB_SIZE, context_length=context_length, **shape)
    )


MODELS: dict[str, Callable[[int], nn.Module]] = {
    "GPT": _gpt,
    "LSTM": _lstm,
    "LSTM, fused kernel": lambda _: FusedLSTM(VOCAB_SIZE, LSTM_WIDTH),
}
"""Each made for a context of so many tokens."""


def _gradients(model: nn.Module, ids: Int[Tensor, "batch longer"]) -> None:
    """Forward and backward on one batch; the update of the weights costs all models the same."""
    loss = F.cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
    torch.autograd.grad(loss, list(model.parameters()))


def _cached_step(model: GPT, ids: Int[Tensor, "1 time"]) -> Callable[[], None]:
    """Read the last token, with those before it in a cache; each call starts from there again."""
    cache = KVCache(model.config.n_layers, ids.size(1))
    model(ids[:, :-1], cache=cache)

    def step() -> None:
        for layer in cache.layers:
            layer.length = ids.size(1) - 1
        model(ids[:, -1:], cache=cache)

    return step


def _rows(seconds: dict[tuple[str, int], float]) -> list[Timing]:
    return [Timing(name, length, each) for (name, length), each in seconds.items()]
