"""The encoder–decoder: PyTorch's own, deaf to padding and to the future, and able to learn."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from lmlab.generate import KVCache
from lmlab.interpret import record
from lmlab.models import EncoderDecoder, TransformerConfig, open_model
from lmlab.nn import causal_mask, sinusoidal_positions
from lmlab.text import CharTokenizer

SWITCHES = st.fixed_dictionaries(
    {
        "norm": st.sampled_from(["layernorm", "rmsnorm"]),
        "norm_position": st.sampled_from(["pre", "post"]),
        "positions": st.sampled_from(["learned", "sinusoidal", "rope", "alibi", "none"]),
        "activation": st.sampled_from(["gelu", "swiglu", "relu2"]),
        "n_kv_heads": st.sampled_from([None, 1, 2]),
        "qk_norm": st.booleans(),
        "bias": st.booleans(),
        "tied_embeddings": st.booleans(),
    }
)
property_test = settings(
    deadline=None, max_examples=8, suppress_health_check=[HealthCheck.too_slow]
)
BEGIN = 0


def tiny(**switches):
    torch.manual_seed(0)
    shape = {"vocab_size": 17, "context_length": 12, "d_model": 16, "n_layers": 2, "n_heads": 4}
    return EncoderDecoder(TransformerConfig(**shape | switches)).eval()


def _ids(batch=2, time=8, seed=1):
    return torch.randint(17, (batch, time), generator=torch.Generator().manual_seed(seed))


def _copy(ours, theirs):
    """Our weights into a layer of PyTorch's Transformer."""
    pairs = [(ours.attn, theirs.self_attn, ours.attn_norm, theirs.norm1)]
    if hasattr(ours, "cross"):
        pairs.append((ours.cross, theirs.multihead_attn, ours.cross_norm, theirs.norm2))
    for attention, copy, norm, norm_copy in pairs:
        parts = (attention.q_proj, attention.k_proj, attention.v_proj)
        copy.in_proj_weight.copy_(torch.cat([part.weight for part in parts]))
        copy.in_proj_bias.copy_(torch.cat([part.bias for part in parts]))
        copy.out_proj.load_state_dict(attention.out_proj.state_dict())
        norm_copy.load_state_dict(norm.state_dict())
    last_norm = theirs.norm3 if hasattr(ours, "cross") else theirs.norm2
    last_norm.load_state_dict(ours.mlp_norm.state_dict())
    theirs.linear1.load_state_dict(ours.mlp.up_proj.state_dict())
    theirs.linear2.load_state_dict(ours.mlp.down_proj.state_dict())


@torch.no_grad()
def _theirs(ours):
    """PyTorch's Transformer with our weights; with post-norm it has no norm behind the last."""
    config, pre = ours.config, ours.config.norm_position == "pre"
    theirs = nn.Transformer(
        config.d_model, config.n_heads, config.n_layers, config.n_layers, config.ff_width,
        dropout=0.0, activation="relu", batch_first=True, norm_first=pre,
    )  # fmt: skip
    for side, copy in ((ours.encoder, theirs.encoder), (ours.decoder, theirs.decoder)):
        for block, layer in zip(side.blocks, copy.layers, strict=True):
            _copy(block, layer)
        if pre:
            copy.norm.load_state_dict(side.final_norm.state_dict())
        else:
            copy.norm = None
    return theirs.eval()


@pytest.mark.parametrize("norm_position", ["post", "pre"])
@pytest.mark.parametrize("positions", ["sinusoidal", "none"])
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_logits_equal_those_of_pytorchs_transformer(norm_position, positions):
    ours = tiny(
        norm="layernorm", norm_position=norm_position, positions=positions,
        activation="relu", bias=True,
    )  # fmt: skip
    for parameter in ours.parameters():  # biases and norms too
        nn.init.normal_(parameter, std=0.3)
    source, target = _ids(3, 7), _ids(3, 5, seed=2)
    source_mask = torch.arange(7) < torch.tensor([[7], [4], [1]])

    def embedded(ids):
        x = ours.encoder.embed(ids)
        places = torch.arange(ids.size(1))
        return x + sinusoidal_positions(places, 16) if positions == "sinusoidal" else x

    with torch.no_grad():
        hidden = _theirs(ours)(
            embedded(source),
            embedded(target),
            tgt_mask=~causal_mask(5),
            src_key_padding_mask=~source_mask,
            memory_key_padding_mask=~source_mask,
        )
        expected = F.linear(hidden, ours.encoder.embed.weight)
        logits = ours(source, target, source_mask=source_mask)
    torch.testing.assert_close(logits, expected, atol=1e-5, rtol=1e-5)


@property_test
@given(SWITCHES, st.integers(1, 7))
def test_future_target_tokens_cannot_change_the_past(switches, cut):
    model, source, target = tiny(**switches), _ids(time=5), _ids(seed=2)
    changed = target.clone()
    changed[:, cut:] = (changed[:, cut:] + 1) % 17
    before, after = model(source, target), model(source, changed)
    torch.testing.assert_close(before[:, :cut], after[:, :cut], atol=1e-5, rtol=1e-5)
    assert not torch.allclose(before[:, cut], after[:, cut], atol=1e-5)


@property_test
@given(SWITCHES, st.integers(0, 4))
def test_every_target_position_sees_every_source_token(switches, place):
    model, source, target = tiny(**switches).double(), _ids(time=5), _ids(time=6, seed=2)
    changed = source.clone()
    changed[:, place] = (changed[:, place] + 1) % 17
    moved = (model(source, target) - model(changed, target)).abs().amax(dim=-1)
    assert (moved > 1e-12).all()


@property_test
@given(SWITCHES, st.integers(0, 3), st.integers(0, 3), st.integers(0, 3))
def test_padding_of_either_text_changes_nothing(switches, left, right, target_left):
    model, source, target = tiny(**switches), _ids(1, 6), _ids(1, 5, seed=2)

    def padded(ids, *sides):
        mask = F.pad(torch.ones_like(ids, dtype=torch.bool), sides, value=False)
        return F.pad(ids, sides, value=3), mask

    source_ids, source_mask = padded(source, left, right)
    target_ids, target_mask = padded(target, target_left, 0)
    logits = model(source_ids, target_ids, source_mask=source_mask, target_mask=target_mask)
    expected = model(source, target)
    torch.testing.assert_close(logits[:, target_left:], expected, atol=1e-5, rtol=1e-5)


def test_the_decoder_knows_the_source_through_the_memory_only():
    model, source, target = tiny(), _ids(time=5), _ids(time=6, seed=2)
    memory = model.encode(source)
    with record(model, edit={"encoder.hidden": lambda _: memory}):
        from_another = model((source + 1) % 17, target)
    torch.testing.assert_close(from_another, model(source, target))
    torch.testing.assert_close(model.decode(target, memory), model(source, target))


@property_test
@given(SWITCHES, st.lists(st.integers(1, 4), min_size=1, max_size=3))
def test_the_cache_changes_nothing(switches, pieces):
    model, source, target = tiny(**switches), _ids(time=5), _ids(time=sum(pieces), seed=2)
    mask = torch.tensor([[True] * 5, [True] * 3 + [False] * 2])
    memory, cache = model.encode(source, mask), KVCache(n_layers=2, capacity=12)
    logits = [
        model.decode(piece, memory, mask, cache=cache) for piece in target.split(pieces, dim=1)
    ]
    expected = model(source, target, source_mask=mask)
    torch.testing.assert_close(torch.cat(logits, 1), expected, atol=1e-5, rtol=1e-5)


def test_with_a_cache_the_memory_is_projected_once():
    model, calls = tiny(), []
    for block in model.decoder.blocks:
        block.cross.k_proj.register_forward_hook(lambda *_: calls.append(1))
    model.generate(_ids(), 6, begin_id=BEGIN, seed=0)
    assert len(calls) == len(model.decoder.blocks)


@property_test
@given(SWITCHES, st.integers(0, 10**6))
def test_generating_with_and_without_a_cache_gives_the_same_tokens(switches, seed):
    """In float64: in float32 the last digit may differ, and a draw that falls on it with it."""
    model, source = tiny(**switches).double(), _ids(time=5)
    mask = torch.tensor([[True] * 5, [False] * 2 + [True] * 3])
    cached, plain = (
        model.generate(source, 6, begin_id=BEGIN, source_mask=mask, seed=seed, use_cache=use_cache)
        for use_cache in (True, False)
    )
    assert torch.equal(cached, plain) and cached.shape == (2, 6)


def test_the_likeliest_tokens_are_those_of_the_forward_pass():
    model, source = tiny(), _ids(time=5)
    new = model.generate(source, 7, begin_id=BEGIN, temperature=0.0)
    read = F.pad(new[:, :-1], (1, 0), value=BEGIN)
    assert torch.equal(model(source, read).argmax(dim=-1), new)


def test_a_padded_source_is_answered_as_it_would_be_alone():
    model, short, long = tiny(), _ids(1, 3), _ids(1, 6, seed=2)
    batch = torch.cat((F.pad(short, (0, 3)), long))
    mask = torch.arange(6) < torch.tensor([[3], [6]])
    settings = {"begin_id": BEGIN, "temperature": 0.0}
    together = model.generate(batch, 5, source_mask=mask, **settings)
    assert torch.equal(together[:1], model.generate(short, 5, **settings))
    assert torch.equal(together[1:], model.generate(long, 5, **settings))


def test_generation_ends_at_the_end_and_leaves_training_mode_as_it_was():
    model, source = tiny(dropout=0.5).train(), _ids(time=4)
    eos = int(model.generate(source[:1], 1, begin_id=BEGIN, temperature=0.0))
    ended = model.generate(source[:1], 9, begin_id=BEGIN, eos_id=eos, temperature=0.0)
    assert ended.tolist() == [[eos]] and model.training
    assert model.generate(source, 0, begin_id=BEGIN).shape == (2, 0)


def test_a_target_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="max_new_tokens=13 is more than context_length=12"):
        tiny().generate(_ids(), 13, begin_id=BEGIN)


def test_a_source_that_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="13 tokens do not fit into context_length=12"):
        tiny().generate(_ids(time=13), 2, begin_id=BEGIN)


@pytest.mark.parametrize("tied", [True, False])
def test_a_saved_model_is_read_back_with_one_embedding(tied, tmp_path):
    model = tiny(tied_embeddings=tied, positions="learned")
    model.save_pretrained(tmp_path, CharTokenizer("abc"))
    again = open_model(tmp_path)
    source, target = _ids(), _ids(time=5, seed=2)
    assert type(again) is EncoderDecoder and not again.training
    assert torch.equal(again(source, target), model(source, target))
    assert again.decoder.embed is again.encoder.embed
    assert (again.head.weight is again.encoder.embed.weight) is tied
    assert again.num_parameters() == sum(p.numel() for p in model.parameters())


def test_every_part_has_a_name_of_its_own_on_the_tape():
    model, source, target = tiny(), _ids(time=5), _ids(time=6, seed=2)
    with record(model) as tape:
        watched = model(source, target)
    torch.testing.assert_close(watched, model(source, target), atol=1e-5, rtol=1e-5)
    assert tape["encoder.blocks.1.attn.weights"].shape == (2, 4, 5, 5)
    assert tape["decoder.blocks.1.attn.weights"].shape == (2, 4, 6, 6)
    assert tape["decoder.blocks.1.cross.weights"].shape == (2, 4, 6, 5)
    total = tape["decoder.embedded"]
    for layer in range(2):
        for part in ("attn", "cross", "mlp"):
            total = total + tape[f"decoder.blocks.{layer}.{part}.out"]
        torch.testing.assert_close(total, tape[f"decoder.blocks.{layer}.resid"])
    assert tape.names()[0] == "encoder.embedded" and tape.names()[-1] == "logits"


def test_it_learns_one_batch_by_heart():
    model, source, target = tiny().train(), _ids(time=4), _ids(time=7, seed=2)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-2)
    for _ in range(60):
        logits = model(source, target[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), target[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss < 0.1
