"""Positions: how a model that sees a set of vectors is told their order.

Learned and sinusoidal positions are added to the embeddings, RoPE turns queries and keys, ALiBi
adds a penalty to the scores. Built in chapter 2.3.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor


def sinusoidal_positions(
    positions: Int[Tensor, "*batch time"], d_model: int
) -> Float[Tensor, "*batch time d_model"]:
    """Sine in the even places, cosine in the odd ones, wavelengths from 2π to 10000·2π.

    Source: Vaswani et al. 2017, section 3.5 (arXiv 1706.03762).
    """
    angles = _angles(positions, d_model, theta=10_000.0)
    return torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(-2)[..., :d_model]


def shift_sinusoid(
    vectors: Float[Tensor, "*batch d_model"], offset: int
) -> Float[Tensor, "*batch d_model"]:
    """The vectors of the positions `offset` further on, from these vectors alone.

    Each pair (sine, cosine) is a point on a circle, and a step is a turn, the same from wherever
    one starts. Source: Vaswani et al. 2017, section 3.5: PE(pos + k) is linear in PE(pos).
    """
    angles = _angles(torch.tensor(offset), vectors.size(-1), theta=10_000.0)  # (d_model / 2,)
    sin, cos = vectors[..., 0::2], vectors[..., 1::2]
    next_sin = sin * angles.cos() + cos * angles.sin()
    next_cos = cos * angles.cos() - sin * angles.sin()
    return torch.stack((next_sin, next_cos), dim=-1).flatten(-2)


def rope_rotation(
    positions: Int[Tensor, "*batch time"], d_head: int, theta: float = 10_000.0
) -> tuple[Float[Tensor, "*batch 1 time d_head"], Float[Tensor, "*batch 1 time d_head"]]:
    """Cosine and sine of the angle by which each pair of channels turns at each position.

    Channel i is paired with channel i + d_head/2, as Llama does it. The sine comes with a minus
    for the first of each pair, as a rotation has it. The extra axis is for heads.
    Source: Su et al. 2021, eq. 34 (arXiv 2104.09864).
    """
    angles = _angles(positions, d_head, theta)
    cos, sin = angles.cos().unsqueeze(-3), angles.sin().unsqueeze(-3)  # (*batch, 1, time, pairs)
    return torch.cat((cos, cos), dim=-1), torch.cat((-sin, sin), dim=-1)


def apply_rope(
    x: Float[Tensor, "batch n_heads time d_head"],
    rotation: tuple[Tensor, Tensor],
) -> Float[Tensor, "batch n_heads time d_head"]:
    """Turn each pair of channels by its angle: q·k then depends on the distance alone."""
    cos, sin = rotation
    partner = x.roll(x.size(-1) // 2, dims=-1)  # the other channel of each pair
    return torch.addcmul(x * cos, partner, sin)


def alibi_slopes(n_heads: int) -> Float[Tensor, " n_heads"]:
    """One slope a head: 2^(-8/n), 2^(-16/n), …; between powers of two, every other one is added.

    Source: Press, Smith & Lewis 2022, section 3, and their published code for other head counts.
    """
    power = 2 ** math.floor(math.log2(n_heads))
    slopes = 2.0 ** (-8.0 / power * torch.arange(1, power + 1))
    between = 2.0 ** (-4.0 / power * torch.arange(1, 2 * (n_heads - power) + 1, 2))
    return torch.cat((slopes, between))


def alibi_bias(
    query_positions: Int[Tensor, "*batch query"],
    key_positions: Int[Tensor, "*batch key"],
    n_heads: int,
) -> Float[Tensor, "*batch n_heads query key"]:
    """-slope · distance, to be added to the scores: the further back, the less weight."""
    distance = (query_positions.unsqueeze(-1) - key_positions.unsqueeze(-2)).abs()
    slopes = alibi_slopes(n_heads).to(distance.device)
    return -slopes[:, None, None] * distance.unsqueeze(-3)


def _angles(positions: Tensor, width: int, theta: float) -> Tensor:
    """positions · theta^(-2i/width) for i = 0 … width/2, in float32."""
    exponents = torch.arange(0, width, 2, device=positions.device, dtype=torch.float32) / width
    return positions.unsqueeze(-1).float() * theta**-exponents  # (*batch, time, ceil(width / 2))
