"""What a head does, as numbers: how much of its attention goes where a known pattern says.

The scores are shares of attention, 0 to 1. They are about one text that looks at itself; with
fewer queries than keys, as with a cache, the queries are the last tokens. Built in chapter 5.2.
"""

from jaxtyping import Bool, Float, Int
from torch import Tensor

from lmlab.text.information import entropy


def previous_token_score(weights: Float[Tensor, "*batch query key"]) -> Float[Tensor, "*batch"]:
    """The mean weight on the token before, over the queries that have one."""
    return offset_score(weights, -1)


def offset_score(
    weights: Float[Tensor, "*batch query key"], offset: int
) -> Float[Tensor, "*batch"]:
    """The mean weight on the key that stands `offset` places after the query (before it, if < 0).

    Queries for which there is no such key do not count; NaN when none is left.
    """
    cached = weights.size(-1) - weights.size(-2)  # keys that stand before the first query
    return weights.diagonal(offset + cached, dim1=-2, dim2=-1).mean(dim=-1)


def first_token_score(weights: Float[Tensor, "*batch query key"]) -> Float[Tensor, "*batch"]:
    """The mean weight on the first token, that token's own look at itself left out.

    A softmax has to look somewhere. Where there is nothing to find, models learn to look here, at
    an "attention sink": Xiao et al. 2023 (arXiv 2309.17453).
    """
    own = 1 if weights.size(-2) == weights.size(-1) else 0  # with a cache it was read before
    return weights[..., own:, 0].mean(dim=-1)


def duplicate_keys(ids: Int[Tensor, " key"]) -> Bool[Tensor, "key key"]:
    """For each token (row), the earlier places (columns) at which the same token stands."""
    return (ids[:, None] == ids).tril(-1)


def induction_keys(ids: Int[Tensor, " key"]) -> Bool[Tensor, "key key"]:
    """For each token (row), the places (columns) right after earlier copies of it.

    What stands there followed this token before: … A B … A → B.
    """
    return duplicate_keys(ids).roll(1, dims=-1).tril(-1)


def weight_on(
    weights: Float[Tensor, "*batch query key"], keys: Bool[Tensor, "key key"]
) -> Float[Tensor, "*batch"]:
    """The mean, over the queries that `keys` names any for, of the weight on all keys it names.

    NaN when it names none.
    """
    keys = keys[-weights.size(-2) :]  # (query, key)
    on_named = (weights * keys).sum(dim=-1)  # (*batch, query)
    return on_named[..., keys.any(dim=-1)].mean(dim=-1)


def induction_score(
    weights: Float[Tensor, "*batch query key"], ids: Int[Tensor, " key"]
) -> Float[Tensor, "*batch"]:
    """The mean weight on what followed earlier copies of the query's token; NaN without copies.

    Source: Elhage et al. 2021; Olsson et al. 2022 (arXiv 2209.11895).
    """
    return weight_on(weights, induction_keys(ids))


def induction_head(
    weights: Float[Tensor, "layers heads query key"], ids: Int[Tensor, " key"]
) -> tuple[int, int]:
    """The head, (layer, head), with the highest induction score."""
    scores = induction_score(weights, ids)  # (layers, heads)
    layer, head = divmod(int(scores.argmax()), scores.size(1))
    return layer, head


def head_scores(
    weights: Float[Tensor, "*batch query key"], ids: Int[Tensor, " key"]
) -> dict[str, Float[Tensor, "*batch"]]:
    """All scores by name; a pattern that the text has no place for is left out."""
    scores = {
        "induction": induction_score(weights, ids),
        "duplicate": weight_on(weights, duplicate_keys(ids)),
        "previous": previous_token_score(weights),
        "next": offset_score(weights, 1),
        "first": first_token_score(weights),
        "self": offset_score(weights, 0),
    }
    return {name: score for name, score in scores.items() if not score.isnan().all()}


def attention_entropy(weights: Float[Tensor, "*batch query key"]) -> Float[Tensor, "*batch"]:
    """How spread a head's attention is, in nats: the entropy of each row, averaged over queries.

    0 when each query looks at one key; ln n when it looks at n keys evenly. A row of zeros, a
    query with every key masked, counts as 0.
    """
    return entropy(weights).mean(dim=-1)
