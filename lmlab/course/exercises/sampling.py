"""From logits to the next token."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _cases(seed):
    """One text, two texts, larger batches, many temperatures; the last logits are very large."""
    generator = torch.Generator().manual_seed(seed)

    def logits(*shape):
        return 2 * torch.randn(*shape, generator=generator)

    yield torch.tensor([2.0, 1.0, -1.0]), 0.5
    yield logits(2, 4), 1.0
    for temperature in (0.3, 0.7, 1.6, 2.5):
        yield logits(5), temperature
        yield logits(3, 6), temperature
    yield logits(2, 3, 4), 0.8
    yield 400 * logits(2, 5), 0.9


def _sums_to_one(answer, logits, temperature):
    total = answer(logits, temperature).sum(dim=-1)
    return torch.allclose(total, torch.ones_like(total), atol=1e-4)


def _keeps_order(answer, logits, temperature):
    probs = answer(logits, temperature)
    return torch.equal(probs.argmax(dim=-1), logits.argmax(dim=-1))


def _is_cooled(answer, logits, temperature):
    """A lower temperature makes the likeliest token likelier, or leaves it at 1."""
    cool, warm = (answer(logits, t).amax(dim=-1) for t in (temperature / 2, temperature))
    return bool((cool >= warm - 1e-6).all())


EXERCISES = (
    Exercise(
        id="next_token_probabilities",
        chapter="00_start_here",
        number="0.1",
        title="From logits to probabilities",
        difficulty=1,
        minutes=5,
        reference="lmlab.generate.sampling.probabilities",
        cases=_cases,
        invariants=(
            Invariant(
                "sums to one",
                _sums_to_one,
                "The probabilities of one text must sum to one: divide by the sum over the last "
                "axis.",
            ),
            Invariant(
                "keeps the order",
                _keeps_order,
                "The token with the largest logit must stay the likeliest.",
            ),
            Invariant(
                "cooler is surer",
                _is_cooled,
                "A lower temperature must make the likeliest token likelier still.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda logits, temperature: (logits * temperature).softmax(-1),
                "The logits are multiplied by the temperature; they are to be divided by it.",
            ),
            WrongAnswer(
                lambda logits, temperature: logits.softmax(-1),
                "The temperature changes nothing: divide the logits by it before the softmax.",
            ),
            WrongAnswer(
                lambda logits, temperature: logits.softmax(-1) / temperature,
                "The temperature is applied after the softmax; divide the logits by it before.",
            ),
            WrongAnswer(
                lambda logits, temperature: (logits / temperature).softmax(0),
                "The softmax runs over the first axis. That mixes texts: with a batch of texts, "
                "the tokens are on the last axis, dim=-1.",
            ),
            WrongAnswer(
                lambda logits, temperature: (logits / temperature).softmax(1),
                "The softmax runs over axis 1. One text has no such axis, and in larger batches it "
                "is not the tokens'; they are always on the last one, dim=-1.",
            ),
            WrongAnswer(
                lambda logits, temperature: logits / temperature,
                "These are still logits: take the exponential, then divide by the sum.",
            ),
            WrongAnswer(
                lambda logits, temperature: (
                    (logits / temperature) / (logits / temperature).sum(-1, keepdim=True)
                ),
                "The exponential is missing: logits can be negative, probabilities cannot.",
            ),
            WrongAnswer(
                lambda logits, temperature: (logits / temperature).exp(),
                "The exponentials are not divided by their sum, so they do not sum to one.",
            ),
            WrongAnswer(
                lambda logits, temperature: (
                    (logits / temperature).exp() / (logits / temperature).exp().sum()
                ),
                "The sum runs over the whole batch; each text needs a sum of its own: "
                "sum(dim=-1, keepdim=True).",
            ),
            WrongAnswer(
                lambda logits, temperature: (
                    (logits / temperature).exp()
                    / (logits / temperature).exp().sum(-1, keepdim=True)
                ),
                "The formula is right, but exp overflows for large logits (nan). Subtract the "
                "largest logit first, which changes no probability, or use torch.softmax.",
            ),
            WrongAnswer(
                lambda logits, temperature: (logits / temperature).log_softmax(-1),
                "These are logarithms of probabilities: softmax is wanted, not log_softmax.",
            ),
            WrongAnswer(
                lambda logits, temperature: (logits / temperature).sigmoid(),
                "A sigmoid asks about each token by itself; softmax lets the tokens share one.",
            ),
            WrongAnswer(
                lambda logits, temperature: torch.nn.functional.one_hot(
                    logits.argmax(-1), logits.size(-1)
                ).float(),
                "All the weight is on the likeliest token. That is temperature 0; here the others "
                "keep their share.",
            ),
        ),
        hints=(
            "Two steps: divide the logits by the temperature, then turn each row into "
            "probabilities.",
            "Softmax does the second step: exp of each number, divided by the sum of all exps of "
            "the same text. The tokens are on the last axis.",
            "torch.softmax(x, dim=-1) is the softmax over the last axis, safe for large numbers. "
            "What is x, with the temperature in it?",
        ),
    ),
)
