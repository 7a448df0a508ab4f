"""Embedding: from tokens to vectors on the way in, from vectors to probabilities on the way out.

Built in chapter 3.1.
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor


def one_hot(
    ids: Int[Tensor, "*batch time"], vocab_size: int
) -> Float[Tensor, "*batch time vocab_size"]:
    """1 at the place of the token's number, 0 elsewhere.

    Times a table of vectors, (vocab_size, d_model), it picks rows: table[ids] is the same, without
    the work. Built in chapter 3.1.
    """
    numbers = torch.arange(vocab_size, device=ids.device)
    return (ids.unsqueeze(-1) == numbers).float()


def cosine_similarities(
    table: Float[Tensor, "vocab_size d_model"], id: int
) -> Float[Tensor, " vocab_size"]:
    """The cosine of the angle between vector number `id` and each of the table, itself included.

    1 is the same direction, 0 a right angle, -1 the opposite; lengths do not matter. No vector may
    be all zeros. Built in chapter 3.1.
    """
    unit = table / table.norm(dim=-1, keepdim=True)
    return unit @ unit[id]


def read_out(
    hidden: Float[Tensor, "*batch time d_model"], table: Float[Tensor, "vocab_size d_model"]
) -> Float[Tensor, "*batch vocab_size"]:
    """softmax(h Eᵀ) for h at the last position: the probability of each token to come next.

    `table` is the matrix of the output layer; where embeddings are tied, the embedding itself.
    Source: Press & Wolf 2017 (arXiv 1608.05859). Built in chapter 3.1.
    """
    logits = hidden[..., -1, :] @ table.T  # (*batch, vocab_size)
    return logits.softmax(dim=-1)
