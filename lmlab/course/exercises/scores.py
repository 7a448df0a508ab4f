"""The scores of a language model."""

import math
import random

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _log_probs(seed):
    """Three tokens, texts of some tokens, and one whose probability is too small for a float."""
    generator = torch.Generator().manual_seed(seed)

    def log_probs(n_tokens):
        return torch.rand(n_tokens, generator=generator, dtype=torch.double).clamp(min=0.01).log()

    yield (torch.tensor([0.5, 0.25, 0.125], dtype=torch.double).log(),)
    for n_tokens in (2, 5, 9):
        yield (log_probs(n_tokens),)
    yield (log_probs(2000),)


def _is_at_least_one(answer, log_probs):
    return answer(log_probs) >= 1


PERPLEXITY = Exercise(
    id="perplexity",
    chapter="02_1_language_models",
    number="2.1.1",
    title="Perplexity",
    difficulty=1,
    minutes=5,
    reference="lmlab.text.scores.perplexity",
    cases=_log_probs,
    invariants=(
        Invariant(
            "is at least one",
            _is_at_least_one,
            "A perplexity is 1 or more: 1 is a model that was sure, and right, every time.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda log_probs: math.exp(log_probs.mean()),
            "The minus sign is missing: log-probabilities are below 0, perplexities above 1.",
        ),
        WrongAnswer(
            lambda log_probs: -log_probs.mean().item(),
            "This is the mean in nats, the cross-entropy; the perplexity is exp of it.",
        ),
        WrongAnswer(
            lambda log_probs: log_probs.sum().neg().exp().item(),
            "The sum grows with the length of the text: take the mean over its tokens.",
        ),
        WrongAnswer(
            lambda log_probs: math.exp(-log_probs.sum()),
            "The sum grows with the length of the text until exp of it is too large for a float: "
            "take the mean over its tokens.",
        ),
        WrongAnswer(
            lambda log_probs: 2 ** -log_probs.mean().item(),
            "The logarithms are natural ones, so it is exp and not 2 to the power of.",
        ),
        WrongAnswer(
            lambda log_probs: (-log_probs).exp().mean().item(),
            "The mean is taken after exp: one surprise would outweigh everything. First the mean "
            "of the logarithms, then exp.",
        ),
        WrongAnswer(
            lambda log_probs: 1 / log_probs.exp().mean().item(),
            "The mean is taken over probabilities; it is their logarithms that are averaged.",
        ),
        WrongAnswer(
            lambda log_probs: (1 / log_probs.exp().prod() ** (1 / len(log_probs))).item(),
            "The formula is right, but the product of thousands of probabilities is too small for "
            "a float and becomes 0: add logarithms instead.",
        ),
    ),
    hints=(
        "Perplexity is in how many ways the model hesitates: of tokens that got 1/4 each, 4.",
        "Average the log-probabilities over the tokens first. Which sign has the average?",
        "math.exp(-mean), and log_probs.mean() is the mean.",
    ),
)


def _nats(seed):
    """Nats for one token, and its characters; at first one nat and two characters."""
    rng = random.Random(seed)
    yield 1.0, 2.0
    for _ in range(5):
        yield rng.uniform(1.1, 6), rng.uniform(2.1, 6)


BITS_PER_CHARACTER = Exercise(
    id="bits_per_character",
    chapter="02_1_language_models",
    number="2.1.2",
    title="One score for all tokenizers",
    difficulty=1,
    minutes=5,
    reference="lmlab.text.scores.bits_per_character",
    cases=_nats,
    wrong_answers=(
        WrongAnswer(
            lambda nats, characters: nats / characters,
            "These are nats for a character: a bit is ln 2 nats, so divide by math.log(2) too.",
        ),
        WrongAnswer(
            lambda nats, characters: nats / math.log(2),
            "These are bits for a token: divide by the characters that a token has.",
        ),
        WrongAnswer(
            lambda nats, characters: nats * math.log(2) / characters,
            "Multiplied by ln 2: a bit is less than a nat, so there must be more bits than nats.",
        ),
        WrongAnswer(
            lambda nats, characters: nats / math.log(2) * characters,
            "Multiplied by the characters: a token has several, and they share what it costs.",
        ),
        WrongAnswer(
            lambda nats, characters: math.log2(nats) / characters,
            "The nats are a logarithm already; only its base changes: divide by ln 2.",
        ),
        WrongAnswer(
            lambda nats, characters: math.log2(math.exp(nats) / characters),
            "The characters divide the perplexity; they are to divide the bits, after the "
            "logarithm.",
        ),
        WrongAnswer(
            lambda nats, characters: nats / math.log(10) / characters,
            "math.log10 belongs to decimal digits; a bit is a choice between two: math.log(2).",
        ),
        WrongAnswer(
            lambda nats, characters: math.exp(nats) / characters,
            "exp gives a perplexity, which is no number of bits: no exponential is needed here.",
        ),
    ),
    hints=(
        "Two changes of unit: nats become bits, and tokens become characters.",
        "One nat is 1 / ln 2 = 1.44 bits.",
        "Divide by math.log(2), then by the characters that a token has on average.",
    ),
)

EXERCISES = (PERPLEXITY, BITS_PER_CHARACTER)
