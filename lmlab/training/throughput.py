"""Tokens a second: training steps of our GPT and of other packages' models of the same size."""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.models import GPT, TransformerConfig
from lmlab.scaling import forward_flops_per_token
from lmlab.scaling.timing import median_seconds
from lmlab.training.config import TrainingConfig
from lmlab.training.optimizers import Optimizers
from lmlab.training.presets import preset

BATCH = 12
REPEATS = 30
GEMM = 1024
"""Rows and columns of the matrices whose product sets the mark."""


@dataclass(frozen=True)
class Speed:
    """How fast one model trains."""

    name: str
    tokens_per_second: float
    """Of the median step."""
    flops_per_second: float
    """What the matrices need for these tokens, whatever else the model computes."""


def speeds(vocab_size: int, repeats: int = REPEATS) -> tuple[list[Speed], float]:
    """Time whole training steps (forward, backward, update) of all models by turns.

    Also returns the FLOP/s of plain matrix products, which took their turns as well.
    """
    plain = preset("plain").model_config(vocab_size)
    ours = preset("fast").model_config(vocab_size)
    optimizer = TrainingConfig(steps=1, optimizer="adamw")
    steps = {
        "lmlab, GPT-2's parts": (plain, _our_step(plain, optimizer)),
        "lmlab, preset fast with AdamW": (ours, _our_step(ours, optimizer)),
        "lmlab, preset fast with Muon": (ours, _our_step(ours, TrainingConfig(steps=1))),
        "Hugging Face GPT-2": (plain, _hugging_face_step(plain)),
    }
    if importlib.util.find_spec("x_transformers"):
        steps["x-transformers"] = (plain, _x_transformers_step(plain))
    square = torch.randn(GEMM, GEMM)
    ids = torch.randint(vocab_size, (BATCH, plain.context_length + 1))
    work = {name: partial(step, ids) for name, (_, step) in steps.items()}
    median = median_seconds({**work, "gemm": partial(torch.matmul, square, square)}, repeats)
    rows = [_speed(name, config, median[name]) for name, (config, _) in steps.items()]
    return rows, 2 * GEMM**3 / median["gemm"]


def _speed(name: str, config: TransformerConfig, seconds: float) -> Speed:
    tokens_per_second = BATCH * config.context_length / seconds
    # A token attends to half of the context on average; backward costs twice the forward pass.
    flops = 3 * forward_flops_per_token(config, context=config.context_length // 2)
    return Speed(name, tokens_per_second, flops * tokens_per_second)


def _step(logits: Callable[[Tensor], Tensor], update: Callable[[], None], model: nn.Module):
    """A training step on ids of shape (batch, context_length + 1)."""

    def step(ids: Tensor) -> None:
        loss = F.cross_entropy(logits(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        model.zero_grad()
        loss.backward()
        update()

    return step


def _our_step(config: TransformerConfig, training: TrainingConfig):
    model = GPT(config)
    optimizers = Optimizers(model, training)
    return _step(model, lambda: optimizers.step(1.0), model)


def _hugging_face_step(config: TransformerConfig):
    model = hugging_face_gpt2(config)
    return _step(lambda ids: model(ids).logits, _adamw(model), model)


def hugging_face_gpt2(config: TransformerConfig) -> nn.Module:
    """Hugging Face's GPT-2 of the size of `config`, with random weights and without dropout."""
    from transformers import GPT2Config, GPT2LMHeadModel

    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.d_model,
            n_layer=config.n_layers,
            n_head=config.n_heads,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=None,
            eos_token_id=None,
        )
    )


def _x_transformers_step(config: TransformerConfig):
    from x_transformers import Decoder, TransformerWrapper

    model = TransformerWrapper(
        num_tokens=config.vocab_size,
        max_seq_len=config.context_length,
        attn_layers=Decoder(
            dim=config.d_model,
            depth=config.n_layers,
            heads=config.n_heads,
            attn_dim_head=config.d_head,
            attn_flash=True,
        ),
        tie_embedding=True,
    )
    return _step(model, _adamw(model), model)


def _adamw(model: nn.Module) -> Callable[[], None]:
    """The same fused AdamW for all."""
    return torch.optim.AdamW(model.parameters(), lr=1e-3, fused=True).step
