"""What it costs to keep all attention maps: a GPT-2 small under `record`, and left alone.

Left alone, attention runs in PyTorch's kernel, which never stores the weights. The vocabulary is
small: it is the body that is measured.
"""

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from lmlab.bench.figure import Figure
from lmlab.bench.generation import GPT2_PARTS
from lmlab.interpret import record
from lmlab.models import GPT, TransformerConfig
from lmlab.scaling.timing import median_seconds

SHAPE = {"vocab_size": 96, "d_model": 768, "n_layers": 12, "n_heads": 12}
BUDGETS = {512: 1.05, 1024: 1.25}
"""At most so many times the time of the same forward pass without a tape."""


def measure(repeats: int = 7) -> Iterator[Figure]:
    """Seconds of a forward pass, alone and recorded, for each length of text."""
    torch.manual_seed(0)
    model = GPT(TransformerConfig(**SHAPE, **GPT2_PARTS, context_length=max(BUDGETS))).eval()
    for length, most in BUDGETS.items():
        ids = torch.randint(SHAPE["vocab_size"], (1, length))
        work = {"alone": partial(_alone, model, ids), "recorded": partial(_recorded, model, ids)}
        seconds = median_seconds(work, repeats)
        where = f"attention maps, {length} tokens"
        yield Figure(f"{where}: a forward pass alone", seconds["alone"], "s")
        ratio = seconds["recorded"] / seconds["alone"]
        yield Figure(f"{where}: recorded / alone", ratio, "×", at_most=most)


def _alone(model: GPT, ids: Tensor) -> None:
    with torch.no_grad():
        model(ids)


def _recorded(model: GPT, ids: Tensor) -> None:
    with torch.no_grad(), record(model, only="*.attn.weights"):
        model(ids)
