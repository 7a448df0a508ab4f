"""How large a model is, and what its training costs."""

import random

from lmlab.course.exercise import Exercise, WrongAnswer


def _shapes(seed):
    """Shapes of GPTs, the first of them GPT-2 small."""
    rng = random.Random(seed)
    yield 12, 768, 50_257
    for _ in range(6):
        yield rng.randint(2, 96), 64 * rng.randint(2, 128), rng.randint(500, 200_000)


def _runs(seed):
    """Parameters and tokens, the first as for GPT-3."""
    rng = random.Random(seed)
    yield 175_000_000_000, 300_000_000_000
    for _ in range(6):
        yield rng.randint(10**6, 10**12), rng.randint(10**8, 10**13)


EXERCISES = (
    Exercise(
        id="transformer_parameters",
        chapter="01_background",
        number="1.1",
        title="The parameters of a GPT on the back of an envelope",
        difficulty=2,
        minutes=8,
        reference="lmlab.scaling.accounting.approximate_parameters",
        cases=_shapes,
        wrong_answers=(
            WrongAnswer(
                lambda n, d, v: 12 * n * d * d,
                "The embedding is missing: one vector of d_model numbers for each token.",
            ),
            WrongAnswer(
                lambda n, d, v: 12 * d * d + v * d,
                "This counts one block; there are n_layers of them.",
            ),
            WrongAnswer(
                lambda n, d, v: n * (12 * d * d + v * d),
                "The embedding is counted once for each layer; there is one for the whole model.",
            ),
            WrongAnswer(
                lambda n, d, v: 12 * n * d * d + 2 * v * d,
                "The embedding is counted twice. Here the output layer is the same matrix.",
            ),
            WrongAnswer(
                lambda n, d, v: 12 * n * d * d + v,
                "Each token of the vocabulary has a vector of d_model numbers, not one number.",
            ),
            WrongAnswer(
                lambda n, d, v: 12 * n * d + v * d,
                "A matrix of attention has d_model · d_model numbers: d_model is to be squared.",
            ),
            WrongAnswer(
                lambda n, d, v: 4 * n * d * d + v * d,
                "This is attention alone (4 matrices). The feed-forward adds 8 · d_model² a block.",
            ),
            WrongAnswer(
                lambda n, d, v: 8 * n * d * d + v * d,
                "8 · d_model² a block is too little: attention has 4 matrices of d_model², and the "
                "feed-forward two of 4 · d_model².",
            ),
            WrongAnswer(
                lambda n, d, v: 11 * n * d * d + v * d,
                "One matrix of attention is missing: queries, keys, values and the output.",
            ),
            WrongAnswer(
                lambda n, d, v: 6 * n * d * d + v * d,
                "The feed-forward is four times as wide as d_model inside: its two matrices have "
                "4 · d_model² numbers each.",
            ),
        ),
        hints=(
            "Add up three things: attention and feed-forward of each block, and the embedding.",
            "Attention has four matrices of d_model × d_model. The feed-forward goes from d_model "
            "to 4 · d_model and back.",
            "A block has 4 · d_model² + 8 · d_model². How many blocks are there, and how many "
            "numbers has the embedding?",
        ),
    ),
    Exercise(
        id="training_flops",
        chapter="01_background",
        number="1.2",
        title="What a training run costs",
        difficulty=1,
        minutes=5,
        reference="lmlab.scaling.accounting.training_flops",
        cases=_runs,
        wrong_answers=(
            WrongAnswer(
                lambda n, d: 2 * n * d,
                "This is the forward pass alone; the backward pass costs twice as much again.",
            ),
            WrongAnswer(
                lambda n, d: 4 * n * d,
                "This is the backward pass alone; the forward pass adds 2 for each parameter.",
            ),
            WrongAnswer(
                lambda n, d: 3 * n * d,
                "A multiplication and the addition that follows are two operations, not one.",
            ),
            WrongAnswer(
                lambda n, d: n * d,
                "Each token costs each parameter more than one operation: 2 forward, 4 backward.",
            ),
            WrongAnswer(
                lambda n, d: 8 * n * d,
                "8 is what it costs when the forward pass is computed twice to save memory.",
            ),
            WrongAnswer(
                lambda n, d: 6 * n,
                "This is the cost of one token; a training run reads many.",
            ),
            WrongAnswer(
                lambda n, d: 6 * d,
                "The number of parameters is missing: each takes part for each token.",
            ),
            WrongAnswer(
                lambda n, d: 6 * (n + d),
                "Parameters and tokens are added; each token meets each parameter: multiply.",
            ),
        ),
        hints=(
            "Every token meets every parameter once on the way forward.",
            "Forward: one multiplication and one addition. Backward: twice as many.",
            "That is 2 + 4 operations for each parameter and each token.",
        ),
    ),
)
