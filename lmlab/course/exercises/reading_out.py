"""From the last vector of a text to the probability of each token."""

import math

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.nn.embedding import read_out


def _hidden(seed):
    """Two positions and three tokens, one position, as many tokens as channels, batches."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    for shape, vocab_size in (
        ((1, 3), 5),
        ((4, 3), 3),
        ((2, 3, 4), 6),
        ((3, 2, 2), 3),
        ((2, 2, 3, 2), 5),
    ):
        yield (
            torch.randn(shape, generator=generator),
            torch.randn(vocab_size, shape[-1], generator=generator),
        )


def _sums_to_one(answer, hidden, table):
    total = answer(hidden, table).sum(dim=-1)
    return torch.allclose(total, torch.ones_like(total), atol=1e-4)


def _only_the_last_counts(answer, hidden, table):
    return torch.allclose(answer(hidden[..., -1:, :], table), answer(hidden, table), atol=1e-5)


def _stable(answer, hidden, table):
    return bool(torch.isfinite(answer(1e4 * hidden, table)).all())


def _logits(hidden, table):
    return hidden[..., -1, :] @ table.T


EXERCISES = (
    Exercise(
        id="read_out",
        chapter="03_1_forward_pass",
        number="3.1.8",
        title="From the last vector to probabilities",
        difficulty=2,
        minutes=8,
        reference="lmlab.nn.embedding.read_out",
        cases=_hidden,
        invariants=(
            Invariant(
                "sums to one", _sums_to_one, "The probabilities of all tokens must sum to one."
            ),
            Invariant(
                "only the last position counts",
                _only_the_last_counts,
                "The result must depend on the last position alone.",
            ),
            Invariant(
                "stable",
                _stable,
                "With large numbers there is nan or inf: let softmax do the exponentials.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda hidden, table: (hidden @ table.T).softmax(dim=-1),
                "Every position is read out. That is right for training; what comes next follows "
                "from the last one.",
            ),
            WrongAnswer(
                lambda hidden, table: read_out(hidden[..., :1, :], table),
                "The first position is read out; it has seen nothing of the text. Take the last.",
            ),
            WrongAnswer(
                _logits,
                "These are logits. A softmax over the vocabulary makes probabilities of them.",
            ),
            WrongAnswer(
                lambda hidden, table: read_out(hidden.mean(dim=-2, keepdim=True), table),
                "The positions were averaged. The last one has already gathered from the others "
                "what it needs.",
            ),
            WrongAnswer(
                lambda hidden, table: read_out(hidden.sum(dim=-2, keepdim=True), table),
                "The positions were added up; the last one alone is read out.",
            ),
            WrongAnswer(
                lambda hidden, table: hidden.flatten(-2) @ table.T,
                "All positions were laid side by side, as the document has it. The matrix is "
                "d_model wide: it reads one position, whatever the length of the text.",
            ),
            WrongAnswer(
                lambda hidden, table: (hidden[..., -1, :] @ table).softmax(dim=-1),
                "The matrix is not transposed: each row of it belongs to a token, and is compared "
                "with the vector.",
            ),
            WrongAnswer(
                lambda hidden, table: _logits(hidden, table).log_softmax(dim=-1),
                "These are logarithms of probabilities.",
            ),
            WrongAnswer(
                lambda hidden, table: _logits(hidden, table).softmax(dim=0),
                "The softmax runs over the first axis, which holds texts. Tokens are on the last, "
                "dim=-1.",
            ),
            WrongAnswer(
                lambda hidden, table: (_logits(hidden, table) / math.sqrt(hidden.size(-1))).softmax(
                    dim=-1
                ),
                "Divided by √d_model: that belongs to attention. Logits go into the softmax as "
                "they are.",
            ),
            WrongAnswer(
                lambda hidden, table: _logits(hidden, table).argmax(dim=-1),
                "This is the likeliest token. Choosing comes later: all probabilities are wanted.",
            ),
            WrongAnswer(
                lambda hidden, table: hidden[..., -1, :].softmax(dim=-1) @ table.T,
                "The softmax comes last, over the vocabulary; here it went over the channels.",
            ),
        ),
        hints=(
            "hidden is (…, time, d_model). Which of the positions has seen the whole text?",
            "Compare that vector with the row of each token by a dot product: h @ table.T gives "
            "one logit a token.",
            "hidden[..., -1, :] @ table.T, then .softmax(dim=-1).",
        ),
        quiz=Quiz(
            "In training, every position is read out, not only the last. Why?",
            {
                "Each position predicts the token after it": "A text of T tokens gives T exercises "
                "at once, and the mask keeps each from seeing its answer.",
                "The last position alone has seen too little": "It has seen the whole text; the "
                "others have seen less.",
                "The results are averaged into one distribution": "They are different questions, "
                "each with an answer of its own.",
            },
            "Each position predicts the token after it",
        ),
    ),
)
