"""LoRA: a detour of low rank beside a layer, and the two made one."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _layers(seed):
    """One input and one number in the detour; then wider ones, batches, and a square matrix."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    shapes = (
        ((1,), 3, 2, 1, 2.0),
        ((2,), 4, 4, 2, 0.5),
        ((2, 3), 5, 3, 2, 4.0),
        ((3,), 3, 6, 3, 3.0),
    )
    for batch, d_in, d_out, rank, scale in shapes:
        x = normal(*batch, d_in)
        yield x, normal(d_out, d_in), normal(rank, d_in), normal(d_out, rank), scale


def _matrices(seed):
    """The same layers, without inputs."""
    for _, *rest in _layers(seed):
        yield tuple(rest)


def _fresh_detour_is_silent(answer, x, weight, down, up, scale):
    return torch.allclose(answer(x, weight, down, 0 * up, scale), x @ weight.T, atol=1e-5)


def _old_layer_is_added(answer, x, weight, down, up, scale):
    both = answer(x, weight, down, up, scale)
    detour = answer(x, 0 * weight, down, up, scale)
    return torch.allclose(both - detour, x @ weight.T, atol=1e-4)


def _change_has_low_rank(answer, weight, down, up, scale):
    change = answer(weight, down, up, scale) - weight
    return int(torch.linalg.matrix_rank(change, tol=1e-4)) <= len(down)


EXERCISES = (
    Exercise(
        id="lora_linear",
        chapter="05_build_a_gpt",
        number="5.6",
        title="A layer with a detour",
        difficulty=2,
        minutes=10,
        reference="lmlab.nn.lora.lora_linear",
        cases=_layers,
        invariants=(
            Invariant(
                "a fresh detour is silent",
                _fresh_detour_is_silent,
                "While `up` is all zeros, the layer must do what it did before.",
            ),
            Invariant(
                "the old layer is added",
                _old_layer_is_added,
                "What the old layer gives must be in the sum, as it is.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda x, weight, down, up, scale: x @ weight.T + (x @ down.T) @ up.T,
                "The scale is missing: it says how loud the detour is.",
            ),
            WrongAnswer(
                lambda x, weight, down, up, scale: scale * (x @ down.T) @ up.T,
                "The old layer is missing: the detour is added to x @ weight.T.",
            ),
            WrongAnswer(
                lambda x, weight, down, up, scale: x @ weight.T,
                "The detour is missing: down, up and scale are not used.",
            ),
            WrongAnswer(
                lambda x, weight, down, up, scale: scale * (x @ weight.T + x @ down.T @ up.T),
                "The scale also multiplies the old layer. It belongs to the detour alone.",
            ),
            WrongAnswer(
                lambda x, weight, down, up, scale: (
                    x @ weight.T + scale * (x @ down.T).relu() @ up.T
                ),
                "There is an activation in the detour. It is linear, or else it could not be "
                "folded into the layer.",
            ),
            WrongAnswer(
                lambda x, weight, down, up, scale: (
                    x @ weight.T + scale / len(down) * (x @ down.T) @ up.T
                ),
                "The scale is divided by the rank. It has been already: scale is the paper's "
                "α / rank.",
            ),
            WrongAnswer(
                lambda x, weight, down, up, scale: x @ weight + x @ down @ up,
                "The matrices do not fit: each is (out, in), so x is multiplied by its transpose: "
                "x @ weight.T.",
            ),
            WrongAnswer(
                lambda x, weight, down, up, scale: x @ weight.T + scale**2 * (x @ down.T) @ up.T,
                "The scale is there twice; once is enough, behind `down` or behind `up`.",
            ),
        ),
        hints=(
            "Two ways lead from x to the result: the old matrix, and the detour. They are added.",
            "Each matrix is (out, in): x @ weight.T is the old way, x @ down.T the first half of "
            "the detour, (..., rank).",
            "x @ weight.T + scale * (x @ down.T) @ up.T",
        ),
        quiz=Quiz(
            "At the start of training, `up` is all zeros and `down` is random. Why not both zeros?",
            {
                "then neither would ever learn": "The gradient of each is multiplied by the "
                "other: with both zero, both gradients are zero.",
                "zeros cannot be trained": "`up` is all zeros, and is trained.",
                "the model would be changed at the start": "It would not: a detour of zeros adds "
                "nothing, which is wanted.",
            },
            answer="then neither would ever learn",
        ),
    ),
    Exercise(
        id="merged_weight",
        chapter="05_build_a_gpt",
        number="5.7",
        title="Fold the detour in",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.lora.merged_weight",
        cases=_matrices,
        invariants=(
            Invariant(
                "the change has low rank",
                _change_has_low_rank,
                "What is added to the matrix must have no higher rank than the detour.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda weight, down, up, scale: weight + up @ down,
                "The scale is missing: the detour was multiplied by it.",
            ),
            WrongAnswer(
                lambda weight, down, up, scale: scale * up @ down,
                "The old matrix is lost: the product is added to it.",
            ),
            WrongAnswer(
                lambda weight, down, up, scale: scale * (weight + up @ down),
                "The scale also multiplies the old matrix.",
            ),
            WrongAnswer(
                lambda weight, down, up, scale: weight - scale * up @ down,
                "The product is taken away; this would undo a merge.",
            ),
            WrongAnswer(
                lambda weight, down, up, scale: weight + scale * down.T @ up.T,
                "The product is transposed, (in, out): the weight is (out, in), so is up @ down.",
            ),
            WrongAnswer(
                lambda weight, down, up, scale: weight + scale * down @ up,
                "The factors stand in the wrong order: down @ up sums over the wrong axes. "
                "Weight is (out, in), so is up @ down.",
            ),
            WrongAnswer(
                lambda weight, down, up, scale: weight @ (scale * up @ down),
                "The matrices are multiplied, as if one layer came after the other. They stand "
                "side by side: add.",
            ),
            WrongAnswer(
                lambda weight, down, up, scale: weight + scale / len(down) * up @ down,
                "The scale is divided by the rank. It has been already: scale is the paper's "
                "α / rank.",
            ),
        ),
        hints=(
            "You look for one matrix M with x Mᵀ = x Wᵀ + scale · (x downᵀ) upᵀ for every x.",
            "(x downᵀ) upᵀ = x (up down)ᵀ.",
            "weight + scale * up @ down",
        ),
    ),
)
