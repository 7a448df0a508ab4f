"""The settings of Hugging Face's model families, in our words and back.

The one place where the field's other names stand:

    ours             GPT-2           Llama, Qwen2
    context_length   n_positions     max_position_embeddings
    d_model          n_embd          hidden_size
    n_layers         n_layer         num_hidden_layers
    n_heads          n_head          num_attention_heads
    n_kv_heads       (= n_head)      num_key_value_heads
    d_ff             n_inner         intermediate_size
    norm_eps         layer_norm_…    rms_norm_eps
"""

from collections.abc import Mapping
from typing import Any

from lmlab.models import TransformerConfig

_GPT2_ACTIVATIONS = {"gelu_tanh": "gelu_new", "gelu": "gelu", "relu": "relu"}
_GPT2_SWITCHES = {
    "norm": "layernorm",
    "norm_position": "pre",
    "positions": "learned",
    "bias": True,
    "qkv_bias": None,
    "qk_norm": False,
}
_LLAMA_SWITCHES = {
    "norm": "rmsnorm",
    "norm_position": "pre",
    "positions": "rope",
    "activation": "swiglu",
    "bias": False,
    "qk_norm": False,
}


def config_from_hugging_face(theirs: Mapping[str, Any]) -> TransformerConfig:
    """Our settings for the config.json of a GPT-2, Llama or Qwen2."""
    match theirs.get("model_type"):
        case "gpt2":
            return _from_gpt2(theirs)
        case "llama" | "qwen2":
            return _from_llama(theirs)
        case other:
            raise ValueError(
                f"model_type {other!r} is not known; gpt2, llama and qwen2 can be opened."
            )


def config_to_hugging_face(config: TransformerConfig) -> dict[str, Any]:
    """Their config.json for our settings; the family is told by the switches."""
    if _fits(config, _GPT2_SWITCHES) and config.activation in _GPT2_ACTIVATIONS:
        return _to_gpt2(config)
    if _fits(config, _LLAMA_SWITCHES):
        return _to_llama(config)
    raise ValueError(
        "Hugging Face has no class for this mix of switches. A GPT-2 wants "
        f"{_spell(_GPT2_SWITCHES)}, activation in {', '.join(_GPT2_ACTIVATIONS)}; "
        f"a Llama or Qwen2 wants {_spell(_LLAMA_SWITCHES)}."
    )


def _from_gpt2(theirs: Mapping[str, Any]) -> TransformerConfig:
    activations = {value: key for key, value in _GPT2_ACTIVATIONS.items()}
    return TransformerConfig(
        vocab_size=theirs["vocab_size"],
        context_length=theirs["n_positions"],
        d_model=theirs["n_embd"],
        n_layers=theirs["n_layer"],
        n_heads=theirs["n_head"],
        d_ff=theirs.get("n_inner"),
        norm_eps=theirs.get("layer_norm_epsilon", 1e-5),
        activation=activations[theirs.get("activation_function", "gelu_new")],
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


def _fits(config: TransformerConfig, switches: Mapping[str, Any]) -> bool:
    return all(getattr(config, name) == value for name, value in switches.items())


def _spell(switches: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in switches.items())
