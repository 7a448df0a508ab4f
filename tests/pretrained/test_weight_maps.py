"""Logits equal to Hugging Face's, both ways, with padding on either side."""

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional as F

from lmlab.interpret import record
from lmlab.models import GPT, TransformerConfig
from lmlab.nn import positions_from_mask
from lmlab.pretrained import BERTEncoder, MaskedBERT, export_hugging_face, import_hugging_face
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


def test_transformers_reads_a_tokenizer_of_another_make_as_we_do(chat_tokenizer, tmp_path):
    config = TransformerConfig(vocab_size=300, d_model=16, n_layers=1, **CONFIGS["llama"])
    export_hugging_face(GPT(config), tmp_path, chat_tokenizer)
    theirs = transformers.AutoTokenizer.from_pretrained(tmp_path)
    assert theirs("The cat 🙂 你好")["input_ids"] == chat_tokenizer.encode("The cat 🙂 你好")
    assert theirs.eos_token_id == chat_tokenizer.eos_id


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


BERT = {
    "hidden_size": 32,
    "intermediate_size": 56,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 24,
    "vocab_size": 50,
}


def _their_bert(kind=transformers.BertModel):
    torch.manual_seed(0)
    config = transformers.BertConfig(**BERT, attn_implementation="eager")
    model = kind(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return model


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize("kind", [transformers.BertModel, transformers.BertForMaskedLM])
def test_what_a_bert_computes_equals_what_transformers_does(kind, padding, tmp_path):
    theirs = _their_bert(kind)
    theirs.save_pretrained(tmp_path)
    ours = import_hugging_face(tmp_path)
    ids = F.pad(torch.randint(50, (2, 16)), (0, padding), value=7)
    mask = F.pad(torch.ones(2, 16, dtype=torch.bool), (0, padding), value=False)
    body = theirs if kind is transformers.BertModel else theirs.bert
    with torch.no_grad(), record(ours) as tape:
        expected = body(ids, attention_mask=mask.long(), output_attentions=True)
        result = ours(ids, attention_mask=mask)
        logits = theirs(ids, attention_mask=mask.long())[0]  # of the body alone, its vectors
    torch.testing.assert_close(tape["hidden"][mask], expected.last_hidden_state[mask])
    torch.testing.assert_close(result[mask], logits[mask], atol=1e-5, rtol=1e-5)
    attentions = torch.stack([layer[0] for layer in expected.attentions])
    torch.testing.assert_close(
        tape.attention_weights()[:, :, :16], attentions[:, :, :16], atol=1e-5, rtol=1e-5
    )


def test_a_gpt2_as_it_lies_on_the_hub_is_read(tmp_path):
    theirs = _theirs("gpt2")
    theirs.save_pretrained(tmp_path)
    path = tmp_path / "model.safetensors"
    weights = {name.removeprefix("transformer."): each for name, each in load_file(path).items()}
    save_file(weights | {"h.0.attn.bias": torch.ones(1, 1, 24, 24).tril()}, path)  # a mask
    ids = torch.randint(50, (1, 9))
    with torch.no_grad():
        torch.testing.assert_close(
            import_hugging_face(tmp_path)(ids), theirs(ids).logits, atol=1e-5, rtol=1e-5
        )


def test_norms_are_known_by_their_older_names_too(tmp_path):
    theirs = _their_bert()
    theirs.save_pretrained(tmp_path)
    path = tmp_path / "model.safetensors"
    old = {"LayerNorm.weight": "LayerNorm.gamma", "LayerNorm.bias": "LayerNorm.beta"}
    weights = {}
    for name, value in load_file(path).items():
        for new, older in old.items():
            name = name.replace(new, older)
        weights[name] = value
    save_file(weights, path)
    ids = torch.randint(50, (2, 16))
    with torch.no_grad():
        torch.testing.assert_close(
            import_hugging_face(tmp_path)(ids), theirs(ids).last_hidden_state
        )


OUR_BERT = TransformerConfig(
    vocab_size=50,
    context_length=24,
    d_model=32,
    norm="layernorm",
    norm_position="post",
    embed_norm=True,
    positions="learned",
    activation="gelu",
    bias=True,
)


@pytest.mark.parametrize(
    "kind, opener",
    [(BERTEncoder, transformers.AutoModel), (MaskedBERT, transformers.AutoModelForMaskedLM)],
)
def test_a_bert_of_ours_opens_in_transformers(kind, opener, tmp_path):
    torch.manual_seed(0)
    ours = kind(OUR_BERT).eval()
    export_hugging_face(ours, tmp_path)
    theirs = opener.from_pretrained(tmp_path).eval()
    ids = torch.randint(50, (2, 20))
    again = import_hugging_face(tmp_path)
    assert type(again) is kind
    with torch.no_grad():
        torch.testing.assert_close(ours(ids), theirs(ids)[0], atol=1e-5, rtol=1e-5)
        assert torch.equal(again(ids), ours(ids))


def test_weights_in_several_files_are_put_together(tmp_path):
    theirs = _theirs("llama")
    theirs.save_pretrained(tmp_path, max_shard_size="20KB")
    assert len(list(tmp_path.glob("model-*.safetensors"))) > 2
    ids = torch.randint(50, (1, 9))
    with torch.no_grad():
        torch.testing.assert_close(import_hugging_face(tmp_path)(ids), theirs(ids).logits)
