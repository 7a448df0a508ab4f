"""The document's block has the faults that the chapter names, and the mended one has none."""

import pytest
import torch
from torch import nn

from lmlab.course.document_block import DocumentBlock, RunningDocumentBlock, mended_block
from lmlab.models import TransformerConfig
from lmlab.models.transformer import plain_block


@pytest.fixture
def x():
    return torch.randn(3, 5, 16, generator=torch.Generator().manual_seed(0))


@pytest.fixture
def block():
    torch.manual_seed(0)
    return RunningDocumentBlock(16, n=2).eval()


def mended(block, x):
    return mended_block(x, block.attention, block.feed_forward, block.norm_1, block.norm_2)


def another_last_token(x):
    return torch.cat((x[:, :-1], x[:, -1:] + 1), dim=1)


def test_the_documents_block_raises_as_it_stands(x):
    with pytest.raises(ValueError, match="expected 3, got 2"):
        DocumentBlock(16)(x, x)


def test_its_feed_forward_hears_nothing_of_attention(block, x):
    heard = []
    block.feed_forward.register_forward_hook(lambda module, given, made: heard.append(given[0]))
    block(x, x)
    mended(block, x)
    assert torch.equal(heard[0], x)
    assert not torch.allclose(heard[1], x)


def test_its_stream_is_lost_where_the_parts_are_silent(block, x):
    for weight in (*block.attention.out_proj.parameters(), *block.feed_forward[-1].parameters()):
        nn.init.zeros_(weight)
    assert (block(x, x)[1] == 0).all()
    torch.testing.assert_close(mended(block, x), block.norm_2(block.norm_1(x)))


def test_it_does_not_stack_and_the_mended_one_does(block, x):
    assert len(block(x, x)) == 2
    assert mended(block, mended(block, x)).shape == x.shape


def test_it_sees_the_future_and_the_mended_one_does_not(block, x):
    later = another_last_token(x)
    rows, changed = x.transpose(0, 1), later.transpose(0, 1)
    assert not torch.allclose(block(rows, rows)[0][0], block(changed, changed)[0][0])
    torch.testing.assert_close(mended(block, x)[:, :-1], mended(block, later)[:, :-1])


def test_its_texts_read_each_other_and_those_of_the_mended_one_do_not(block, x):
    assert not torch.allclose(block(x, x)[0][:1], block(x[:1], x[:1])[0])
    torch.testing.assert_close(mended(block, x)[:1], mended(block, x[:1]))


def test_its_n_makes_no_further_block():
    sizes = {sum(p.numel() for p in DocumentBlock(16, n).parameters()) for n in (1, 2, 4)}
    assert len(sizes) == 1


def test_the_mended_block_does_what_the_blocks_of_our_models_do(block, x):
    config = TransformerConfig(
        vocab_size=2, d_model=16, n_heads=2, d_ff=512, norm="layernorm", norm_position="post",
        activation="relu", bias=True, positions="none",
    )  # fmt: skip
    ours = plain_block(config)
    for ending, parts in {
        "weight": block.attention.in_proj_weight,
        "bias": block.attention.in_proj_bias,
    }.items():
        for name, part in zip("qkv", parts.chunk(3), strict=True):
            getattr(getattr(ours.attn, f"{name}_proj"), ending).data = part
    ours.attn.out_proj.load_state_dict(block.attention.out_proj.state_dict())
    ours.mlp.up_proj.load_state_dict(block.feed_forward[0].state_dict())
    ours.mlp.down_proj.load_state_dict(block.feed_forward[2].state_dict())
    torch.testing.assert_close(ours(x, causal=True), mended(block, x))
