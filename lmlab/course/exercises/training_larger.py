"""What larger models cost: gradients in pieces, a law through two points, and a rule for sizes."""

import math
import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer

CHAPTER = "08_1_training_larger_models"


def _pieces(seed):
    """Two gradients in one's head; then three and four, of other shapes, never of equal counts."""
    generator, rng = torch.Generator().manual_seed(seed), random.Random(seed)
    yield torch.tensor([[4.0, 0.0], [0.0, 8.0]]), torch.tensor([3, 1])
    for shape in ((3, 4), (4, 2, 3), (3, 5)):
        counts = torch.tensor(rng.sample(range(2, 40), shape[0]))
        yield torch.randn(*shape, generator=generator), counts


def _whole(gradients, counts):
    return torch.tensordot(counts.float(), gradients, dims=1)


def _stays_within(answer, gradients, counts):
    mean = answer(gradients, counts)
    low, high = gradients.amin(dim=0), gradients.amax(dim=0)
    return bool(((mean >= low - 1e-5) & (mean <= high + 1e-5)).all())


def _two_points(seed):
    """What is above the floor falls to a quarter, from a million to a hundred million."""
    rng = random.Random(seed)
    yield (1e6, 1e8), (4.0, 2.5), 2.0
    for _ in range(4):
        small, floor = 10 ** rng.uniform(4, 8), rng.uniform(1, 2)
        low = floor + rng.uniform(0.2, 0.6)
        high = low + rng.uniform(1.2, 2.5)
        yield (small, small * rng.uniform(5, 200)), (high, low), floor


def _logs(above, below):
    return math.log(above) / math.log(below)


def _budgets(seed):
    """That of Gopher and Chinchilla; then others, with other ratios."""
    rng = random.Random(seed)
    yield 5.76e23, 20
    for _ in range(4):
        yield 10 ** rng.uniform(15, 26), rng.choice((5, 10, 40, 100, 200))


EXERCISES = (
    Exercise(
        id="combined_gradient",
        chapter=CHAPTER,
        number="8.1.1",
        title="One gradient of many pieces",
        difficulty=2,
        minutes=8,
        reference="lmlab.training.gradients.combined_gradient",
        cases=_pieces,
        invariants=(
            Invariant(
                "stays within the pieces",
                _stays_within,
                "A mean lies between the smallest and the largest of the pieces, in each place.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda gradients, counts: gradients.mean(dim=0),
                "All pieces weigh the same here, however few tokens they have. A token of a short "
                "piece then counts for more than one of a long piece.",
            ),
            WrongAnswer(
                lambda gradients, counts: gradients.sum(dim=0),
                "The pieces are added up: with more pieces, the step would be longer.",
            ),
            WrongAnswer(
                _whole,
                "Each piece is weighed by its tokens, and nothing is divided: this is the gradient "
                "of the sum of losses, not of their mean.",
            ),
            WrongAnswer(
                lambda gradients, counts: _whole(gradients, counts) / len(counts),
                "This divides by the number of pieces. Divide by the tokens of all of them.",
            ),
            WrongAnswer(
                lambda gradients, counts: torch.tensordot(1 / counts, gradients, dims=1),
                "Each gradient is divided by its tokens. It is of a mean already: that was done.",
            ),
            WrongAnswer(
                lambda gradients, counts: gradients[-1],
                "Only the last piece is left: as if the gradients were set to zero before each.",
            ),
            WrongAnswer(
                lambda gradients, counts: _whole(gradients, counts.flip(0)) / counts.sum(),
                "The counts are in the wrong order: each belongs to the gradient in its place.",
            ),
            WrongAnswer(
                lambda gradients, counts: _whole(gradients, counts) / counts.max(),
                "This divides by the tokens of the longest piece. All of them belong there.",
            ),
        ),
        hints=(
            "If you had the gradient of the *sum* of the losses for each piece, what would you do?",
            "Count times gradient is that of the sum. Add those, and divide by all tokens.",
            "torch.tensordot(counts / counts.sum(), gradients, dims=1)",
        ),
    ),
    Exercise(
        id="exponent_between",
        chapter=CHAPTER,
        number="8.1.2",
        title="The exponent of a law",
        difficulty=2,
        minutes=10,
        reference="lmlab.scaling.power_law.exponent_between",
        cases=_two_points,
        wrong_answers=(
            WrongAnswer(
                lambda x, y, floor: _logs(y[0] / y[1], x[1] / x[0]),
                "The floor is not used. Only what is above the floor falls as a power.",
            ),
            WrongAnswer(
                lambda x, y, floor: -_logs((y[0] - floor) / (y[1] - floor), x[1] / x[0]),
                "The sign is turned. The law has x to the power of minus the exponent: for a loss "
                "that falls, the exponent is above 0.",
            ),
            WrongAnswer(
                lambda x, y, floor: _logs(x[1] / x[0], (y[0] - floor) / (y[1] - floor)),
                "The fraction is upside down: how far the loss falls, for how far the size grows.",
            ),
            WrongAnswer(
                lambda x, y, floor: (y[0] - y[1]) / (x[1] - x[0]),
                "This is the slope of a straight line, without logarithms. A power is a straight "
                "line only where both axes are logarithms.",
            ),
            WrongAnswer(
                lambda x, y, floor: math.log((y[0] - floor) / (y[1] - floor)) / (x[1] / x[0]),
                "The losses have their logarithm, the sizes have not.",
            ),
            WrongAnswer(
                lambda x, y, floor: (
                    math.log10((y[0] - floor) / (y[1] - floor)) / math.log(x[1] / x[0])
                ),
                "Two kinds of logarithm: base 10 above, base e below. Any will do, but one.",
            ),
            WrongAnswer(
                lambda x, y, floor: _logs((y[0] + floor) / (y[1] + floor), x[1] / x[0]),
                "The floor is added. Take it away: what is left tends to 0.",
            ),
            WrongAnswer(
                lambda x, y, floor: (y[0] - floor) / (y[1] - floor) / (x[1] / x[0]),
                "These are the ratios alone. The exponent is the ratio of their logarithms.",
            ),
        ),
        hints=(
            "Take the floor away. By what factor does the rest fall, and by what factor does the "
            "size grow?",
            "(size factor)^exponent = (loss factor). Take the logarithm of both sides.",
            "math.log((high - floor) / (low - floor)) / math.log(large / small)",
        ),
    ),
    Exercise(
        id="optimal_parameters",
        chapter=CHAPTER,
        number="8.1.3",
        title="How large, for this budget?",
        difficulty=1,
        minutes=5,
        reference="lmlab.scaling.compute_optimal.optimal_parameters",
        cases=_budgets,
        wrong_answers=(
            WrongAnswer(
                lambda c, r: (c / 6) ** 0.5,
                "The tokens for each parameter are missing: this is the size for one token each.",
            ),
            WrongAnswer(
                lambda c, r: c / (6 * r),
                "The root is missing: N stands in the budget twice, 6 · N · (r · N).",
            ),
            WrongAnswer(
                lambda c, r: (c / r) ** 0.5,
                "The 6 is missing: so many operations does a parameter cost for each token.",
            ),
            WrongAnswer(
                lambda c, r: (c / (2 * r)) ** 0.5,
                "2 is the forward pass alone. Training takes 6.",
            ),
            WrongAnswer(
                lambda c, r: (c * r / 6) ** 0.5,
                "These are the tokens, D. The parameters are wanted: D / r.",
            ),
            WrongAnswer(
                lambda c, r: (c / 6) ** 0.5 / r,
                "The ratio stands outside of the root. It belongs inside: c = 6 · r · N².",
            ),
            WrongAnswer(
                lambda c, r: c**0.5 / (6 * r),
                "The root is of the budget alone. Divide first, then take the root.",
            ),
            WrongAnswer(
                lambda c, r: (c / (6 * r)) ** (1 / 3),
                "A third root: but parameters come in twice, not three times.",
            ),
        ),
        hints=(
            "flops = 6 · N · D. What is D, if every parameter gets so many tokens?",
            "flops = 6 · tokens_per_parameter · N². Solve for N.",
            "(flops / (6 * tokens_per_parameter)) ** 0.5",
        ),
        quiz=Quiz(
            "You have a hundred times the compute. By the rule of 20 tokens a parameter, what do "
            "you do?",
            {
                "a model 100 times larger": "Then there is nothing left for more text.",
                "a model 10 times larger, 10 times the text": "Both grow by the root of the "
                "budget.",
                "the same model, 100 times the text": "Then the size would be what holds you back.",
            },
            answer="a model 10 times larger, 10 times the text",
        ),
    ),
)
