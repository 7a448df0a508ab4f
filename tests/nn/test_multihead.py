"""The functions agree with the module and with PyTorch's."""

import torch
from torch import nn

from lmlab.nn import MultiHeadAttention, causal_mask
from lmlab.nn.multihead import cross_attention, multi_head_attention


def test_function_and_module_compute_the_same():
    torch.manual_seed(0)
    module = MultiHeadAttention(12, 3)
    weights = [getattr(module, f"{name}_proj").weight for name in ("q", "k", "v", "out")]
    x = torch.randn(2, 5, 12)
    for causal in (False, True):
        found = multi_head_attention(x, *weights, 3, causal_mask(5) if causal else None)
        torch.testing.assert_close(found, module(x, causal=causal))


def test_function_equals_multihead_attention_of_pytorch():
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(12, 4, bias=False, batch_first=True)
    x = torch.randn(2, 5, 12)
    found = multi_head_attention(x, *theirs.in_proj_weight.chunk(3), theirs.out_proj.weight, 4)
    torch.testing.assert_close(found, theirs(x, x, x)[0])


def test_cross_attention_equals_pytorchs_with_one_head():
    torch.manual_seed(0)
    theirs = nn.MultiheadAttention(6, 1, bias=False, batch_first=True, kdim=4, vdim=4)
    nn.init.eye_(theirs.out_proj.weight)
    x, memory = torch.randn(2, 3, 6), torch.randn(2, 5, 4)
    weights = (theirs.q_proj_weight, theirs.k_proj_weight, theirs.v_proj_weight)
    hidden = torch.tensor([[False, False, False, True, True], [False] * 5])
    found = cross_attention(x, memory, *weights, ~hidden[:, None])
    torch.testing.assert_close(found, theirs(x, memory, memory, key_padding_mask=hidden)[0])


def test_a_text_that_attends_to_itself_is_one_head():
    torch.manual_seed(0)
    x = torch.randn(2, 5, 8)
    w_q, w_k, w_v = torch.randn(3, 8, 8)
    expected = multi_head_attention(x, w_q, w_k, w_v, torch.eye(8), 1)
    torch.testing.assert_close(cross_attention(x, x, w_q, w_k, w_v), expected)
