"""record keeps every named tensor, and editors change what the model goes on with."""

import pytest
import torch

from lmlab.interpret import record
from lmlab.models import GPT, EncoderDecoder, TransformerConfig


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GPT(TransformerConfig(vocab_size=11, context_length=9, d_model=16, n_layers=2)).eval()


@pytest.fixture
def ids():
    return torch.randint(11, (2, 7), generator=torch.Generator().manual_seed(1))


def test_recording_does_not_change_the_logits(model, ids):
    plain = model(ids)
    with record(model) as tape:
        watched = model(ids)
    torch.testing.assert_close(plain, watched, atol=1e-5, rtol=1e-5)
    assert torch.equal(tape["logits"], watched)


def test_every_tensor_has_a_name_and_the_stream_is_a_running_sum(model, ids):
    with record(model) as tape:
        model(ids)
    total = tape["embedded"]
    for layer in range(2):
        total = total + tape[f"blocks.{layer}.attn.out"] + tape[f"blocks.{layer}.mlp.out"]
        torch.testing.assert_close(total, tape[f"blocks.{layer}.resid"])
    assert tape.names()[0] == "embedded" and tape.names()[-1] == "logits"


def test_attention_weights_are_those_of_the_first_text(model, ids):
    with record(model, only="*.attn.weights") as tape:
        model(ids)
    weights = tape.attention_weights()
    assert weights.shape == (2, 4, 7, 7) and len(tape) == 2
    assert torch.equal(weights[1], tape["blocks.1.attn.weights"][0])
    torch.testing.assert_close(weights.sum(-1), torch.ones(2, 4, 7))


def test_the_three_attentions_of_an_encoder_decoder_are_told_apart(ids):
    model = EncoderDecoder(TransformerConfig(vocab_size=11, d_model=16, n_layers=2))
    with record(model) as tape:
        model(ids, ids[:, :5])
    shapes = {"encoder.*": (7, 7), "decoder.*.attn": (5, 5), "*.cross": (5, 7)}
    for of, shape in shapes.items():
        assert tape.attention_weights(of).shape == (2, 4, *shape)
    cross = tape.attention_weights("decoder.blocks.*.cross")
    assert torch.equal(cross[1], tape["decoder.blocks.1.cross.weights"][0])
    for several in ("*", "decoder.*", "*.attn"):
        with pytest.raises(ValueError, match=r'several kinds of "weights".*as in of="decoder\.blo'):
            tape.attention_weights(several)


def test_layers_stack_one_tensor_of_each_layer_for_all_texts(model, ids):
    with record(model) as tape:
        model(ids)
    assert tape.layers("resid").shape == (2, 2, 7, 16)
    assert torch.equal(tape.layers("attn.v")[1], tape["blocks.1.attn.v"])
    assert torch.equal(tape.layers("weights")[:, 0], tape.attention_weights())


def test_knocking_out_a_head_is_knocking_out_its_columns_of_the_output_matrix(model, ids):
    def knock_out(heads):
        heads = heads.clone()
        heads[:, 2] = 0
        return heads

    with record(model, edit={"blocks.1.attn.heads": knock_out}):
        edited = model(ids)
    with torch.no_grad():
        model.blocks[1].attn.out_proj.weight[:, 8:12] = 0  # head 2 is 4 wide
    torch.testing.assert_close(edited, model(ids))


def test_gradients_flow_through_an_editor(model, ids):
    scale = torch.ones((), requires_grad=True)
    with record(model, edit={"*.mlp.out": lambda out: out * scale}):
        model(ids).sum().backward()
    assert scale.grad is not None and scale.grad != 0


def test_what_was_recorded_while_a_model_wrote_can_be_computed_with(model, ids):
    with record(model, only="hidden") as tape:
        model.generate(ids[:, :4], 2, temperature=0.0)
    model.head(tape["hidden"]).sum().backward()
    assert model.head.weight.grad is not None


def test_two_models_do_not_hear_each_other(model, ids):
    other = GPT(model.config)
    with record(model) as tape:
        other(ids)
    assert len(tape) == 0


def test_mistakes_are_named(model, ids):
    with pytest.raises(ValueError, match="changed nothing: no tensor of that name"):
        with record(model, edit={"blocks.9.attn.out": torch.zeros_like}):
            model(ids)
    with pytest.raises(ValueError, match=r"returned \(7, 11\); \(2, 7, 11\) is wanted"):
        with record(model, edit={"logits": lambda x: x[0]}):
            model(ids)
    with record(model, only="logits") as tape:
        model(ids)
    with pytest.raises(ValueError, match=r'there is no "\*.weights" here'):
        tape.attention_weights()
    with pytest.raises(KeyError, match="blocks.0.attn.weights is not on the tape"):
        tape["blocks.0.attn.weights"]
