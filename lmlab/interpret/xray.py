"""`xray`: every tensor between a text and its logits, with the formula and the line that made it.

Built in chapter 3.1.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lmlab.interpret.anatomy import Part, anatomy
from lmlab.interpret.origin import Origin, origin
from lmlab.models import LanguageModel, Pretrained
from lmlab.models.config import TransformerConfig
from lmlab.nn.taps import listen
from lmlab.text.tokenizer import Tokenizer


def xray(model: Pretrained, tokenizer: Tokenizer, text: str) -> "XRay":
    """Read `text` once and keep every named tensor, in the order of computation.

    The text is read from the mark between documents on, where the tokenizer has one; special tokens
    written in it, such as `<|mask|>`, count as such. `lmlab.viz.xray` shows the result. Built in
    chapter 3.1.
    """
    begin = [] if tokenizer.eos_id is None else [tokenizer.eos_id]
    ids = [*begin, *tokenizer.encode(text, allow_special=True)]
    eye = _Eye(model)
    with model.evaluating(), listen(eye):
        model(torch.tensor([ids], device=model.device))
    vocabulary = tokenizer.tokens(range(tokenizer.vocab_size))
    return XRay(_steps(model, eye, len(ids)), tokenizer.tokens(ids), vocabulary)


@dataclass(frozen=True, repr=False)
class Step:
    """One tensor of the forward pass: what it is, where it was made, what making it took."""

    name: str
    formula: str
    origin: Origin
    value: Tensor
    """For the one text, without a batch axis."""
    parameters: int
    """Of the matrices and norms in the formula; those that an earlier step used are not counted."""
    flops: int
    """Of the multiplications of matrices."""

    @property
    def kind(self) -> str:
        """Its name without the number of the block: "attn.q"."""
        return _kind(self.name)

    @property
    def shape(self) -> str:
        """Its shape in print: "4 × 9 × 32"."""
        return " × ".join(map(str, self.value.shape))

    @property
    def spread(self) -> "Spread":
        """How its numbers spread."""
        value = self.value.double()
        measured = (value.mean(), value.std(correction=0), value.min(), value.max())
        return Spread(*(number.item() + 0.0 for number in measured))  # + 0.0 turns -0 into 0

    def __repr__(self) -> str:
        mean, std, low, high = self.spread
        numbers = f"{mean:8.3f} {std:8.3f} {low:9.2f} {high:8.2f}"
        return f"{self.name:22} {self.shape:>12} {numbers}  {self.formula}"


class Spread(NamedTuple):
    """Mean, standard deviation, smallest and largest of a tensor's numbers."""

    mean: float
    std: float
    low: float
    high: float


class Cost(NamedTuple):
    """Parameters, and FLOPs of the multiplications of matrices."""

    parameters: int
    flops: int


class XRay(Mapping[str, Step]):
    """A forward pass, step by step: `xray["blocks.0.attn.q"].value`. `print` shows the table."""

    def __init__(self, steps: list[Step], tokens: list[str], vocabulary: list[str]):
        self.steps = {step.name: step for step in steps}
        self.tokens = tokens
        self.vocabulary = vocabulary

    def costs(self) -> dict[str, Cost]:
        """What each kind of step takes, over all blocks."""
        costs: dict[str, Cost] = {}
        for step in self.values():
            parameters, flops = costs.get(step.kind, Cost(0, 0))
            costs[step.kind] = Cost(parameters + step.parameters, flops + step.flops)
        return costs

    def contributions(self) -> dict[str, Float[Tensor, "time d_model"]]:
        """What is written to the residual stream, in order: its first content and each update.

        Raises ValueError for a model that normalises the stream after each sum ("post").
        """
        if any(step.kind == "resid" and "norm" in step.formula for step in self.values()):
            raise ValueError(
                "this model normalises the stream after each sum (norm_position='post'), so it is "
                "no running sum; look at a pre-norm model, such as town-gpt."
            )
        written = ("embedded", "attn.out", "mlp.out")
        return {step.name: step.value for step in self.values() if step.kind in written}

    def likeliest(self, top: int = 5) -> list[tuple[str, float, float]]:
        """The model's best guesses at the last position: token, logit and probability."""
        logits = self["logits"].value[-1]
        best = logits.argsort(descending=True, stable=True)[:top].tolist()
        probabilities = logits.softmax(dim=-1)
        return [(self.vocabulary[i], logits[i].item(), probabilities[i].item()) for i in best]

    def __getitem__(self, name: str) -> Step:
        if name not in self.steps:
            raise KeyError(f"{name} is no step of this pass; print the x-ray to see all names")
        return self.steps[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def __repr__(self) -> str:
        numbers = f"{'mean':>8} {'std':>8} {'min':>9} {'max':>8}"
        head = f"{'tensor':22} {'shape':>12} {numbers}  formula"
        return "\n".join((head, *map(repr, self.values())))


class _Eye:
    """Listens to all taps of one model, and looks where each call came from."""

    def __init__(self, model: nn.Module):
        self.paths = {module: path for path, module in model.named_modules()}
        self.seen: dict[str, tuple[Tensor, Origin]] = {}

    def wants(self, module: nn.Module, name: str) -> bool:
        return module in self.paths

    def receive(self, module: nn.Module, name: str, value: Tensor) -> Tensor:
        full = ".".join(filter(None, (self.paths[module], name)))
        self.seen[full] = value.detach(), origin(module)
        return value


def _steps(model: Pretrained, eye: _Eye, n_tokens: int) -> list[Step]:
    config = model.config
    parts: dict[str, Part] = {}
    if isinstance(config, TransformerConfig):
        parts = anatomy(config, n_tokens, causal=isinstance(model, LanguageModel))
    sizes = {name: weight.numel() for name, weight in model.named_parameters()}
    return [
        _step(name, parts.get(_kind(name), Part("")), value[0], source, sizes)
        for name, (value, source) in eye.seen.items()
    ]


def _step(name: str, part: Part, value: Tensor, source: Origin, sizes: dict[str, int]) -> Step:
    block = name.removesuffix(_kind(name))
    read = tuple(f"{block}{module}." for module in part.reads)
    parameters = sum(size for weight, size in sizes.items() if read and weight.startswith(read))
    return Step(name, part.formula, source, value, parameters, part.flops(tuple(value.shape)))


def _kind(name: str) -> str:
    """`blocks.3.attn.q` -> `attn.q`."""
    return name.split(".", 2)[2] if name.startswith("blocks.") else name
