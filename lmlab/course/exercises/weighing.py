"""The softmax of attention's scores, under a mask."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.attention import weights_from_scores


def _scores_and_masks(seed):
    """Masks that hide a key from each query, and what breaks a careless softmax."""
    generator = torch.Generator().manual_seed(seed)
    for batch, query, key in (((), 2, 3), ((2,), 3, 5), ((2, 3), 4, 4)):
        scores = 2 * torch.randn(*batch, query, key, generator=generator)
        yield scores, torch.rand(query, key, generator=generator).argsort(dim=-1) > 0
    scores = torch.randn(3, 3, generator=generator)
    yield scores, torch.tensor([[False], [True], [True]]).expand(3, 3)  # nothing to see for one
    yield scores, None
    yield torch.tensor([[1e4, 2.0, 1.0]]), torch.tensor([[False, True, True]])
    yield torch.tensor([[101.0, 100.0, -1e4]]), torch.tensor([[True, True, False]])


def _rows_are_shares(answer, scores, mask):
    wanted = torch.ones(scores.shape[:-1]) if mask is None else mask.any(dim=-1).float()
    return torch.allclose(answer(scores, mask).sum(dim=-1), wanted.expand(scores.shape[:-1]))


def _hides(answer, scores, mask):
    return mask is None or bool((answer(scores, mask).masked_fill(mask, 0.0) == 0).all())


def _all(scores, mask):
    return torch.ones_like(scores, dtype=torch.bool) if mask is None else mask


def _softmax_over(*dims):
    """The softmax over these axes, masked keys left out, and no query left with nan."""

    def answer(scores, mask):
        hidden = scores.masked_fill(~_all(scores, mask), -torch.inf)
        powers = (hidden - scores.amax(dims, keepdim=True)).exp()
        return (powers / powers.sum(dims, keepdim=True)).nan_to_num(0.0)

    return answer


def _renormalised(scores, mask):
    kept = scores.softmax(-1) * _all(scores, mask)
    return kept / kept.sum(-1, keepdim=True)


def _plain_exponential(scores, mask):
    powers = scores.exp() * _all(scores, mask)
    return powers / powers.sum(-1, keepdim=True)


EXERCISES = (
    Exercise(
        id="weights_from_scores",
        chapter="02_2_self_attention",
        number="2.2.7",
        title="From scores to weights, under a mask",
        difficulty=2,
        minutes=10,
        reference="lmlab.nn.attention.weights_from_scores",
        cases=_scores_and_masks,
        invariants=(
            Invariant(
                "rows are shares",
                _rows_are_shares,
                "The weights of each query must sum to 1, or to 0 when it may see no key.",
            ),
            Invariant("hides", _hides, "A key that the mask hides must get the weight 0, exactly."),
        ),
        wrong_answers=(
            WrongAnswer(
                _softmax_over(-2),
                "This is the softmax over the queries, so that the columns sum to one. Each query "
                "shares its attention among the keys: dim=-1.",
            ),
            WrongAnswer(
                _softmax_over(-2, -1),
                "One sum for the whole matrix: all weights together make one. Each row needs a sum "
                "of its own.",
            ),
            WrongAnswer(
                lambda scores, mask: scores.softmax(-1) * _all(scores, mask),
                "The mask comes after the softmax: hidden keys have had their share, and the rows "
                "no longer sum to one. Set their scores to -inf before it.",
            ),
            WrongAnswer(
                _renormalised,
                "Masked after the softmax, and divided again by the sum: right on paper. But a "
                "hidden key with a large score takes all, and 0 is divided by 0. Mask before the "
                "softmax.",
            ),
            WrongAnswer(
                _plain_exponential,
                "exp overflows at large scores, and inf / inf is nan. softmax subtracts the "
                "largest score first.",
            ),
            WrongAnswer(
                lambda scores, mask: (scores * _all(scores, mask)).softmax(-1),
                "Hidden scores are set to 0, and e to the power of 0 is 1: hidden keys still get "
                "weight. Only -inf becomes 0.",
            ),
            WrongAnswer(
                lambda scores, mask: (scores + _all(scores, mask)).softmax(-1),
                "The mask is added as 0 and 1, which hides nothing: add 0 and -inf, or use "
                "masked_fill.",
            ),
            WrongAnswer(
                lambda scores, mask: weights_from_scores(scores, None if mask is None else ~mask),
                "The mask is turned round: True lets a query look, and False hides.",
            ),
            WrongAnswer(
                lambda scores, mask: scores.softmax(-1),
                "The mask is not used.",
            ),
            WrongAnswer(
                lambda scores, mask: scores.masked_fill(~_all(scores, mask), -1e9).softmax(-1),
                "-1e9 is not -inf: a query with every key hidden sees all of them alike. It should "
                "see none, and get zeros.",
            ),
            WrongAnswer(
                lambda scores, mask: scores.masked_fill(~_all(scores, mask), -torch.inf).softmax(
                    -1
                ),
                "Right but for a query with every key hidden: a softmax of -inf alone is nan. Such "
                "a row is to be all zeros.",
            ),
            WrongAnswer(
                lambda scores, mask: (
                    scores.masked_fill(~_all(scores, mask), -torch.inf)
                    .log_softmax(-1)
                    .nan_to_num(0.0)
                ),
                "These are logarithms of the weights: softmax, not log_softmax.",
            ),
        ),
        hints=(
            "Which axis are the keys on? And which score would get the weight 0 in a softmax?",
            "scores.masked_fill(~mask, -torch.inf) hides keys; then softmax(dim=-1). mask may be "
            "None.",
            "A row of nothing but -inf gives nan. After the softmax, set the rows to 0 where "
            "~mask.any(dim=-1, keepdim=True).",
        ),
        quiz=Quiz(
            "Masking after the softmax, and dividing each row by its sum again, gives the same "
            "numbers on paper. Why is it not done?",
            {
                "It is slower": "A little; that would be no reason to forbid it.",
                "A hidden key with a large score takes all, and 0 / 0 is left": "Rounding makes "
                "the weights of the others 0. Before the softmax nothing is lost.",
                "The rows would not sum to one": "After dividing again, they would.",
            },
            "A hidden key with a large score takes all, and 0 / 0 is left",
        ),
    ),
)
