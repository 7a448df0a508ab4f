"""Weights under Hugging Face's names and in their layouts, and under ours.

Taught in chapter 7, used from chapter 5 on.
"""

import re
from collections.abc import Mapping

import torch
from torch import Tensor

Weights = Mapping[str, Tensor]

# ours: theirs; {} is the layer. GPT-2 keeps q, k and v in one matrix, c_attn, and stores the
# matrices of its linear layers as (in, out); "c_attn.q" is our name for a third of it.
_GPT2 = {
    "embed": "transformer.wte",
    "positions": "transformer.wpe",
    "blocks.{}.attn_norm": "transformer.h.{}.ln_1",
    "blocks.{}.attn.q_proj": "transformer.h.{}.attn.c_attn.q",
    "blocks.{}.attn.k_proj": "transformer.h.{}.attn.c_attn.k",
    "blocks.{}.attn.v_proj": "transformer.h.{}.attn.c_attn.v",
    "blocks.{}.attn.out_proj": "transformer.h.{}.attn.c_proj",
    "blocks.{}.mlp_norm": "transformer.h.{}.ln_2",
    "blocks.{}.mlp.up_proj": "transformer.h.{}.mlp.c_fc",
    "blocks.{}.mlp.down_proj": "transformer.h.{}.mlp.c_proj",
    "final_norm": "transformer.ln_f",
    "head": "lm_head",
}
_LLAMA = {
    "embed": "model.embed_tokens",
    "blocks.{}.attn_norm": "model.layers.{}.input_layernorm",
    "blocks.{}.attn.q_proj": "model.layers.{}.self_attn.q_proj",
    "blocks.{}.attn.k_proj": "model.layers.{}.self_attn.k_proj",
    "blocks.{}.attn.v_proj": "model.layers.{}.self_attn.v_proj",
    "blocks.{}.attn.out_proj": "model.layers.{}.self_attn.o_proj",
    "blocks.{}.mlp_norm": "model.layers.{}.post_attention_layernorm",
    "blocks.{}.mlp.up_proj": "model.layers.{}.mlp.up_proj",
    "blocks.{}.mlp.gate_proj": "model.layers.{}.mlp.gate_proj",
    "blocks.{}.mlp.down_proj": "model.layers.{}.mlp.down_proj",
    "final_norm": "model.norm",
    "head": "lm_head",
}
# What a BERT has beside these, its pooler and heads for other tasks, is left out. The last three
# are the masked head. Segments: see `_read_bert`.
_BERT = {
    "embed": "embeddings.word_embeddings",
    "positions": "embeddings.position_embeddings",
    "embed_norm": "embeddings.LayerNorm",
    "blocks.{}.attn.q_proj": "encoder.layer.{}.attention.self.query",
    "blocks.{}.attn.k_proj": "encoder.layer.{}.attention.self.key",
    "blocks.{}.attn.v_proj": "encoder.layer.{}.attention.self.value",
    "blocks.{}.attn.out_proj": "encoder.layer.{}.attention.output.dense",
    "blocks.{}.attn_norm": "encoder.layer.{}.attention.output.LayerNorm",
    "blocks.{}.mlp.up_proj": "encoder.layer.{}.intermediate.dense",
    "blocks.{}.mlp.down_proj": "encoder.layer.{}.output.dense",
    "blocks.{}.mlp_norm": "encoder.layer.{}.output.LayerNorm",
    "transform": "cls.predictions.transform.dense",
    "transform_norm": "cls.predictions.transform.LayerNorm",
    "head": "cls.predictions",
}
_FAMILIES = {"gpt2": _GPT2, "llama": _LLAMA, "qwen2": _LLAMA, "bert": _BERT}


def weights_from_hugging_face(theirs: Weights, family: str) -> dict[str, Tensor]:
    """Their tensors under our names, in our layout; what our models do not have is left out."""
    theirs = {"gpt2": _split_gpt2, "bert": _read_bert}.get(family, dict)(theirs)
    table = {theirs: ours for ours, theirs in _FAMILIES[family].items()}
    return {renamed: value for name, value in theirs.items() if (renamed := rename(name, table))}


def weights_to_hugging_face(ours: Weights, family: str) -> dict[str, Tensor]:
    """Our tensors under their names, in their layout."""
    theirs = {rename(name, _FAMILIES[family]): value for name, value in ours.items()}
    return {"gpt2": _join_gpt2, "bert": _write_bert}.get(family, dict)(theirs)


def rename(name: str, table: Mapping[str, str]) -> str | None:
    """Look up a module with its layer number taken out; None when the table does not know it."""
    module, kind = name.rsplit(".", 1)
    layer = re.search(r"\.(\d+)\.", module)
    pattern = table.get(re.sub(r"\.\d+\.", ".{}.", module))
    return pattern and f"{pattern.format(layer and layer[1])}.{kind}"


_GPT2_LINEAR = re.compile(r"\.(c_attn|c_proj|c_fc)(\.[qkv])?\.weight$")


def _split_gpt2(theirs: Weights) -> dict[str, Tensor]:
    """Undo what GPT-2 does to its linear layers: (in, 3 · d) becomes three of (d, in)."""
    result = {}
    for name, value in theirs.items():
        name = name if name.startswith(("transformer.", "lm_head.")) else f"transformer.{name}"
        value = value.T if _GPT2_LINEAR.search(name) else value
        if ".c_attn." in name:
            for part, third in zip("qkv", value.chunk(3), strict=True):
                result[name.replace("c_attn", f"c_attn.{part}")] = third
        else:
            result[name] = value
    return result


def _join_gpt2(theirs: Weights) -> dict[str, Tensor]:
    """The inverse of `_split_gpt2`."""
    result = {}
    for name, value in theirs.items():
        if ".c_attn.q." in name:
            parts = [theirs[name.replace(".q.", f".{part}.")] for part in "qkv"]
            name, value = name.replace(".q.", "."), torch.cat(parts)
        elif re.search(r"\.c_attn\.[kv]\.", name):
            continue
        result[name] = value.T if _GPT2_LINEAR.search(name) else value
    return result


_PLACES = "embeddings.position_embeddings.weight"
_SEGMENTS = "embeddings.token_type_embeddings.weight"
_HEAD = "cls.predictions.bias"


def _read_bert(theirs: Weights) -> dict[str, Tensor]:
    """Add the vector of the first segment, which every token of a single text has, to positions.

    A BERT can read two texts at once and has a vector for each, added to the embeddings.
    """
    old = {".gamma": ".weight", ".beta": ".bias"}  # how TensorFlow names the weights of a norm
    result = {}
    for name, value in theirs.items():
        name = re.sub(r"\.(gamma|beta)$", lambda end: old[end[0]], name.removeprefix("bert."))
        result[name] = value
    result[_PLACES] = result[_PLACES] + result[_SEGMENTS][0]
    return result


def _write_bert(theirs: Weights) -> dict[str, Tensor]:
    """Two segments whose vectors are zero: positions hold the vector of the first.

    Beside a head, the names of the body begin with "bert.".
    """
    theirs = dict(theirs) | {_SEGMENTS: torch.zeros_like(theirs[_PLACES][:2])}
    prefix = "bert." if _HEAD in theirs else ""
    return {
        name if name.startswith("cls.") else f"{prefix}{name}": value
        for name, value in theirs.items()
    }
