"""Attention in blocks: the softmax of a row that is never whole."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.attention import attention, attention_scores, weights_from_scores


def _long_texts(seed):
    """Blocks that fit and blocks that do not; scores that grow from block to block, and shrink."""
    generator = torch.Generator().manual_seed(seed)
    for batch, query, key, block, growth in (
        ((), 1, 4, 2, 1.0),
        ((), 3, 7, 2, 1.0),
        ((2,), 3, 6, 3, 1.0),
        ((2, 2), 2, 5, 1, 3.0),
        ((2,), 3, 4, 9, 1.0),
        ((), 2, 6, 2, 200.0),
    ):
        shapes = ((query, 4), (key, 4), (key, 3))
        q, k, v = (torch.randn(*batch, *shape, generator=generator) for shape in shapes)
        yield growth * q, k, v, block


def _block_size_is_irrelevant(answer, q, k, v, block):
    return torch.allclose(answer(q, k, v, 1), answer(q, k, v, k.size(-2)), atol=1e-4)


def _even_keys_give_the_mean(answer, q, k, v, block):
    wanted = v.mean(dim=-2, keepdim=True).expand(*q.shape[:-1], -1)
    return torch.allclose(answer(q, torch.zeros_like(k), v, block), wanted, atol=1e-4)


def _streaming(shrink_total=True, shrink_mixed=True, scale=attention_scores, finish=None):
    """The right loop with one of its parts changed."""
    finish = finish or (lambda mixed, total: mixed / total)

    def answer(q, k, v, block):
        largest = torch.full_like(q[..., :1], -torch.inf)
        total, mixed = torch.zeros_like(largest), 0.0
        for keys, values in _blocks(k, v, block):
            scores = scale(q, keys)
            before, largest = largest, largest.maximum(scores.amax(dim=-1, keepdim=True))
            shrink, powers = (before - largest).exp(), (scores - largest).exp()
            total = (shrink if shrink_total else 1.0) * total + powers.sum(-1, keepdim=True)
            mixed = (shrink if shrink_mixed else 1.0) * mixed + powers @ values
        return finish(mixed, total)

    return answer


def _blocks(k, v, block):
    return zip(k.split(block, dim=-2), v.split(block, dim=-2), strict=True)


def _each_alone(q, k, v, block):
    """Plain attention to each block, one after the other."""
    return torch.stack([attention(q, *part) for part in _blocks(k, v, block)])


def _without_a_largest(q, k, v, block):
    total = mixed = 0.0
    for keys, values in _blocks(k, v, block):
        powers = attention_scores(q, keys).exp()
        total, mixed = total + powers.sum(-1, keepdim=True), mixed + powers @ values
    return mixed / total


def _each_relative_to_its_own(q, k, v, block):
    total = mixed = 0.0
    for keys, values in _blocks(k, v, block):
        scores = attention_scores(q, keys)
        powers = (scores - scores.amax(dim=-1, keepdim=True)).exp()
        total, mixed = total + powers.sum(-1, keepdim=True), mixed + powers @ values
    return mixed / total


def _whole_blocks_only(q, k, v, block):
    whole = max(block, k.size(-2) // block * block)
    scores = attention_scores(q, k[..., :whole, :])
    return weights_from_scores(scores) @ v[..., :whole, :]


EXERCISES = (
    Exercise(
        id="streaming_attention",
        chapter="02_2_self_attention",
        number="2.2.15",
        title="Attention without the large matrix",
        difficulty=3,
        minutes=20,
        reference="lmlab.nn.streaming.streaming_attention",
        cases=_long_texts,
        invariants=(
            Invariant(
                "the size of the blocks is irrelevant",
                _block_size_is_irrelevant,
                "Blocks of one key and a single block of all must give the same.",
            ),
            Invariant(
                "even keys give the mean",
                _even_keys_give_the_mean,
                "When all scores are equal, the result must be the mean of all values.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda *given: _each_alone(*given).mean(dim=0),
                "Each block has a softmax of its own, and their results are averaged. A block with "
                "larger scores must count for more: keep sums, and divide once, at the end.",
            ),
            WrongAnswer(
                lambda *given: _each_alone(*given).sum(dim=0),
                "Each block is divided by its own sum, so that the weights of all blocks sum to "
                "their number. Divide once, at the end.",
            ),
            WrongAnswer(
                lambda *given: _each_alone(*given)[-1],
                "Only the last block is left: carry the two sums from block to block.",
            ),
            WrongAnswer(
                _without_a_largest,
                "Right while scores are small: exp overflows at large ones. Keep the largest score "
                "so far, and take every exponential relative to it.",
            ),
            WrongAnswer(
                _each_relative_to_its_own,
                "Each block subtracts its own largest score, so that the sums of two blocks cannot "
                "be added: bring the old ones to the new largest score first.",
            ),
            WrongAnswer(
                _streaming(shrink_total=False, shrink_mixed=False),
                "When a larger score comes, the old sums are too large by exp(new - old): multiply "
                "both by exp(old - new).",
            ),
            WrongAnswer(
                _streaming(shrink_mixed=False),
                "The sum of the weights is scaled down when a larger score comes, the mixed values "
                "are not.",
            ),
            WrongAnswer(
                _streaming(shrink_total=False),
                "The mixed values are scaled down when a larger score comes, the sum of the "
                "weights is not.",
            ),
            WrongAnswer(
                _streaming(finish=lambda mixed, total: mixed),
                "The division by the sum of the weights is missing at the end.",
            ),
            WrongAnswer(
                _streaming(scale=lambda q, k: q @ k.mT),
                "1/√d_k is missing from the scores.",
            ),
            WrongAnswer(
                _whole_blocks_only,
                "The keys that do not fill a block are left out: the last block may be shorter. "
                "k.split(block, dim=-2) takes care of that.",
            ),
        ),
        hints=(
            "Σ wᵢ vᵢ / Σ wᵢ with wᵢ = exp(scoreᵢ): both sums can be added up block by block, and "
            "divided at the end. What if a score is 1,000?",
            "Take every exponential relative to the largest score so far, exp(score - largest). "
            "When a new block raises it, both old sums are too large by the same factor.",
            "In each block: new = torch.maximum(largest, scores.amax(-1, keepdim=True)); shrink = "
            "(largest - new).exp(); total = shrink * total + powers.sum(…), and so for the values.",
        ),
        quiz=Quiz(
            "Attention in blocks gives the same numbers with far less memory. What of the "
            "arithmetic?",
            {
                "it shrinks as well": "Every query still meets every key.",
                "it stays quadratic, with a little added": "The same products, and the scaling "
                "down of old sums. It is faster all the same: less is written to memory and read "
                "again.",
                "it becomes linear": "Then some pairs of tokens would never meet.",
            },
            "it stays quadratic, with a little added",
        ),
    ),
)
