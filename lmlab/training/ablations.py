"""Ablations: a GPT with one part taken out, trained like the whole one. What does it lose?

What `lmlab bench ablations` runs. Built in chapter 2.3.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from tqdm.auto import tqdm

from lmlab.models import GPT, LanguageModel, TransformerConfig
from lmlab.nn import Block
from lmlab.sources import shipped_json
from lmlab.text import corpora
from lmlab.text.scores import bits_per_character
from lmlab.training.config import TrainingConfig
from lmlab.training.evaluation import Validation, next_token_loss
from lmlab.training.loop import train
from lmlab.training.machine import use_threads
from lmlab.training.scoreboard import Fitted
from lmlab.training.texts import EncodedCorpus, encode_corpus

PARTS = ("nothing", "positions", "feed-forward", "attention", "norm", "residual", "mask")
"""What `without` can take out; "nothing" leaves the whole model, to compare with."""

HELD_OUT = 16_384
"""Tokens of the validation text that a model is scored on."""


@dataclass(frozen=True)
class Ablation:
    """How far a model came without a part."""

    part: str
    n_layers: int
    steps: int
    seed: int
    parameters: int
    bits_per_char: float
    """On held-out text, read in blocks."""
    seconds: float
    """Of training."""


def without(part: str, config: TransformerConfig) -> GPT:
    """A GPT of pre-norm blocks with a part taken out of each; `part` is one of `PARTS`.

    What is left starts with the weights that it has in the whole model of the same seed. Without
    its feed-forward a model has a third of the weights in its blocks; three times as many blocks
    make up for that. The norms of queries and keys (`qk_norm`) are left.
    """
    match part:
        case "nothing":
            return GPT(config)
        case "positions":
            return GPT(config.replace(positions="none"))
        case "mask":
            return Peeking(config)
        case "attention":
            return _replaced(config, attn=Nothing(), attn_norm=nn.Identity())
        case "feed-forward":
            return _replaced(config, mlp=Nothing(), mlp_norm=nn.Identity())
        case "norm":
            model = _replaced(config, attn_norm=nn.Identity(), mlp_norm=nn.Identity())
            model.final_norm = nn.Identity()
            return model
        case "residual":
            model = GPT(config)
            model.blocks = nn.ModuleList(map(Chain, model.blocks))
            return model
    raise ValueError(f"there is no part {part!r} to take out; there are {', '.join(PARTS)}.")


def train_without(
    part: str,
    text: EncodedCorpus,
    config: TransformerConfig,
    *,
    steps: int = 300,
    seed: int = 0,
    **training,
) -> Fitted:
    """Train a GPT without a part; `training` are settings of `TrainingConfig`."""
    torch.manual_seed(seed)
    model = without(part, config)
    plan = TrainingConfig(steps=steps, seed=seed, evaluate_every=steps, **training)
    glance = text.validation.first(HELD_OUT)
    result = train(model, text.train, plan, validation=glance, progress=False)
    last = result.history[-1]
    return Fitted(model, last["seconds"], last["tokens"], result.history)


def bench_ablations(
    corpus: str = "python-reference",
    *,
    lengths: Sequence[int] = (150, 600),
    seeds: int = 2,
    threads: int | None = None,
) -> dict[str, Any]:
    """Take each part out of a small GPT of characters and train what is left, for each length.

    The feed-forward is taken out of three times as many blocks as well, which have as many weights
    as the whole model. The result is plain JSON.
    """
    use_threads(threads)
    text = encode_corpus(corpora.load(corpus), "char")
    config = TransformerConfig(
        vocab_size=text.tokenizer.vocab_size, context_length=64, d_model=64, n_layers=4
    )
    models = [(part, config) for part in PARTS]
    models.append(("feed-forward", config.replace(n_layers=3 * config.n_layers)))
    runs = [(*model, steps, seed) for steps in lengths for model in models for seed in range(seeds)]
    rows = [_ablation(text, *run) for run in tqdm(runs, desc="ablations", unit="model")]
    return {"corpus": corpus, "torch": torch.__version__, "rows": [asdict(row) for row in rows]}


def table(result: Mapping[str, Any]) -> str:
    """The result for a reader: bits per character, the mean of the seeds."""
    bits = defaultdict(list)
    for row in result["rows"]:
        bits[row["part"], row["n_layers"], row["steps"]].append(row["bits_per_char"])
    lengths = sorted({steps for *_, steps in bits})
    lines = ["without        blocks" + "".join(f"{steps:7} steps" for steps in lengths)]
    for part, n_layers in dict.fromkeys((part, n_layers) for part, n_layers, _ in bits):
        scores = (f"{mean(bits[part, n_layers, steps]):13.2f}" for steps in lengths)
        lines.append(f"{part:14} {n_layers:6}" + "".join(scores))
    return "\n".join(lines)


def shipped_result() -> dict[str, Any]:
    """The result of `bench_ablations` that is shipped with the course."""
    return shipped_json("ablations/python-reference.json")


def _ablation(
    text: EncodedCorpus, part: str, config: TransformerConfig, steps: int, seed: int
) -> Ablation:
    fitted = train_without(part, text, config, steps=steps, seed=seed)
    bits, size = fitted.history[-1]["bits_per_char"], fitted.model.num_parameters()
    return Ablation(part, config.n_layers, steps, seed, size, bits, fitted.seconds)


def bits_when_writing(model: LanguageModel, validation: Validation, windows: int = 512) -> float:
    """Bits per character where nothing stands after the token that is to be predicted.

    So a model is asked when it writes: for what follows the end of a text. Each of so many windows
    of held-out text asks for one token.
    """
    length = model.context_length
    starts = np.linspace(0, len(validation.tokens) - length - 1, windows, dtype=int)
    ids = np.stack([validation.tokens[start : start + length + 1] for start in starts])
    ids = torch.from_numpy(ids.astype(np.int64)).to(model.device)  # (windows, length + 1)
    logits = torch.cat([model.next_logits(part) for part in ids[:, :-1].split(64)])
    nats = next_token_loss(logits[:, None], ids[:, -1:]).item()
    return bits_per_character(nats, validation.characters_per_token)


class Nothing(nn.Module):
    """Stands where a part was, and adds nothing to the residual stream."""

    def forward(
        self, x: Float[Tensor, "batch time d_model"], **ignored
    ) -> Float[Tensor, "batch time d_model"]:
        """Zeros; `ignored` is what attention would be told."""
        return torch.zeros_like(x)


class Chain(nn.Module):
    """A block without its residual stream: each part passes on what it made, and no more."""

    def __init__(self, block: Block):
        super().__init__()
        self.attn_norm, self.attn = block.attn_norm, block.attn
        self.mlp_norm, self.mlp = block.mlp_norm, block.mlp

    def forward(
        self, x: Float[Tensor, "batch time d_model"], **attention
    ) -> Float[Tensor, "batch time d_model"]:
        """feed_forward(norm(attention(norm(x))))."""
        x = self.attn(self.attn_norm(x), **attention)
        return self.mlp(self.mlp_norm(x))


class Peeking(GPT):
    """A GPT without its causal mask: in training it can see the token that it is to predict."""

    def forward(self, ids: Int[Tensor, "batch time"]) -> Float[Tensor, "batch time vocab_size"]:
        """Logits of the token that follows each position, which is in sight but for the last."""
        return self.head(self.hidden(ids, causal=False))

    stream = LanguageModel.stream  # with every new token all others change: nothing can be cached


def _replaced(config: TransformerConfig, **modules: nn.Module) -> GPT:
    """A GPT with `modules`, which have no weights, in every block under these names."""
    model = GPT(config)
    for block in model.blocks:
        for name, module in modules.items():
            setattr(block, name, module)
    return model
