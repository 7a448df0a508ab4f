"""Read a Llama out of a GGUF file, in which llama.cpp keeps weights of 4 or 8 bits.

Each block of 32 weights has its own scale (and offset): w = scale · q + offset.
Source: the GGUF specification and `convert_hf_to_gguf.py`, in the repositories ggml and llama.cpp.
"""

import json
from pathlib import Path
from typing import Any

import tokenizers
import torch
from torch import Tensor

from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained.library_tokenizer import LibraryTokenizer
from lmlab.pretrained.weight_maps import rename
from lmlab.text.byte import BYTE_LEVEL

_NAMES = {
    "token_embd": "embed",
    "blk.{}.attn_norm": "blocks.{}.attn_norm",
    "blk.{}.attn_q": "blocks.{}.attn.q_proj",
    "blk.{}.attn_k": "blocks.{}.attn.k_proj",
    "blk.{}.attn_v": "blocks.{}.attn.v_proj",
    "blk.{}.attn_output": "blocks.{}.attn.out_proj",
    "blk.{}.ffn_norm": "blocks.{}.mlp_norm",
    "blk.{}.ffn_up": "blocks.{}.mlp.up_proj",
    "blk.{}.ffn_gate": "blocks.{}.mlp.gate_proj",
    "blk.{}.ffn_down": "blocks.{}.mlp.down_proj",
    "output_norm": "final_norm",
    "output": "head",
}
_PRE_TOKENIZERS = {"smollm": [{"type": "Digits", "individual_digits": True}], "gpt-2": []}
"""What cuts a text before GPT-2's own pattern does; SmolLM takes each digit by itself."""
_SPECIAL = 3  # the "control" type of a token


def read_gguf(path: str | Path) -> tuple[GPT, LibraryTokenizer]:
    """The model, its weights as float32, and the tokenizer; ValueError for another family."""
    from gguf import GGUFReader

    reader = GGUFReader(path)
    fields = {name: field.contents() for name, field in reader.fields.items()}
    if fields["general.architecture"] != "llama":
        raise ValueError(
            f"{path} holds a model of the family {fields['general.architecture']!r}; of GGUF files "
            "only those of the family 'llama' can be read."
        )
    weights = {rename(tensor.name, _NAMES): _full_precision(tensor) for tensor in reader.tensors}
    config = _config(fields, tied="head.weight" not in weights)
    for name, weight in weights.items():
        if name.endswith(("q_proj.weight", "k_proj.weight")):
            weights[name] = _halves(weight, config.d_head)
    return GPT.from_weights(config, weights, Path(path)), _tokenizer(fields)


def _full_precision(tensor: Any) -> Tensor:
    from gguf.quants import dequantize

    return torch.from_numpy(dequantize(tensor.data, tensor.tensor_type).copy())


def _halves(weight: Tensor, d_head: int) -> Tensor:
    """From RoPE on neighbouring rows, (0, 1), (2, 3) …, to RoPE on row i and row i + d_head/2.

    llama.cpp turns neighbours, so that a converter has interleaved the halves of each head.
    """
    pairs = weight.view(-1, d_head // 2, 2, weight.size(-1))  # (heads, pair, 2, d_model)
    return pairs.transpose(1, 2).reshape(weight.shape)


def _config(fields: dict[str, Any], tied: bool) -> TransformerConfig:
    return TransformerConfig(
        vocab_size=len(fields["tokenizer.ggml.tokens"]),
        context_length=fields["llama.context_length"],
        d_model=fields["llama.embedding_length"],
        n_layers=fields["llama.block_count"],
        n_heads=fields["llama.attention.head_count"],
        n_kv_heads=fields["llama.attention.head_count_kv"],
        d_ff=fields["llama.feed_forward_length"],
        norm_eps=fields["llama.attention.layer_norm_rms_epsilon"],
        rope_theta=fields["llama.rope.freq_base"],
        activation="swiglu",
        tied_embeddings=tied,
    )


def _tokenizer(fields: dict[str, Any]) -> LibraryTokenizer:
    """The byte-level BPE that the file describes by tokens, merges and the name of a pattern."""
    tokens = fields["tokenizer.ggml.tokens"]
    kind = (fields["tokenizer.ggml.model"], fields["tokenizer.ggml.pre"])
    if kind[0] != "gpt2" or kind[1] not in _PRE_TOKENIZERS:
        raise ValueError(
            f"the file's tokenizer is of the kind {' / '.join(kind)}; known are "
            f"{', '.join(f'gpt2 / {name}' for name in _PRE_TOKENIZERS)}."
        )
    byte_level = BYTE_LEVEL | {"use_regex": True}
    content = {
        "version": "1.0",
        "added_tokens": _added(tokens, fields["tokenizer.ggml.token_type"]),
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [*_PRE_TOKENIZERS[kind[1]], byte_level],
        },
        "decoder": BYTE_LEVEL,
        "model": {
            "type": "BPE",
            "vocab": {token: id for id, token in enumerate(tokens)},
            "merges": [merge.split(" ") for merge in fields["tokenizer.ggml.merges"]],
        },
    }
    return LibraryTokenizer(
        tokenizers.Tokenizer.from_str(json.dumps(content)),
        eos_token=tokens[fields["tokenizer.ggml.eos_token_id"]],
        chat_template=fields.get("tokenizer.chat_template"),
    )


def _added(tokens: list[str], kinds: list[int]) -> list[dict[str, Any]]:
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    return [
        {"id": id, "content": token, "special": True, **plain}
        for id, (token, kind) in enumerate(zip(tokens, kinds, strict=True))
        if kind == _SPECIAL
    ]
