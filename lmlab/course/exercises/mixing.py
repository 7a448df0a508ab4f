"""How far attention spreads: within a head, and through all layers."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.interpret.patterns import attention_entropy
from lmlab.interpret.rollout import rollout

CHAPTER = "05_2_reading_attention_heads"


def _weights(generator, *shape):
    """Causal weights, rows that sum to one."""
    ahead = torch.ones(shape[-2:], dtype=torch.bool).triu(1)
    scores = 2 * torch.randn(*shape, generator=generator)
    return scores.masked_fill(ahead, -torch.inf).softmax(-1)


def _some_heads(seed):
    """A head that one can do in one's head; several, a batch of them, more keys than queries."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]),)
    yield (_weights(generator, 2, 4, 4),)
    yield (_weights(generator, 3, 2, 6, 6),)
    yield (torch.randn(2, 3, 5, generator=generator).softmax(-1),)


def _one_for_each_head(answer, weights):
    return answer(weights).shape == weights.shape[:-2]


def _from_nothing_to_even(answer, weights):
    most = torch.tensor(float(weights.size(-1))).log()
    found = answer(weights)
    return bool(((found >= -1e-5) & (found <= most + 1e-4)).all())


def _rows(weights):
    return -weights.xlogy(weights).sum(-1)


_ENTROPY = Exercise(
    id="attention_entropy",
    chapter=CHAPTER,
    number="5.2.9",
    title="How spread is a head's attention?",
    difficulty=2,
    minutes=8,
    reference="lmlab.interpret.patterns.attention_entropy",
    cases=_some_heads,
    invariants=(
        Invariant("one for each head", _one_for_each_head, "There must be one number per head."),
        Invariant(
            "from nothing to even",
            _from_nothing_to_even,
            "Entropy is at least 0, and at most ln(keys), when all keys get the same.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda weights: -(weights * weights.log()).sum(-1).mean(-1),
            "Right but where a weight is 0: 0 · ln 0 is nan here, and should count as 0. "
            "torch.xlogy(w, w) knows that.",
        ),
        WrongAnswer(
            lambda weights: -attention_entropy(weights),
            "The sign is lost: entropy is minus the sum, and never below 0.",
        ),
        WrongAnswer(
            _rows,
            "One number for each query. A head gets their mean.",
        ),
        WrongAnswer(
            lambda weights: _rows(weights).sum(-1),
            "The entropies of the queries are added up: average them.",
        ),
        WrongAnswer(
            lambda weights: attention_entropy(weights.mean(-2, keepdim=True)),
            "You average the rows first. A head that looks sharply, each time elsewhere, then "
            "seems spread. First the entropy of each row, then the mean.",
        ),
        WrongAnswer(
            lambda weights: -weights.xlogy(weights).sum(-2).mean(-1),
            "The sum runs over the queries. Each row is a distribution over the keys: the last "
            "axis.",
        ),
        WrongAnswer(
            lambda weights: attention_entropy(weights) / torch.tensor(2.0).log(),
            "These are bits. Nats are wanted: the natural logarithm.",
        ),
        WrongAnswer(
            lambda weights: attention_entropy(weights).exp(),
            "This is a number of keys, the exponential of what is wanted.",
        ),
    ),
    hints=(
        "Each row of the weights is a distribution over the keys. What is its entropy?",
        "-Σ w ln w over the last axis, and 0 ln 0 counts as 0: torch.xlogy.",
        "-weights.xlogy(weights).sum(-1) is one number for each query; average over the queries.",
    ),
)


def _some_models(seed):
    """Two layers of one head over two tokens; then more of everything."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]], [[[1.0, 0.0], [0.5, 0.5]]]]),)
    for shape in ((2, 2, 3, 3), (3, 4, 5, 5), (4, 2, 6, 6)):
        yield (_weights(generator, *shape),)


def _rows_sum_to_one(answer, weights):
    return torch.allclose(
        answer(weights).sum(-1), torch.ones(weights.shape[:1] + weights.shape[2:3])
    )


def _keeps_something_of_itself(answer, weights):
    return bool((answer(weights).diagonal(dim1=-2, dim2=-1) > 0).all())


def _chained(matrices, step):
    flows = [matrices[0]]
    for matrix in matrices[1:]:
        flows.append(step(matrix, flows[-1]))
    return torch.stack(flows)


def _mixed(weights, share=0.5):
    return (1 - share) * weights.mean(1) + share * torch.eye(weights.size(-1))


_ROLLOUT = Exercise(
    id="rollout",
    chapter=CHAPTER,
    number="5.2.10",
    title="Attention, followed through all layers",
    difficulty=2,
    minutes=12,
    reference="lmlab.interpret.rollout.rollout",
    cases=_some_models,
    invariants=(
        Invariant(
            "rows sum to one",
            _rows_sum_to_one,
            "Each row must sum to 1: everything at a position has come from somewhere.",
        ),
        Invariant(
            "keeps something of itself",
            _keeps_something_of_itself,
            "A position keeps a part of its own token in every layer: the residual stream.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda weights: _chained(weights.mean(1), torch.matmul),
            "The residual stream is left out: each position also keeps what it had. Add the "
            "identity, and norm the rows.",
        ),
        WrongAnswer(
            lambda weights: _chained(2 * _mixed(weights), torch.matmul),
            "The rows sum to more than 1, and to more in each layer: divide by their sum.",
        ),
        WrongAnswer(
            lambda weights: _chained(_mixed(weights), lambda layer, flow: flow @ layer),
            "The factors are in the wrong order. A row of the new layer says from which positions "
            "it takes, and those hold what the flow so far says: layer @ flow.",
        ),
        WrongAnswer(
            lambda weights: _mixed(weights),
            "Each layer stands by itself. Multiply it with the flow so far.",
        ),
        WrongAnswer(
            lambda weights: rollout(weights)[-1],
            "This is the flow after the last layer. One for each layer is wanted.",
        ),
        WrongAnswer(
            lambda weights: _chained(_mixed(weights.amax(1, keepdim=True)), torch.matmul),
            "Of the heads the largest weight is taken. Rollout takes their mean.",
        ),
        WrongAnswer(
            lambda weights: _chained(_mixed(weights), torch.mul),
            "* multiplies entry by entry. @ sums over the positions in between.",
        ),
        WrongAnswer(
            lambda weights: rollout(weights.flip(0)),
            "You begin at the last layer. The text passes layer 0 first.",
        ),
    ),
    hints=(
        "One layer: half of a position is what it had, half is what its heads bring on average.",
        "A = (weights.mean(1) + identity) / 2. After two layers the flow is A[1] @ A[0]: which "
        "comes from where?",
        "flows = [A[0]]; for layer in A[1:]: flows.append(layer @ flows[-1]); torch.stack(flows)",
    ),
    quiz=Quiz(
        "Rollout gives a token of the text 20 %. What does that say?",
        {
            "20 % of the answer is due to it": "Rollout has not looked at a single value vector, "
            "at no feed-forward, and at no logit.",
            "20 % of the paths, weighed by attention, lead there": "That is all: where "
            "information could have come from. What was done with it, it cannot say.",
            "without it, the probability falls by 20 %": "That is what patching measures, by doing "
            "it.",
        },
        answer="20 % of the paths, weighed by attention, lead there",
    ),
)

EXERCISES = (_ENTROPY, _ROLLOUT)
