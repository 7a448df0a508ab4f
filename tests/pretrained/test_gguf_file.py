"""A tiny Llama written as GGUF, in eight bits, comes out as the Llama it was."""

import gguf
import numpy as np
import pytest
import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained.gguf_file import read_gguf
from lmlab.pretrained.weight_maps import weights_to_hugging_face
from lmlab.text.byte import printable_bytes

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TOKENS = [*SPECIAL, *printable_bytes().values(), "at", "cat"]
SHAPE = {"d_model": 64, "n_layers": 2, "n_heads": 2, "n_kv_heads": 1, "d_ff": 96}
CONFIG = TransformerConfig(
    vocab_size=len(TOKENS), context_length=32, activation="swiglu", rope_theta=1e5, **SHAPE
)
NAMES = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, CONFIG.n_layers)


def _interleaved(weight: np.ndarray) -> np.ndarray:
    """What llama.cpp's converter does to queries and keys: the halves of a head, row by row."""
    halves = weight.reshape(-1, 2, CONFIG.d_head // 2, weight.shape[-1])
    return halves.swapaxes(1, 2).reshape(weight.shape)


def _write(model: GPT, path, family="llama", pre="smollm"):
    writer = gguf.GGUFWriter(path, family)
    writer.add_context_length(CONFIG.context_length)
    writer.add_embedding_length(CONFIG.d_model)
    writer.add_block_count(CONFIG.n_layers)
    writer.add_feed_forward_length(CONFIG.ff_width)
    writer.add_head_count(CONFIG.n_heads)
    writer.add_head_count_kv(CONFIG.kv_heads)
    writer.add_layer_norm_rms_eps(CONFIG.norm_eps)
    writer.add_rope_freq_base(CONFIG.rope_theta)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(pre)
    writer.add_token_list(TOKENS)
    writer.add_token_types([3 if token in SPECIAL else 1 for token in TOKENS])
    writer.add_token_merges(["a t", "c at"])
    writer.add_eos_token_id(2)
    writer.add_chat_template("{{ messages[0].content }}{{ eos_token }}")
    for name, value in weights_to_hugging_face(dict(model.named_parameters()), "llama").items():
        array = value.detach().numpy()
        if "q_proj" in name or "k_proj" in name:
            array = _interleaved(array)
        kind = gguf.GGMLQuantizationType.Q8_0 if array.ndim == 2 else gguf.GGMLQuantizationType.F32
        data = gguf.quantize(array, kind)
        writer.add_tensor(NAMES.get_name(name, (".weight",)), data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


@pytest.fixture(scope="module")
def original() -> GPT:
    """A model whose weights eight bits can hold: each block of 32 is whole numbers up to 127."""
    torch.manual_seed(0)
    model = GPT(CONFIG).eval()
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim == 2:
                weight.copy_(torch.randint(-126, 127, weight.shape) / 1024)
                weight[:, ::32] = 127 / 1024
    return model


def test_logits_are_those_of_the_model_that_was_written(original, tmp_path):
    model, tokenizer = read_gguf(_write(original, tmp_path / "tiny.gguf"))
    assert model.config.replace(norm_eps=CONFIG.norm_eps) == CONFIG
    assert not model.training and tokenizer.vocab_size == CONFIG.vocab_size
    ids = torch.randint(CONFIG.vocab_size, (2, 20))
    with torch.no_grad():
        torch.testing.assert_close(model(ids), original(ids), atol=1e-4, rtol=1e-4)


def test_the_tokenizer_comes_out_of_the_same_file(original, tmp_path):
    _, tokenizer = read_gguf(_write(original, tmp_path / "tiny.gguf"))
    ids = tokenizer.encode("cat 42 鱼")
    assert tokenizer.tokens(ids)[:4] == ["cat", " ", "4", "2"]
    assert tokenizer.decode(ids) == "cat 42 鱼"
    assert tokenizer.eos_id == 2 and list(tokenizer.special_tokens) == SPECIAL
    asked = tokenizer.conversation([{"role": "user", "content": "cat"}])
    assert asked == "cat<|im_end|>"


def test_another_family_or_tokenizer_is_refused_by_name(original, tmp_path):
    with pytest.raises(ValueError, match="kind gpt2 / qwen2; known are"):
        read_gguf(_write(original, tmp_path / "pre.gguf", pre="qwen2"))
    writer = gguf.GGUFWriter(tmp_path / "family.gguf", "mamba")
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    with pytest.raises(ValueError, match="family 'mamba'"):
        read_gguf(tmp_path / "family.gguf")
