"""The learning rate of the paper."""

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.training.schedules import inverse_square_root_rate as rate


def _steps(seed):
    """Before, at and after the top of the paper's own schedule; then others."""
    yield 1, 512, 4000
    yield 4000, 512, 4000
    yield 100_000, 512, 4000
    for step in (3 + seed, 700 + seed):
        yield step, 64, 50 + seed


def _highest_at_the_end_of_the_warm_up(answer, step, d_model, warmup_steps):
    top = answer(warmup_steps, d_model, warmup_steps)
    sides = (answer(warmup_steps + by, d_model, warmup_steps) for by in (-1, 1))
    return all(side < top for side in sides)


EXERCISES = (
    Exercise(
        id="inverse_square_root_rate",
        chapter="07_tools",
        number="7.5",
        title="Equation 3",
        difficulty=1,
        minutes=5,
        reference="lmlab.training.schedules.inverse_square_root_rate",
        cases=_steps,
        invariants=(
            Invariant(
                "it is highest at the end of the warm-up",
                _highest_at_the_end_of_the_warm_up,
                "At step = warmup_steps the rate must be higher than one step before and after.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda step, d_model, warmup_steps: (
                    d_model**-0.5 * max(step**-0.5, step * warmup_steps**-1.5)
                ),
                "The larger of the two is taken: the rate falls first and climbs for ever after.",
            ),
            WrongAnswer(
                lambda step, d_model, warmup_steps: min(step**-0.5, step * warmup_steps**-1.5),
                "The width is missing: wider models learn slower, by d_model ** -0.5.",
            ),
            WrongAnswer(
                lambda step, d_model, warmup_steps: (
                    d_model**0.5 * min(step**-0.5, step * warmup_steps**-1.5)
                ),
                "The rate grows with the width here. The exponent is -0.5.",
            ),
            WrongAnswer(
                lambda step, d_model, warmup_steps: d_model**-0.5 * step * warmup_steps**-1.5,
                "The rate climbs for ever: the other half, step ** -0.5, is missing.",
            ),
            WrongAnswer(
                lambda step, d_model, warmup_steps: d_model**-0.5 * step**-0.5,
                "The rate only falls: the warm-up, step * warmup_steps ** -1.5, is missing.",
            ),
            WrongAnswer(
                lambda step, d_model, warmup_steps: (
                    d_model**-0.5 * min(step**-0.5, step * warmup_steps**-0.5)
                ),
                "With warmup_steps ** -0.5 the two halves do not meet at the end of the warm-up. "
                "The exponent is -1.5.",
            ),
            WrongAnswer(
                lambda step, d_model, warmup_steps: rate(step + 1, d_model, warmup_steps),
                "This is the rate of the next step: steps count from 1 here.",
            ),
            WrongAnswer(
                lambda step, d_model, warmup_steps: (
                    d_model**-0.5 * min(1 / step, step * warmup_steps**-1.5)
                ),
                "It falls with 1/step. The paper's falls with the root, step ** -0.5.",
            ),
        ),
        hints=(
            "Two curves, one up and one down; at each step the lower of the two holds.",
            "Where do step ** -0.5 and step * warmup_steps ** -1.5 meet?",
            "d_model**-0.5 * min(step**-0.5, step * warmup_steps**-1.5)",
        ),
        quiz=Quiz(
            "Why does the rate start low?",
            {
                "Adam's averages know little yet": "In the first steps they rest on a few noisy "
                "gradients, and with post-norm those near the output are large.",
                "the weights are still small": "They are about as large as later; it is the "
                "direction that cannot be trusted.",
                "to save compute": "A step costs the same at any rate.",
            },
            answer="Adam's averages know little yet",
        ),
    ),
)
