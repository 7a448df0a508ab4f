"""The residual stream as a running sum."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer
from lmlab.interpret.residual import residual_stream


def _updates(seed):
    """Two updates to one vector, then several to several."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[1.0, 2.0]]), torch.tensor([[[10.0, 0.0]], [[0.0, 5.0]]])
    for parts, time, d_model in ((3, 2, 4), (4, 3, 2), (2, 5, 3)):
        yield (
            torch.randn(time, d_model, generator=generator),
            torch.randn(parts, time, d_model, generator=generator),
        )


def _starts_with_the_embedding(answer, embedded, updates):
    return torch.equal(answer(embedded, updates)[0], embedded)


def _steps_are_the_updates(answer, embedded, updates):
    return torch.allclose(answer(embedded, updates).diff(dim=0), updates, atol=1e-5)


def _one_vector_for_all(embedded, updates):
    """What `x += update; stream.append(x)` comes to."""
    return residual_stream(embedded, updates)[-1:].expand(len(updates) + 1, *embedded.shape)


def _all(embedded, updates):
    return torch.cat((embedded[None], updates))


EXERCISES = (
    Exercise(
        id="residual_stream",
        chapter="03_1_forward_pass",
        number="3.1.7",
        title="The stream as a running sum",
        difficulty=1,
        minutes=5,
        reference="lmlab.interpret.residual.residual_stream",
        cases=_updates,
        invariants=(
            Invariant(
                "starts with the embedding",
                _starts_with_the_embedding,
                "The first entry must be the embedding, before any update.",
            ),
            Invariant(
                "steps are the updates",
                _steps_are_the_updates,
                "From each entry to the next, the stream must change by that part's update alone.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda embedded, updates: embedded + updates.sum(dim=0),
                "This is the end of the stream. Wanted is the stream at the start and after each "
                "update, stacked.",
            ),
            WrongAnswer(
                lambda embedded, updates: updates.cumsum(dim=0),
                "The embedding is missing: the sum begins with it.",
            ),
            WrongAnswer(
                lambda embedded, updates: residual_stream(embedded, updates)[1:],
                "The start is missing: the first entry is the embedding itself.",
            ),
            WrongAnswer(
                lambda embedded, updates: torch.cat((embedded[None], embedded + updates)),
                "Each update is added to the embedding alone. It is added to what the parts before "
                "it have made.",
            ),
            WrongAnswer(
                _all,
                "Each update takes the place of what was there. It is added: that is what makes "
                "the stream residual.",
            ),
            WrongAnswer(
                lambda embedded, updates: _all(embedded, updates).cumsum(dim=1),
                "The sum runs over positions. It runs over the parts, the first axis.",
            ),
            WrongAnswer(
                _one_vector_for_all,
                "All entries are the end of the stream: += wrote into one and the same tensor each "
                "time. Make a new one, x = x + update.",
            ),
            WrongAnswer(
                lambda embedded, updates: (
                    residual_stream(embedded, updates)
                    / torch.arange(1, len(updates) + 2).view(-1, 1, 1)
                ),
                "This is the mean of what was added so far. The stream is the sum.",
            ),
            WrongAnswer(
                lambda embedded, updates: list(residual_stream(embedded, updates)),
                "The numbers are right, in a list. One tensor is wanted: torch.stack(…).",
            ),
        ),
        hints=(
            "With embedding 1 and updates 10, 5, which three numbers does the stream take?",
            "Keep a list that begins with the embedding. What is its next entry?",
            "stream.append(stream[-1] + update) for each update, then torch.stack(stream).",
        ),
    ),
)
