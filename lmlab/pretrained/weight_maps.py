"""Weights to and from Hugging Face's layouts.

Taught in chapter 7, used from chapter 5 on.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import load_file, save
from torch import Tensor

from lmlab.models import GPT
from lmlab.models.folders import CONFIG, WEIGHTS, fill
from lmlab.pretrained.families import config_from_hugging_face, config_to_hugging_face
from lmlab.sources.atomic import write_file
from lmlab.text.tokenizer import Tokenizer
from lmlab.text.vocabulary import END_OF_TEXT

TOKENIZER_CONFIG = "tokenizer_config.json"

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
_FAMILIES = {"gpt2": _GPT2, "llama": _LLAMA, "qwen2": _LLAMA}


def import_hugging_face(folder: str | Path) -> GPT:
    """Read a GPT-2, Llama or Qwen2 folder (config.json, model.safetensors) into our GPT."""
    folder = Path(folder)
    theirs = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    if not (folder / WEIGHTS).is_file():
        raise FileNotFoundError(
            f"{folder} has no {WEIGHTS}. Weights in several files or as a pickle can be rewritten "
            "with transformers: from_pretrained(folder).save_pretrained(new_folder)."
        )
    model = GPT(config_from_hugging_face(theirs))
    weights = weights_from_hugging_face(load_file(folder / WEIGHTS), theirs["model_type"])
    if model.config.tied_embeddings:
        weights.pop("head.weight", None)
    fill(model, weights, where=folder / WEIGHTS)
    return model.eval()


def export_hugging_face(model: GPT, folder: str | Path, tokenizer: Tokenizer | None = None) -> Path:
    """Write `model` as a folder that `transformers.AutoModelForCausalLM` opens.

    With a tokenizer, `AutoTokenizer` opens the folder too, and `generate` knows where a text ends.
    (For a Qwen2 it cuts text in Qwen's way, whatever the file says: use `PreTrainedTokenizerFast`.)
    """
    folder = Path(folder)
    config = config_to_hugging_face(model.config)
    ours = {name: p.detach().cpu() for name, p in model.named_parameters()}
    theirs = weights_to_hugging_face(ours, config["model_type"])
    theirs = {name: value.contiguous() for name, value in theirs.items()}
    write_file(folder / WEIGHTS, save(theirs, metadata={"format": "pt"}))
    if tokenizer is not None:
        config["eos_token_id"] = tokenizer.eos_id
        tokenizer.save(folder)
        _write_json(folder / TOKENIZER_CONFIG, _tokenizer_config(tokenizer, model))
    _write_json(folder / CONFIG, config)
    return folder


def _tokenizer_config(tokenizer: Tokenizer, model: GPT) -> dict[str, object]:
    """What Transformers wants to know of a tokenizer beside its tokenizer.json."""
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": model.config.context_length,
        "eos_token": None if tokenizer.eos_id is None else END_OF_TEXT,
    }


def _write_json(path: Path, content: Mapping[str, object]) -> None:
    write_file(path, json.dumps(content, indent=2) + "\n")


def weights_from_hugging_face(theirs: Weights, family: str) -> dict[str, Tensor]:
    """Their tensors under our names, in our layout; buffers that are no weights are left out."""
    if family == "gpt2":
        theirs = _split_gpt2(theirs)
    table = {theirs: ours for ours, theirs in _FAMILIES[family].items()}
    return {renamed: value for name, value in theirs.items() if (renamed := rename(name, table))}


def weights_to_hugging_face(ours: Weights, family: str) -> dict[str, Tensor]:
    """Our tensors under their names, in their layout."""
    theirs = {rename(name, _FAMILIES[family]): value for name, value in ours.items()}
    return _join_gpt2(theirs) if family == "gpt2" else theirs


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
