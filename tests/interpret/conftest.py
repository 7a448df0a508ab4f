"""Small models of every kind, with weights large enough that each part does something."""

import pytest
import torch

from lmlab.models import BERT, GPT, EncoderDecoder, TransformerConfig

SIZES = {"vocab_size": 11, "context_length": 16, "d_model": 16, "n_layers": 3, "n_heads": 4}
KINDS = {
    "gpt": (GPT, {}),
    "gpt2": (GPT, {"positions": "learned", "norm": "layernorm", "bias": True}),
    "shared-keys": (GPT, {"n_kv_heads": 2, "qk_norm": True, "tied_embeddings": False}),
    "bert": (BERT, {"norm": "layernorm", "norm_position": "post", "bias": True}),
    "bert-pre": (BERT, {"positions": "alibi"}),
    "translator": (EncoderDecoder, {"positions": "sinusoidal", "bias": True}),
}


@pytest.fixture
def build():
    """`build("bert")`: a model of that kind with random weights and biases, to be evaluated."""

    def build(name):
        kind, switches = KINDS[name]
        torch.manual_seed(0)
        model = kind(TransformerConfig(**SIZES, **switches)).eval()
        with torch.no_grad():
            for weight in model.parameters():
                weight.add_(0.3 * torch.randn_like(weight))
        return model

    return build


@pytest.fixture
def text():
    """`text("bert", seed)`: two texts of seven tokens, as a model of that kind reads them."""

    def text(name, seed=0):
        generator = torch.Generator().manual_seed(seed)
        ids = torch.randint(11, (2, 7), generator=generator)
        return (ids, ids[:, :5]) if name == "translator" else ids

    return text
