"""Lessons that lie apart from the others of their label."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer


def _vectors(seed):
    """Few vectors by hand, then clouds that are longer in one direction, away from 0."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([[4.0, 1.0], [2.0, 1.0], [3.0, 1.5], [3.0, 0.5], [8.0, 1.2]]),)
    for n, d in ((12, 3), (20, 5), (9, 4)):
        axis = torch.randn(d, generator=generator)
        along = torch.randn(n, 1, generator=generator) ** 3
        noise = 0.4 * torch.randn(n, d, generator=generator)
        yield (3 * torch.randn(d, generator=generator) + along * axis + noise,)


def _as_many_as_texts(answer, vectors):
    return answer(vectors).shape == (len(vectors),)


def _place_is_nothing(answer, vectors):
    return torch.allclose(answer(vectors + 2), answer(vectors), rtol=1e-3, atol=1e-3)


def _along(centre=lambda x: x - x.mean(0), which=0, power=lambda x: x**2):
    def answer(vectors):
        moved = centre(vectors)
        direction = torch.linalg.svd(moved, full_matrices=False).Vh[which]
        return power(moved @ direction)

    return answer


def _not_squeezed(vectors):
    centred = vectors - vectors.mean(0)
    return torch.linalg.svd(centred, full_matrices=False).U[:, 0] ** 2


def _uncentred_projection(vectors):
    direction = torch.linalg.svd(vectors - vectors.mean(0), full_matrices=False).Vh[0]
    return (vectors @ direction) ** 2


EXERCISES = (
    Exercise(
        id="spectral_scores",
        chapter="08_2_privacy_and_security",
        number="8.2.8",
        title="A spectral signature",
        difficulty=2,
        minutes=12,
        reference="lmlab.tasks.poisoning.detection.spectral_scores",
        cases=_vectors,
        invariants=(
            Invariant(
                "one for each",
                _as_many_as_texts,
                "One score for each vector is wanted, (texts,).",
            ),
            Invariant(
                "wherever the cloud is",
                _place_is_nothing,
                "All vectors moved by the same step must get the same scores: take off the mean.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _along(centre=lambda x: x),
                "The mean is not taken off, so the first direction points to the mean of them all.",
            ),
            WrongAnswer(
                _uncentred_projection,
                "The direction is right, but the vectors are projected with their mean still in "
                "them.",
            ),
            WrongAnswer(
                _along(which=-1),
                "This is the direction in which they differ least: singular values come largest "
                "first.",
            ),
            WrongAnswer(
                _along(power=torch.abs),
                "This is the distance itself. Its square is wanted.",
            ),
            WrongAnswer(
                _along(power=lambda x: x),
                "The sign of a singular vector is chance, and poison may lie on either side: "
                "square.",
            ),
            WrongAnswer(
                _not_squeezed,
                "A column of U has length 1: it is the projection divided by the singular value. "
                "Multiply by that, or project on a row of Vh.",
            ),
            WrongAnswer(
                lambda vectors: ((vectors - vectors.mean(0)) ** 2).sum(-1),
                "This is the distance from the mean in all directions. Only the first singular "
                "direction counts.",
            ),
            WrongAnswer(
                _along(centre=lambda x: x - x.median(0).values),
                "The median is taken off; the mean is wanted.",
            ),
            WrongAnswer(
                _along(centre=lambda x: x - x.mean(-1, keepdim=True)),
                "The mean of each vector's own numbers is taken off. Average over the texts.",
            ),
        ),
        hints=(
            "Take off the mean over the texts. In which direction do the rows differ most?",
            "torch.linalg.svd(centred, full_matrices=False).Vh[0] is that direction, (d_model,).",
            "(centred @ direction) ** 2",
        ),
    ),
)
