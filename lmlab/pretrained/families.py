"""The settings of Hugging Face's model families, in our words and back.

The one place where the field's other names stand:

    ours             GPT-2           Llama, Qwen2               BERT
    context_length   n_positions     max_position_embeddings    max_position_embeddings
    d_model          n_embd          hidden_size                hidden_size
    n_layers         n_layer         num_hidden_layers          num_hidden_layers
    n_heads          n_head          num_attention_heads        num_attention_heads
    n_kv_heads       (= n_head)      num_key_value_heads        (= num_attention_heads)
    d_ff             n_inner         intermediate_size          intermediate_size
    norm_eps         layer_norm_…    rms_norm_eps               layer_norm_eps
"""

from collections.abc import Mapping
from typing import Any

from lmlab.models import TransformerConfig

_GPT2_ACTIVATIONS = {"gelu_tanh": "gelu_new", "gelu": "gelu", "relu": "relu"}
_GPT2_SWITCHES = {
    "norm": "layernorm",
    "norm_position": "pre",
    "positions": "learned",
    "embed_norm": False,
    "bias": True,
    "qkv_bias": None,
    "qk_norm": False,
}
_LLAMA_ACTIVATIONS = {"swiglu": "silu"}
_LLAMA_SWITCHES = {
    "norm": "rmsnorm",
    "norm_position": "pre",
    "positions": "rope",
    "embed_norm": False,
    "bias": False,
    "qk_norm": False,
}
_BERT_ACTIVATIONS = {"gelu": "gelu", "gelu_tanh": "gelu_new", "relu": "relu"}
_BERT_SWITCHES = {
    "norm": "layernorm",
    "norm_position": "post",
    "positions": "learned",
    "embed_norm": True,
    "bias": True,
    "qkv_bias": None,
    "qk_norm": False,
    "tied_embeddings": True,
}


def config_from_hugging_face(theirs: Mapping[str, Any]) -> TransformerConfig:
    """Our settings for the config.json of a GPT-2, Llama, Qwen2 or BERT."""
    families = {"gpt2": _from_gpt2, "llama": _from_llama, "qwen2": _from_llama, "bert": _from_bert}
    family = theirs.get("model_type")
    if family not in families:
        raise ValueError(
            f"model_type {family!r} is not known; {', '.join(families)} can be opened."
        )
    try:
        return families[family](theirs)
    except KeyError as error:
        raise ValueError(f"a {family} whose config.json names no {error.args[0]}.") from error


def config_to_hugging_face(config: TransformerConfig) -> dict[str, Any]:
    """Their config.json for our settings; the family is told by the switches."""
    if _fits(config, _GPT2_SWITCHES) and config.activation in _GPT2_ACTIVATIONS:
        return _to_gpt2(config)
    if _fits(config, _LLAMA_SWITCHES) and config.activation in _LLAMA_ACTIVATIONS:
        return _to_llama(config)
    if _fits(config, _BERT_SWITCHES) and config.activation in _BERT_ACTIVATIONS:
        return _to_bert(config)
    raise ValueError(
        "Hugging Face has no class for this mix of switches. A GPT-2 wants "
        f"{_spell(_GPT2_SWITCHES)}, activation in {', '.join(_GPT2_ACTIVATIONS)}; "
        f"a Llama or Qwen2 wants {_spell(_LLAMA_SWITCHES)}, activation='swiglu'; "
        f"a BERT wants {_spell(_BERT_SWITCHES)}, activation in {', '.join(_BERT_ACTIVATIONS)}."
    )


def _from_gpt2(theirs: Mapping[str, Any]) -> TransformerConfig:
    return TransformerConfig(
        vocab_size=theirs["vocab_size"],
        context_length=theirs["n_positions"],
        d_model=theirs["n_embd"],
        n_layers=theirs["n_layer"],
        n_heads=theirs["n_head"],
        d_ff=theirs.get("n_inner"),
        norm_eps=theirs.get("layer_norm_epsilon", 1e-5),
        activation=_ours(theirs.get("activation_function", "gelu_new"), _GPT2_ACTIVATIONS),
        tied_embeddings=theirs.get("tie_word_embeddings", True),
        **_GPT2_SWITCHES,
    )


def _to_gpt2(config: TransformerConfig) -> dict[str, Any]:
    return {
        "model_type": "gpt2",
        "architectures": ["GPT2LMHeadModel"],
        "vocab_size": config.vocab_size,
        "n_positions": config.context_length,
        "n_embd": config.d_model,
        "n_layer": config.n_layers,
        "n_head": config.n_heads,
        "n_inner": config.ff_width,
        "layer_norm_epsilon": config.norm_eps,
        "activation_function": _GPT2_ACTIVATIONS[config.activation],
        "tie_word_embeddings": config.tied_embeddings,
        "bos_token_id": None,
        "eos_token_id": None,
    }


def _from_llama(theirs: Mapping[str, Any]) -> TransformerConfig:
    rope = theirs.get("rope_parameters") or theirs.get("rope_scaling") or {}
    if rope.get("rope_type", "default") != "default":
        raise ValueError(f"RoPE scaling of type {rope['rope_type']!r} is not supported.")
    if theirs.get("use_sliding_window"):
        raise ValueError("attention through a sliding window is not supported.")
    is_qwen = theirs["model_type"] == "qwen2"
    bias = theirs.get("mlp_bias", False)
    return TransformerConfig(
        vocab_size=theirs["vocab_size"],
        context_length=theirs["max_position_embeddings"],
        d_model=theirs["hidden_size"],
        n_layers=theirs["num_hidden_layers"],
        n_heads=theirs["num_attention_heads"],
        n_kv_heads=theirs.get("num_key_value_heads"),
        d_ff=theirs["intermediate_size"],
        norm_eps=theirs["rms_norm_eps"],
        rope_theta=float(rope.get("rope_theta") or theirs.get("rope_theta") or 10_000.0),
        tied_embeddings=theirs.get("tie_word_embeddings", False),
        qkv_bias=True if is_qwen else None,
        activation=_ours(theirs.get("hidden_act", "silu"), _LLAMA_ACTIVATIONS),
        **{**_LLAMA_SWITCHES, "bias": bias},
    )


def _to_llama(config: TransformerConfig) -> dict[str, Any]:
    kind = "qwen2" if config.attention_bias else "llama"
    return {
        "model_type": kind,
        "architectures": [{"qwen2": "Qwen2ForCausalLM", "llama": "LlamaForCausalLM"}[kind]],
        "vocab_size": config.vocab_size,
        "max_position_embeddings": config.context_length,
        "hidden_size": config.d_model,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "num_key_value_heads": config.kv_heads,
        "head_dim": config.d_head,
        "intermediate_size": config.ff_width,
        "rms_norm_eps": config.norm_eps,
        "rope_parameters": {"rope_type": "default", "rope_theta": config.rope_theta},
        "hidden_act": "silu",
        "tie_word_embeddings": config.tied_embeddings,
        "bos_token_id": None,
        "eos_token_id": None,
    }


def _from_bert(theirs: Mapping[str, Any]) -> TransformerConfig:
    if (kind := theirs.get("position_embedding_type", "absolute")) != "absolute":
        raise ValueError(f"a BERT with positions of the type {kind!r} is not supported.")
    return TransformerConfig(
        vocab_size=theirs["vocab_size"],
        context_length=theirs["max_position_embeddings"],
        d_model=theirs["hidden_size"],
        n_layers=theirs["num_hidden_layers"],
        n_heads=theirs["num_attention_heads"],
        d_ff=theirs["intermediate_size"],
        norm_eps=theirs.get("layer_norm_eps", 1e-12),
        activation=_ours(theirs.get("hidden_act", "gelu"), _BERT_ACTIVATIONS),
        **_BERT_SWITCHES,
    )


def _to_bert(config: TransformerConfig) -> dict[str, Any]:
    return {
        "model_type": "bert",
        "architectures": ["BertModel"],
        "vocab_size": config.vocab_size,
        "max_position_embeddings": config.context_length,
        "type_vocab_size": 2,
        "hidden_size": config.d_model,
        "num_hidden_layers": config.n_layers,
        "num_attention_heads": config.n_heads,
        "intermediate_size": config.ff_width,
        "layer_norm_eps": config.norm_eps,
        "hidden_act": _BERT_ACTIVATIONS[config.activation],
        "bos_token_id": None,
        "eos_token_id": None,
    }


def _ours(activation: str, names: Mapping[str, str]) -> str:
    """Our name for an activation that this family may have."""
    for ours, theirs in names.items():
        if theirs == activation:
            return ours
    raise ValueError(f"activation {activation!r} is not supported; {', '.join(names.values())} is.")


def _fits(config: TransformerConfig, switches: Mapping[str, Any]) -> bool:
    return all(getattr(config, name) == value for name, value in switches.items())


def _spell(switches: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in switches.items())
