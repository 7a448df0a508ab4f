"""The body that GPT, BERT and the encoder–decoder share: embedding, positions, blocks, last norm.

Built in chapters 2.3 and 5.
"""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional as F

from lmlab.generate import KVCache
from lmlab.models.config import TransformerConfig
from lmlab.models.folders import Pretrained
from lmlab.models.initialisation import initialise
from lmlab.models.language_model import require_ids
from lmlab.nn import (
    Block,
    FeedForward,
    LayerNorm,
    MultiHeadAttention,
    RMSNorm,
    alibi_bias,
    positions_from_mask,
    rope_rotation,
    sinusoidal_positions,
)
from lmlab.nn.block import DecoderBlock
from lmlab.nn.taps import tap


def plain_block(config: TransformerConfig) -> Block:
    """A block of these settings that looks at its own text alone."""
    return Block(
        _attention(config), _feed_forward(config), _norm(config), _norm(config), **_manner(config)
    )


def decoder_block(config: TransformerConfig) -> DecoderBlock:
    """A block of these settings that looks at a memory as well."""
    parts = (_attention(config), _attention(config), _feed_forward(config))
    return DecoderBlock(*parts, _norm(config), _norm(config), _norm(config), **_manner(config))


class Transformer(Pretrained):
    """Token ids in, one vector of the residual stream for each position out."""

    Config = TransformerConfig

    def __init__(
        self,
        config: TransformerConfig,
        new_block: Callable[[TransformerConfig], Block] = plain_block,
    ):
        super().__init__()
        self.config = config
        self.embed = nn.Embedding(config.vocab_size, config.d_model)
        self.positions = (
            nn.Embedding(config.context_length, config.d_model)
            if config.positions == "learned"
            else None
        )
        self.embed_norm = _norm(config) if config.embed_norm else None
        self.blocks = nn.ModuleList(new_block(config) for _ in range(config.n_layers))
        # With post-norm the last block has already normalised what it hands on.
        self.final_norm = _norm(config) if config.norm_position == "pre" else nn.Identity()
        initialise(self, config)

    def hidden(
        self,
        ids: Int[Tensor, "batch time"],
        *,
        attention_mask: Bool[Tensor, "batch key"] | None = None,
        cache: KVCache | None = None,
        causal: bool,
        **memory,
    ) -> Float[Tensor, "batch time d_model"]:
        """The residual stream after the last block and norm.

        `attention_mask` is True for real tokens, False for padding on either side; with a cache it
        covers the cached positions as well: key = cached + time. `memory` (memory, memory_mask) is
        for blocks that look at one.
        """
        self._check_ids(ids, attention_mask, cache)
        key_positions = self._key_positions(ids, attention_mask, cache)
        query_positions = key_positions[:, -ids.size(1) :]
        x = self._embed(ids, query_positions)
        attention = self._position_arguments(query_positions, key_positions)
        if attention_mask is not None:
            attention["mask"] = attention_mask[:, None, None, :]  # (batch, heads, query, key)
        for layer, block in enumerate(self.blocks):
            layer_cache = None if cache is None else cache[layer]
            x = block(x, causal=causal, cache=layer_cache, **attention, **memory)
        return tap(self, "hidden", self.final_norm(x))

    def _embed(self, ids: Tensor, positions: Tensor) -> Tensor:
        x = self.embed(ids)
        match self.config.positions:
            case "learned":
                x = x + self.positions(positions)
            case "sinusoidal":
                x = x + sinusoidal_positions(positions, self.config.d_model).to(x.dtype)
        if self.embed_norm is not None:
            x = self.embed_norm(x)
        return tap(self, "embedded", F.dropout(x, self.config.dropout, self.training))

    def _position_arguments(self, query: Tensor, key: Tensor) -> dict[str, object]:
        """What the attention of every block needs to know of the positions."""
        config, dtype = self.config, self.embed.weight.dtype
        match config.positions:
            case "rope":
                cos, sin = rope_rotation(query, config.d_head, config.rope_theta)
                return {"rotation": (cos.to(dtype), sin.to(dtype))}
            case "alibi":
                return {"bias": alibi_bias(query, key, config.n_heads).to(dtype)}
        return {}

    def _key_positions(self, ids, attention_mask, cache) -> Int[Tensor, "batch key"]:
        if attention_mask is not None:
            return positions_from_mask(attention_mask)
        length = ids.size(1) + (0 if cache is None else cache.length)
        return torch.arange(length, device=ids.device)[None]  # (1, key): the same for all

    def _check_ids(self, ids, attention_mask, cache) -> None:
        config = self.config
        length = ids.size(1) + (0 if cache is None else cache.length)
        require_ids(ids, config.vocab_size)
        if length > config.context_length:
            raise ValueError(
                f"{length} tokens do not fit into context_length={config.context_length}: "
                "shorten the text, or keep its end with ids[:, -context_length:]."
            )
        if attention_mask is not None and attention_mask.shape != (ids.size(0), length):
            raise ValueError(
                f"attention_mask has shape {tuple(attention_mask.shape)}; "
                f"{(ids.size(0), length)} is wanted, cached positions counted in."
            )


def token_head(embed: nn.Embedding, config: TransformerConfig) -> nn.Linear:
    """From the residual stream to one logit for each token; the embedding's matrix if tied."""
    head = nn.Linear(config.d_model, config.vocab_size, bias=False)
    if config.tied_embeddings:
        head.weight = embed.weight
    else:
        initialise(head, config)
    return head


def _attention(config: TransformerConfig) -> MultiHeadAttention:
    return MultiHeadAttention(
        config.d_model,
        config.n_heads,
        config.n_kv_heads,
        bias=config.attention_bias,
        out_bias=config.bias,
        qk_norm=config.qk_norm,
        dropout=config.dropout,
    )


def _feed_forward(config: TransformerConfig) -> FeedForward:
    return FeedForward(config.d_model, config.ff_width, config.activation, config.bias)


def _norm(config: TransformerConfig) -> nn.Module:
    kind = LayerNorm if config.norm == "layernorm" else RMSNorm
    return kind(config.d_model, config.norm_eps)


def _manner(config: TransformerConfig) -> dict[str, object]:
    """How a block adds its parts to the stream."""
    return {"post_norm": config.norm_position == "post", "dropout": config.dropout}
