"""What Transformers returns goes into the views as it is."""

import pytest
import torch

from lmlab import viz

transformers = pytest.importorskip("transformers")

SMALL = {"vocab_size": 11}
BERT = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 4}
GPT2 = {"n_embd": 16, "n_layer": 2, "n_head": 4, "n_positions": 8}
MODELS = {
    "bert": lambda kind: transformers.BertModel(
        transformers.BertConfig(**SMALL, **BERT, intermediate_size=16, attn_implementation=kind)
    ),
    "gpt2": lambda kind: transformers.GPT2Model(
        transformers.GPT2Config(**SMALL, **GPT2, attn_implementation=kind)
    ),
}


def outputs_of(name, kind):
    torch.manual_seed(0)
    model = MODELS[name](kind).eval()
    with torch.no_grad():
        return model(torch.tensor([[1, 2, 3, 4, 5]]), output_attentions=kind == "eager")


@pytest.mark.parametrize("name", MODELS)
def test_outputs_are_taken_as_they_are(name, names):
    outputs = outputs_of(name, "eager")
    view = viz.model_view(outputs.attentions, names(5))
    assert view.maps.weights.shape == (2, 4, 5, 5)
    assert view.maps.causal == (name == "gpt2")
    assert viz.model_view(outputs, names(5)).payload == view.payload
    assert viz.rollout(outputs.attentions, names(5)).maps.weights.shape == (2, 1, 5, 5)


def test_a_model_that_kept_no_weights_is_told_how_to_keep_them(names):
    outputs = outputs_of("gpt2", "sdpa")
    with pytest.raises(ValueError, match='attn_implementation="eager"'):
        viz.model_view(outputs.attentions, names(5))
    with pytest.raises(ValueError, match='attn_implementation="eager"'):
        viz.compare((None, None), (None, None), names(5))
