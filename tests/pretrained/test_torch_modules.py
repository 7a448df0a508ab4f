import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained.torch_modules import packed_projection, to_torch_modules

PLAIN = dict(vocab_size=11, context_length=9, d_model=12, n_layers=2, n_heads=3, norm="layernorm")
PLAIN |= dict(positions="learned", activation="gelu_tanh", bias=True)


def shaken(**switches) -> GPT:
    """A GPT in which no weight is at its start: biases of zero would hide a mistake."""
    torch.manual_seed(0)
    model = GPT(TransformerConfig(**PLAIN | switches)).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.3 * torch.randn_like(parameter)
    return model


@given(
    tied=st.booleans(),
    norm_position=st.sampled_from(["pre", "post"]),
    activation=st.sampled_from(["relu", "gelu", "gelu_tanh", "relu2"]),
)
def test_the_logits_are_ours(tied, norm_position, activation):
    switches = dict(norm_position=norm_position, activation=activation)
    model = shaken(tied_embeddings=tied, **switches)
    ids = torch.arange(14).view(2, 7) % 11
    with torch.no_grad():
        torch.testing.assert_close(to_torch_modules(model)(ids), model(ids), rtol=1e-4, atol=1e-4)


def test_a_change_of_one_weight_is_seen():
    model = shaken()
    theirs = to_torch_modules(model)
    with torch.no_grad():
        model.blocks[1].attn.k_proj.weight[0, 0] += 1
        ids = torch.arange(7)[None]
        assert (theirs(ids) - model(ids)).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("switches", "named"),
    [
        (dict(norm="rmsnorm"), "norm='rmsnorm'"),
        (dict(positions="sinusoidal"), "positions='sinusoidal'"),
        (dict(activation="swiglu"), "activation='swiglu'"),
        (dict(n_kv_heads=1), "kv_heads=1"),
        (dict(bias=False), "bias=False"),
        (dict(qkv_bias=False), "attention_bias=False"),
        (dict(qk_norm=True), "qk_norm=True"),
    ],
)
def test_what_pytorch_cannot_be_is_named(switches, named):
    with pytest.raises(ValueError, match=named):
        to_torch_modules(GPT(TransformerConfig(**PLAIN | switches)))


def test_one_product_with_the_packed_matrix_gives_all_three():
    x, q, k, v = torch.randn(5, 4), *torch.randn(3, 6, 4)
    together = x @ packed_projection(q, k, v).T
    torch.testing.assert_close(together, torch.cat((x @ q.T, x @ k.T, x @ v.T), dim=-1))
