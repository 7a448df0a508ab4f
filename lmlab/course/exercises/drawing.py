"""From probabilities to one token, with a random number that is given."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _cases(seed):
    """One text, a number on the edge of a stretch, impossible tokens, and batches."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[0.2, 0.5, 0.3]]), torch.tensor([0.6])
    yield torch.tensor([[0.25, 0.5, 0.25], [0.5, 0.25, 0.25]]), torch.tensor([0.25, 0.5])
    yield torch.tensor([[0.0, 0.5, 0.5]]), torch.tensor([0.0])
    yield torch.tensor([[0.1, 0.2, 0.7], [0.1, 0.2, 0.7]]), torch.tensor([0.05, 0.95])
    yield torch.tensor([[0.9, 0.04, 0.06], [0.9, 0.04, 0.06]]), torch.tensor([0.4, 0.6])
    for batch, vocab_size in ((2, 5), (3, 4), (6, 3), (4, 7)):
        logits = 1.5 * torch.randn(batch, vocab_size, generator=generator)
        yield logits.softmax(-1), torch.rand(batch, generator=generator)


def _is_possible(answer, probs, u):
    tokens = answer(probs, u)
    return bool((probs.gather(-1, tokens[:, None]) > 0).all())


def _zero_draws_the_first(answer, probs, u):
    return torch.equal(answer(probs, torch.zeros_like(u)), (probs > 0).long().argmax(-1))


def _is_repeatable(answer, probs, u):
    return torch.equal(answer(probs, u), answer(probs, u))


def _rank(probs, u):
    """The draw from the probabilities in descending order."""
    return (probs.sort(dim=-1, descending=True).values.cumsum(-1) <= u[:, None]).sum(-1)


def _likeliest_first(probs, u):
    order = probs.argsort(dim=-1, descending=True)
    return order.gather(-1, _rank(probs, u)[:, None]).squeeze(-1)


EXERCISES = (
    Exercise(
        id="draw",
        chapter="02_1_language_models",
        number="2.1.9",
        title="Draw a token",
        difficulty=2,
        minutes=10,
        reference="lmlab.generate.sampling.draw",
        cases=_cases,
        invariants=(
            Invariant(
                "possible",
                _is_possible,
                "A token of probability 0 must never be drawn.",
            ),
            Invariant(
                "zero draws the first",
                _zero_draws_the_first,
                "u = 0 lies at the left end of the line: it must draw the first token that has "
                "any probability.",
            ),
            Invariant(
                "repeatable",
                _is_repeatable,
                "The same u must draw the same token: all the chance is in u, so no other random "
                "number is needed.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda probs, u: probs.argmax(-1),
                "This is the likeliest token, whatever u is. Let u decide: draw, do not choose.",
            ),
            WrongAnswer(
                lambda probs, u: (u * probs.size(-1)).long(),
                "Every token has an equal chance here. Give each a stretch of the line as long as "
                "its probability.",
            ),
            WrongAnswer(
                lambda probs, u: (probs <= u[:, None]).sum(-1),
                "u is compared with single probabilities. Compare it with their running sum, "
                "probs.cumsum(dim=-1): that is where each token's stretch ends.",
            ),
            WrongAnswer(
                lambda probs, u: (probs.cumsum(-1) < u[:, None]).sum(-1),
                "Right but on the edges: a u that equals a running sum belongs to the next token, "
                "so compare with <= (searchsorted: right=True). With u = 0 yours draws a first "
                "token of probability 0.",
            ),
            WrongAnswer(
                lambda probs, u: (probs.cumsum(0) <= u[:, None]).sum(-1),
                "The running sum goes over axis 0 and adds up different texts. The tokens are on "
                "the last axis: cumsum(dim=-1).",
            ),
            WrongAnswer(
                lambda probs, u: (probs.cumsum(-1) <= u).sum(-1),
                "u lies along the vocabulary. It has one number for each text: u[:, None] sets "
                "them along the batch.",
            ),
            WrongAnswer(
                lambda probs, u: (probs.cumsum(-1) <= u[0]).sum(-1),
                "The first number of u draws for all texts; each text has a number of its own.",
            ),
            WrongAnswer(
                lambda probs, u: (probs.cumsum(-1) <= u[:, None]).sum(),
                "The sum runs over the whole batch; count for each text: sum(dim=-1).",
            ),
            WrongAnswer(
                lambda probs, u: (probs.cumsum(-1) <= u[:, None]).sum(-1) + 1,
                "One token too far. Ids begin at 0, so the number of stretches to the left of u "
                "is the id already.",
            ),
            WrongAnswer(
                lambda probs, u: (probs.cumsum(-1) <= u[:, None]).sum(-1) - 1,
                "One token too early: this is the last stretch that ends before u. The next one "
                "is where u falls.",
            ),
            WrongAnswer(
                lambda probs, u: (probs.softmax(-1).cumsum(-1) <= u[:, None]).sum(-1),
                "probs are probabilities already; a second softmax makes them nearly equal.",
            ),
            WrongAnswer(
                _rank,
                "This is a rank among the sorted probabilities, not the id of a token. Nothing "
                "need be sorted: the order of the ids is as good as any.",
            ),
            WrongAnswer(
                _likeliest_first,
                "The chances are right, but the stretches lie in another order, the likeliest "
                "first. Keep the order of the ids, so that the same u gives the same token to "
                "everybody.",
            ),
        ),
        hints=(
            "Lay the probabilities end to end, from token 0 on: they fill a line from 0 to 1. u "
            "is a point on it. Which token's stretch does it hit?",
            "probs.cumsum(dim=-1) holds the end of each stretch. A token lies wholly to the left "
            "of u when its end is <= u.",
            "The id is the number of ends that are <= u. With u[:, None] the comparison has shape "
            "(batch, vocab_size); sum it over the last axis.",
        ),
    ),
)
