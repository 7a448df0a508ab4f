"""A translator that runs in a web browser: a Transformer that reads, a recurrent cell that writes.

Used in chapter 6.1, where its cross-attention is looked at.
"""

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import no_type_check

import tokenizers
import torch
from jaxtyping import Float, Int
from tokenizers.processors import TemplateProcessing
from torch import Tensor, nn

from lmlab.models import EncoderDecoder, TransformerConfig
from lmlab.models.transformer import Transformer, decoder_block, token_head
from lmlab.nn.block import DecoderBlock
from lmlab.nn.recurrent import SSRU
from lmlab.nn.taps import tap
from lmlab.pretrained.library_tokenizer import LibraryTokenizer
from lmlab.pretrained.marian_file import read_marian

END = "</s>"
END_ID = 0
"""Ends a source and a target; as the beginning of a target it stands for no word at all."""

_ATTENTION = {
    f"{kind}{theirs}": f"{ours}_proj.{part}"
    for kind, part in (("W", "weight"), ("b", "bias"))
    for theirs, ours in (("q", "q"), ("k", "k"), ("v", "v"), ("o", "out"))
}
_NORMS = {"self_Wo": "attn", "rnn_ffn": "attn", "context_Wo": "cross", "ffn_ffn": "mlp"}
_IN_A_LAYER = {
    **{f"self_{theirs}": f"attn.{ours}" for theirs, ours in _ATTENTION.items()},
    **{f"context_{theirs}": f"cross.{ours}" for theirs, ours in _ATTENTION.items()},
    **{f"{theirs}_ln_scale": f"{ours}_norm.weight" for theirs, ours in _NORMS.items()},
    **{f"{theirs}_ln_bias": f"{ours}_norm.bias" for theirs, ours in _NORMS.items()},
    "rnn_W": "attn.input_proj.weight",
    "rnn_Wf": "attn.forget_proj.weight",
    "rnn_bf": "attn.forget_proj.bias",
    "ffn_W1": "mlp.up_proj.weight",
    "ffn_b1": "mlp.up_proj.bias",
    "ffn_W2": "mlp.down_proj.weight",
    "ffn_b2": "mlp.down_proj.bias",
}
_NAMES = {"Wemb": "encoder.embed.weight", "decoder_ff_logit_out_b": "head.bias"}
_READABLE = {
    "dec-cell": "ssru",
    "transformer-decoder-autoreg": "rnn",
    "tied-embeddings-all": "true",
}


@no_type_check  # as its parent
@dataclass(frozen=True, kw_only=True)
class BergamotConfig(TransformerConfig):
    """Settings of a student of the Bergamot project; `n_layers` are the encoder's."""

    n_decoder_layers: int = 2


class MarianEncoder(Transformer):
    """A Transformer that embeds as Marian does: vectors times √d_model, plus `marian_positions`."""

    def _embed(self, ids: Tensor, positions: Tensor) -> Tensor:
        d_model = self.config.d_model
        x = self._vectors(ids) * math.sqrt(d_model) + marian_positions(positions, d_model)
        return tap(self, "embedded", x)

    def _vectors(self, ids: Tensor) -> Tensor:
        return self.embed(ids)


class MarianDecoder(MarianEncoder):
    """The same, on a text that begins with a vector of zeros."""

    def _vectors(self, ids: Tensor) -> Tensor:
        return self.embed(ids).masked_fill((ids == END_ID).unsqueeze(-1), 0.0)


class Bergamot(EncoderDecoder):
    """The "tiny" translator of the Bergamot project: it was taught by the output of larger ones.

    Six blocks read. Two write, in which an SSRU takes the place of attention to what was written;
    cross-attention, of 8 heads, looks at the source. Source: Kim et al. 2019 (D19-5632); Bogoychev
    et al. 2020 (aclanthology.org/2020.ngt-1.26).
    """

    Config = BergamotConfig

    def __init__(self, config: BergamotConfig):
        super(EncoderDecoder, self).__init__()
        self.config = config
        self.encoder = MarianEncoder(config)
        writes = config.replace(n_layers=config.n_decoder_layers)
        self.decoder = MarianDecoder(writes, _recurrent_block)
        self.decoder.embed = self.encoder.embed
        self.head = token_head(self.encoder.embed, config)
        self.head.bias = nn.Parameter(torch.zeros(config.vocab_size))


def marian_positions(
    positions: Int[Tensor, "*batch time"], d_model: int
) -> Float[Tensor, "*batch time d_model"]:
    """All sines, then all cosines; the wavelengths run from 2π to 10000·2π, both included.

    Source: `sinusoidalPositionEmbeddings` in Marian's `src/graph/node_initializers.cpp`.
    """
    half = d_model // 2
    exponents = torch.arange(half, device=positions.device) / (half - 1)
    angles = positions.unsqueeze(-1) * 10_000.0**-exponents
    return torch.cat((angles.sin(), angles.cos()), dim=-1)


def read_bergamot(weights: str | Path, vocabulary: str | Path) -> tuple[Bergamot, LibraryTokenizer]:
    """The model in a Marian file, and the tokenizer in a tokenizer.json.

    Raises ValueError when the file holds a model of another kind.
    """
    found, settings = read_marian(weights)
    other = {
        key: settings.get(key) for key, value in _READABLE.items() if settings.get(key) != value
    }
    if other:
        raise ValueError(f"{weights} is no student of Bergamot: {other}; {_READABLE} is wanted.")
    config = BergamotConfig(
        vocab_size=found["Wemb"].size(0),
        context_length=512,
        d_model=found["Wemb"].size(1),
        n_layers=int(settings["enc-depth"]),
        n_decoder_layers=int(settings["dec-depth"]),
        n_heads=int(settings["transformer-heads"]),
        d_ff=int(settings["transformer-dim-ffn"]),
        norm="layernorm",
        norm_position="post",
        norm_eps=1e-9,
        positions="sinusoidal",
        activation="relu",
        bias=True,
    )
    ours = {_our_name(name): weight for name, weight in found.items()}
    return Bergamot.from_weights(config, ours, Path(weights)), _tokenizer(vocabulary)


def _tokenizer(path: str | Path) -> LibraryTokenizer:
    library = tokenizers.Tokenizer.from_file(str(path))
    library.post_processor = TemplateProcessing(f"$A {END}", special_tokens=[(END, END_ID)])
    return LibraryTokenizer(library, eos_token=END)


def _our_name(theirs: str) -> str:
    if theirs in _NAMES:
        return _NAMES[theirs]
    found = re.fullmatch(r"(encoder|decoder)_l(\d+)_(\w+)", theirs)
    if not found or found[3] not in _IN_A_LAYER:
        raise ValueError(f"no layer of ours has the weight {theirs!r}.")
    return f"{found[1]}.blocks.{int(found[2]) - 1}.{_IN_A_LAYER[found[3]]}"


def _recurrent_block(config: TransformerConfig) -> DecoderBlock:
    """A decoder's block with an SSRU where it would look at its own text."""
    block = decoder_block(config)
    block.attn = SSRU(config.d_model)
    return block
