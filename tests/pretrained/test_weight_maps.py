"""Logits equal to Hugging Face's, both ways, with padding on either side."""

import pytest
import torch
import transformers
from torch.nn import functional as F

from lmlab.models import GPT, TransformerConfig
from lmlab.nn import positions_from_mask
from lmlab.pretrained import export_hugging_face, import_hugging_face
from lmlab.text import BPETokenizer, CharTokenizer

TINY = {"vocab_size": 50, "bos_token_id": None, "eos_token_id": None, "pad_token_id": None}
WIDE = {
    "hidden_size": 32,
    "intermediate_size": 56,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 24,
}


def _theirs(family):
    torch.manual_seed(0)
    config = {
        "gpt2": lambda: transformers.GPT2Config(
            n_embd=32, n_layer=3, n_head=4, n_positions=24, **TINY
        ),
        "llama": lambda: transformers.LlamaConfig(**WIDE, **TINY),
        "llama-tied": lambda: transformers.LlamaConfig(
            **WIDE, **TINY, tie_word_embeddings=True, rope_theta=5e5
        ),
        "qwen2": lambda: transformers.Qwen2Config(**WIDE, **TINY),
    }[family]()
    config._attn_implementation = "eager"
    model = transformers.AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():  # their biases and norms start at 0 and 1, which would hide mistakes
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize("family", ["gpt2", "llama", "llama-tied", "qwen2"])
@pytest.mark.parametrize("left, right", [(0, 0), (5, 0), (0, 5), (3, 2)])
def test_logits_equal_those_of_transformers(family, left, right, tmp_path):
    theirs = _theirs(family)
    theirs.save_pretrained(tmp_path)
    ours = import_hugging_face(tmp_path)
    ids = F.pad(torch.randint(50, (2, 16)), (left, right), value=7)
    mask = F.pad(torch.ones(2, 16, dtype=torch.bool), (left, right), value=False)
    with torch.no_grad():
        expected = theirs(
            ids, attention_mask=mask.long(), position_ids=positions_from_mask(mask)
        ).logits
        logits = ours(ids, attention_mask=mask if left + right else None)
    torch.testing.assert_close(logits[mask], expected[mask], atol=1e-5, rtol=1e-5)


CONFIGS = {
    "gpt2": dict(norm="layernorm", positions="learned", activation="gelu_tanh", bias=True),
    "llama": dict(activation="swiglu", n_kv_heads=2, rope_theta=1e5),
    "qwen2": dict(activation="swiglu", n_kv_heads=2, qkv_bias=True, tied_embeddings=False),
}


@pytest.mark.parametrize("family", CONFIGS)
def test_a_model_of_ours_opens_in_transformers(family, tmp_path):
    torch.manual_seed(0)
    config = TransformerConfig(vocab_size=50, context_length=24, d_model=32, **CONFIGS[family])
    ours = GPT(config).eval()
    export_hugging_face(ours, tmp_path)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path).eval()
    assert theirs.config.model_type == family
    ids = torch.randint(50, (2, 20))
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs(ids).logits, atol=1e-5, rtol=1e-5)
    again = import_hugging_face(tmp_path)
    assert torch.equal(again(ids), ours(ids))


@pytest.mark.parametrize("family", ["gpt2", "llama"])
@pytest.mark.parametrize("kind", [BPETokenizer, CharTokenizer])
def test_transformers_reads_the_tokenizer_too(family, kind, tmp_path):
    story = "One day a cat sat on a mat. So it did!"
    tokenizer = kind.train([story], *([270] if kind is BPETokenizer else []))
    size = tokenizer.vocab_size
    model = GPT(TransformerConfig(vocab_size=size, d_model=16, n_layers=1, **CONFIGS[family]))
    export_hugging_face(model, tmp_path, tokenizer)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert theirs(story)["input_ids"] == tokenizer.encode(story)
    assert theirs.decode(tokenizer.encode(story)) == story
    assert theirs.eos_token_id == tokenizer.eos_id
    assert theirs.model_max_length == model.config.context_length
    opened = transformers.AutoModelForCausalLM.from_pretrained(tmp_path)
    assert opened.generation_config.eos_token_id == tokenizer.eos_id


def test_switches_without_a_counterpart_are_named(tmp_path):
    model = GPT(TransformerConfig(vocab_size=9, d_model=16, qk_norm=True))
    with pytest.raises(ValueError, match="no class for this mix of switches"):
        export_hugging_face(model, tmp_path)


def test_unknown_families_are_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "mamba"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match="model_type 'mamba' is not known"):
        import_hugging_face(tmp_path)
