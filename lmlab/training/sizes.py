"""A ladder of model sizes on one text: the measurements through which a power law is laid.

Built in chapter 8.1.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from lmlab.models.config import TransformerConfig
from lmlab.models.gpt import GPT
from lmlab.scaling import count_parameters, model_flops_per_token
from lmlab.sources import shipped_json
from lmlab.text import corpora
from lmlab.training.evaluation import evaluate
from lmlab.training.loop import train
from lmlab.training.presets import preset
from lmlab.training.texts import EncodedCorpus, encode_corpus

SHAPES = ((16, 2), (24, 2), (32, 2), (48, 2), (64, 3), (96, 3), (128, 4))
"""(d_model, n_layers), the smallest first: from 6 to 800 thousand parameters in the blocks."""
STEPS, BATCH, CONTEXT, HEAD = 600, 16, 64, 16
HELD_OUT = 2**16
"""Validation tokens for the loss."""


def size_config(d_model: int, n_layers: int, vocab_size: int) -> TransformerConfig:
    """The model of one size: heads about 16 wide, all else as in the preset "tiny"."""
    shape = {"d_model": d_model, "n_layers": n_layers, "n_heads": max(1, round(d_model / HEAD))}
    same = {**preset("tiny").model, "context_length": CONTEXT}
    return TransformerConfig(vocab_size=vocab_size, **{**same, **shape})


def train_size(
    d_model: int, n_layers: int, text: EncodedCorpus, *, steps: int = STEPS, seed: int = 0
) -> dict[str, Any]:
    """Train a GPT of one size; its parameters, tokens, FLOPs and loss as plain JSON.

    "parameters" leaves the embedding out, as Kaplan et al. 2020 do (arXiv 2001.08361): what counts
    in models as small as these is the blocks. The loss is in nats a token of held-out text.
    """
    config = size_config(d_model, n_layers, text.tokenizer.vocab_size)
    plan = preset("tiny").training_config(steps, seed=seed, batch_size=BATCH, evaluate_every=steps)
    torch.manual_seed(seed)
    model = GPT(config)
    result = train(model, text.train, plan, progress=False)
    parts = count_parameters(config)
    tokens = steps * BATCH * CONTEXT
    return {
        "d_model": d_model,
        "n_layers": n_layers,
        "parameters": sum(parts.values()) - parts["embedding"],
        "embedding": parts["embedding"],
        "tokens": tokens,
        "flops": tokens * model_flops_per_token(config, CONTEXT),
        "seed": seed,
        "loss": evaluate(result.model, text.validation.first(HELD_OUT)).nats_per_token,
    }


def train_sizes(
    shapes: Sequence[tuple[int, int]] = SHAPES, *, steps: int = STEPS, seed: int = 0
) -> dict[str, Any]:
    """Train all sizes for the same number of steps on the same batches: some minutes.

    Every model reads the same tokens, so that its size alone differs. The result is plain JSON.
    """
    text = size_text()
    return {
        "corpus": preset("tiny").corpus,
        "tokenizer": f"char, {text.tokenizer.vocab_size} tokens",
        "torch": torch.__version__,
        "sizes": [train_size(*shape, text, steps=steps, seed=seed) for shape in shapes],
    }


def train_one_budget(
    flops: int, shapes: Sequence[tuple[int, int]] = SHAPES[2:], *, seed: int = 0
) -> list[dict[str, Any]]:
    """Train each size until it has spent so many FLOPs: the larger it is, the less it reads.

    Source: Hoffmann et al. 2022, section 3.2 (arXiv 2203.15556), on a small scale.
    """
    text, rows = size_text(), []
    for shape in shapes:
        config = size_config(*shape, text.tokenizer.vocab_size)
        step = BATCH * CONTEXT * model_flops_per_token(config, CONTEXT)
        rows.append(train_size(*shape, text, steps=max(1, round(flops / step)), seed=seed))
    return rows


def size_text() -> EncodedCorpus:
    """The text of the ladder, in characters."""
    return encode_corpus(corpora.load(preset("tiny").corpus), "char")


def shipped_sizes() -> Mapping[str, Any]:
    """The result of `train_sizes` that is shipped with the course.

    With it, as "one_budget", that of `train_one_budget` for the FLOPs of the fifth size.
    """
    return shipped_json("scaling/sizes.json")
