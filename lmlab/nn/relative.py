"""Relative positions: what two rotations leave of two positions is their distance.

Built in chapter 4.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def shift_matrix(offset: int, d_model: int) -> Float[Tensor, "d_model d_model"]:
    """The matrix that takes the sinusoidal position t to t + offset, whatever t is.

    A block [[cos, sin], [-sin, cos]] for each pair (sine, cosine), by the addition theorems; it is
    a rotation. Source: Vaswani et al. 2017, section 3.5 (arXiv 1706.03762).
    """
    angles = offset * _frequencies(d_model)
    return torch.block_diag(
        *(torch.tensor([[a.cos(), a.sin()], [-a.sin(), a.cos()]]) for a in angles)
    )


def rope_score(
    q: Float[Tensor, "*batch d_head"], k: Float[Tensor, "*batch d_head"], distance: int
) -> Float[Tensor, "*batch"]:
    """(R_m q)·(R_n k) from m - n = `distance` alone, neither of them being turned.

    A pair of channels (i, i + d_head/2) is a complex number and a turn is e^{imω}; then
    q e^{imω} times the conjugate of k e^{inω} holds m - n only. Source: Su et al. 2021, section 3.4
    (arXiv 2104.09864).
    """
    angles = distance * _frequencies(q.size(-1))
    turn = torch.polar(torch.ones_like(angles), angles)  # e^{i (m-n) ω}
    q, k = (torch.complex(*x.double().chunk(2, dim=-1)) for x in (q, k))
    return (q * k.conj() * turn).real.sum(dim=-1)


def _frequencies(width: int) -> Float[Tensor, " pairs"]:
    """ω = 10000^(-2i/width), one for each pair of channels; in float64."""
    return 10_000.0 ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
