import pytest
import torch

from lmlab.interpret import record
from lmlab.interpret.head_outputs import value_weighted, written_by_heads

KINDS = ("gpt2", "shared-keys", "bert", "translator")
OF = {"translator": "decoder.*.cross"}


def seen(model, ids):
    with record(model) as tape:
        model(*ids) if isinstance(ids, tuple) else model(ids)
    return tape


@pytest.mark.parametrize("name", KINDS)
def test_what_all_heads_write_is_what_attention_puts_out(name, build, text):
    model = build(name)
    tape = seen(model, text(name))
    path = "decoder.blocks.1.cross" if name == "translator" else "blocks.1.attn"
    attn = model.get_submodule(path)
    written = written_by_heads(attn, tape[f"{path}.heads"]).sum(dim=1)
    bias = 0 if attn.out_proj.bias is None else attn.out_proj.bias
    torch.testing.assert_close(written + bias, tape[f"{path}.out"], atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("name", KINDS)
def test_the_lengths_are_those_of_the_weighted_values(name, build, text):
    model, of = build(name), OF.get(name, "*")
    tape = seen(model, text(name))
    lengths = value_weighted(model, tape, of)
    weights = tape.attention_weights(of)
    assert lengths.shape == weights.shape
    path = "decoder.blocks.2.cross" if name == "translator" else "blocks.2.attn"
    attn, value = model.get_submodule(path), tape[f"{path}.v"][0]
    value = value[3 // (4 // attn.n_kv_heads)]  # head 3's, (key, d_head)
    moved = value @ attn.out_proj.weight[:, 12:16].T  # (key, d_model)
    by_hand = torch.stack([(w[:, None] * moved).norm(dim=-1) for w in weights[2, 3]])
    torch.testing.assert_close(lengths[2, 3], by_hand, atol=1e-5, rtol=1e-5)


def test_a_key_without_a_value_counts_nothing_however_much_it_is_looked_at(build, text):
    model = build("gpt")

    def silence(v):
        v = v.clone()
        v[:, :, 0] = 0
        return v

    with record(model, edit={"*.v": silence}) as tape:
        model(text("gpt"))
    assert not value_weighted(model, tape)[..., 0].any()
    assert tape.attention_weights()[..., 0].all()


def test_the_attentions_of_a_translator_are_told_apart(build, text):
    model = build("translator")
    tape = seen(model, text("translator"))
    assert value_weighted(model, tape, "encoder.*").shape == (3, 4, 7, 7)
    assert value_weighted(model, tape, "decoder.*.cross").shape == (3, 4, 5, 7)
    with pytest.raises(ValueError, match='several kinds of "weights"'):
        value_weighted(model, tape)
