"""The softmax: over how many keys its weights are spread, and how they move with the scores."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _weights(seed):
    """Two rows one can do in one's head, sharp and even rows, and rows with zeros."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0]]),)
    for shape, sharpness in (((4,), 1.0), ((3, 5), 3.0), ((2, 4, 6), 0.5)):
        yield ((sharpness * torch.randn(*shape, generator=generator)).softmax(-1),)
    scores = torch.randn(4, 4, generator=generator)
    yield (scores.masked_fill(torch.ones(4, 4).triu(1) > 0, -torch.inf).softmax(-1),)


def _between_one_and_all(answer, weights):
    found = answer(weights)
    return bool(((found >= 1 - 1e-4) & (found <= weights.size(-1) + 1e-3)).all())


def _one_for_each_query(answer, weights):
    return answer(weights).shape == weights.shape[:-1]


def _entropy(weights, dim=-1):
    return -weights.xlogy(weights).sum(dim)


_EFFECTIVE = Exercise(
    id="effective_keys",
    chapter="02_2_self_attention",
    number="2.2.4",
    title="How many keys does a query look at?",
    difficulty=2,
    minutes=8,
    reference="lmlab.nn.softmax.effective_keys",
    cases=_weights,
    invariants=(
        Invariant(
            "one for each query", _one_for_each_query, "There must be one number for each query."
        ),
        Invariant(
            "between one and all",
            _between_one_and_all,
            "A query looks at one key at least, and at most at all of them.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda weights: (-(weights * weights.log()).sum(-1)).exp(),
            "Right but where a weight is 0: 0 · ln 0 is nan here, and should count as 0. "
            "torch.xlogy(w, w) knows that.",
        ),
        WrongAnswer(
            _entropy,
            "This is the entropy, in nats. Its exponential is a number of keys.",
        ),
        WrongAnswer(
            lambda weights: (-_entropy(weights)).exp(),
            "The sign is lost: this is one over what is wanted. Entropy is minus the sum.",
        ),
        WrongAnswer(
            lambda weights: (_entropy(weights) / torch.tensor(2.0).log()).exp(),
            "The logarithm is to the base 2, the exponential to the base e. Use one base for both.",
        ),
        WrongAnswer(
            lambda weights: _entropy(weights, dim=0).exp(),
            "The sum runs along axis 0. The keys are the last axis.",
        ),
        WrongAnswer(
            lambda weights: _entropy(weights).mean().exp(),
            "One number for all queries. Each has one of its own.",
        ),
        WrongAnswer(
            lambda weights: (_entropy(weights) / weights.size(-1)).exp(),
            "The entropy is divided by the number of keys, as if it were a mean. The weights "
            "already make it one: sum.",
        ),
        WrongAnswer(
            lambda weights: (weights > 0).sum(-1),
            "These are the keys with any weight at all; one with a millionth of it hardly counts.",
        ),
        WrongAnswer(
            lambda weights: 1 / (weights**2).sum(-1),
            "1/Σw² is another such number, and agrees where the weights are even. Here the "
            "exponential of the entropy is asked for.",
        ),
        WrongAnswer(
            lambda weights: 1 / weights.amax(-1),
            "One over the largest weight forgets all other keys.",
        ),
    ),
    hints=(
        "It is the perplexity of chapter 2.1, of weights this time: between how many keys does "
        "the query hesitate?",
        "The entropy of a row is -Σ w ln w. Watch out for weights of 0: torch.xlogy(w, w).",
        "(-torch.xlogy(weights, weights).sum(dim=-1)).exp()",
    ),
    quiz=Quiz(
        "A causal head gives even weights. What is the number of effective keys of the query at "
        "position t, counted from 1?",
        {
            "1": "It would be, if it looked at one key only.",
            "t": "Even weights over the t keys that it may see. So compare a head with its "
            "position before you call it spread.",
            "the length of the text": "Later keys have no weight, and do not count.",
        },
        "t",
    ),
)


def _probabilities(seed):
    """Rows of probabilities, from even to sharp, and batches of them."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([0.5, 0.25, 0.25]),)
    for shape in ((1, 2), (3, 3), (4, 5), (2, 3, 4)):
        yield ((2 * torch.randn(*shape, generator=generator)).softmax(-1),)


def _moves_cancel(answer, probs):
    found = answer(probs)
    nothing = torch.zeros_like(probs)
    return torch.allclose(found.sum(-1), nothing, atol=1e-5) and torch.allclose(
        found.sum(-2), nothing, atol=1e-5
    )


def _own_score_helps(answer, probs):
    return bool((answer(probs).diagonal(dim1=-2, dim2=-1) > 0).all())


def _outer(probs):
    return probs[..., :, None] * probs[..., None, :]


_JACOBIAN = Exercise(
    id="softmax_jacobian",
    chapter="02_2_self_attention",
    number="2.2.14",
    title="How the weights move with the scores",
    difficulty=3,
    minutes=12,
    reference="lmlab.nn.softmax.softmax_jacobian",
    cases=_probabilities,
    invariants=(
        Invariant(
            "moves cancel",
            _moves_cancel,
            "Rows and columns must sum to 0: what one probability gains the others lose, and "
            "adding a constant to all scores changes nothing.",
        ),
        Invariant(
            "its own score helps",
            _own_score_helps,
            "A probability must grow with its own score.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda p: p * (1 - p),
            "p (1 - p) is the derivative of a sigmoid, and the diagonal alone. Each score moves "
            "all probabilities: a matrix for each row.",
        ),
        WrongAnswer(
            lambda p: torch.diag_embed(p * (1 - p)),
            "Off the diagonal stand zeros, but the others lose what one gains: ∂pᵢ/∂sⱼ = -pᵢ pⱼ.",
        ),
        WrongAnswer(
            torch.diag_embed,
            "-pᵢ pⱼ is missing: every exponential is divided by the sum of all, which moves too.",
        ),
        WrongAnswer(
            lambda p: torch.diag_embed(p) + _outer(p),
            "The two terms are added. The second comes from dividing by the sum: minus.",
        ),
        WrongAnswer(
            lambda p: _outer(p) - torch.diag_embed(p),
            "The sign is turned round: a larger score of its own makes a probability larger.",
        ),
        WrongAnswer(
            lambda p: torch.eye(p.size(-1)) - p[..., None, :],
            "This is how the logarithm of each probability moves, δᵢⱼ - pⱼ. For the probability "
            "itself, multiply by pᵢ.",
        ),
        WrongAnswer(
            lambda p: torch.diag_embed(p) - p[..., :, None] * p,
            "Right for a single row. In a batch, the second factor needs an axis for the rows of "
            "the matrix as well: p[..., None, :].",
        ),
        WrongAnswer(
            lambda p: torch.diag_embed(p.softmax(-1)) - _outer(p.softmax(-1)),
            "probs went through another softmax: they are probabilities already.",
        ),
    ),
    hints=(
        "Two keys: what does p₁ lose when s₂ grows a little? And p₁ itself, with s₁?",
        "pᵢ = exp(sᵢ) / Σ exp(s). The quotient rule gives two terms: pᵢ where i = j, and -pᵢ pⱼ "
        "everywhere.",
        "torch.diag_embed(p) makes the first matrix, p[..., :, None] * p[..., None, :] the second.",
    ),
    quiz=Quiz(
        "All the weight is on one key, p = 1. How large are the slopes?",
        {
            "as large as they get": "They are largest where the softmax hesitates, p = 1/2.",
            "all 0": "p (1 - p) = 0, and p times nothing is nothing. The head cannot find out that "
            "it looks at the wrong key.",
            "1 for that key, 0 else": "That would be p; the other term, p², takes it away.",
        },
        "all 0",
    ),
)

EXERCISES = (_EFFECTIVE, _JACOBIAN)
