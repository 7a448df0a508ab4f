"""Backward through the layers that hold the weights: linear and embedding."""

import torch

from lmlab.course.exercise import Exercise, Invariant, WrongAnswer

CHAPTER = "03_2_backward_pass"


def _linear(seed):
    """One row, then a square matrix, then batches of rows and of texts."""
    generator = torch.Generator().manual_seed(seed)

    def normal(*shape):
        return torch.randn(*shape, generator=generator)

    for batch, d_in, d_out in (((1,), 2, 3), ((3,), 3, 3), ((4,), 2, 5), ((2, 3), 4, 3)):
        yield normal(*batch, d_in), normal(d_out, d_in), normal(*batch, d_out)


def _is_linear(answer, x, weight, grad):
    once, twice = answer(x, weight, grad), answer(x, weight, 2 * grad)
    return all(torch.allclose(2 * a, b, atol=1e-5) for a, b in zip(once, twice, strict=True))


def _rows(tensor):
    return tensor.reshape(-1, tensor.size(-1))


def _of_linear(
    dx=lambda x, w, g: g @ w,
    dw=lambda x, w, g: _rows(g).mT @ _rows(x),
    db=lambda x, w, g: _rows(g).sum(dim=0),
):
    return lambda x, weight, grad: tuple(part(x, weight, grad) for part in (dx, dw, db))


LINEAR = Exercise(
    id="linear_backward",
    chapter=CHAPTER,
    number="3.2.4",
    title="Backward through a linear layer",
    difficulty=2,
    minutes=12,
    reference="lmlab.autograd.by_hand.linear_backward",
    cases=_linear,
    invariants=(
        Invariant(
            "is linear",
            _is_linear,
            "Twice the gradient from above must give twice the gradients below.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _of_linear(dx=lambda x, w, g: g @ w.mT),
            "For dx, W is turned round once too often: forward it is x Wᵀ, so backward it is g W.",
        ),
        WrongAnswer(
            _of_linear(dw=lambda x, w, g: _rows(x).mT @ _rows(g)),
            "dW is transposed: it has the shape of W, (d_out, d_in), so it is gᵀ x and not xᵀ g.",
        ),
        WrongAnswer(
            _of_linear(dw=lambda x, w, g: g.mT @ x),
            "Right for one batch of rows. With more axes in front there is one dW for each text: "
            "flatten all rows into one matrix first.",
        ),
        WrongAnswer(
            _of_linear(dw=lambda x, w, g: _rows(g).mT @ _rows(x) / len(_rows(x))),
            "dW is divided by the number of rows. A mean belongs to the loss, and is in g already: "
            "here the rows are added.",
        ),
        WrongAnswer(
            _of_linear(db=lambda x, w, g: g),
            "The bias is one vector for all rows: its gradient is the sum over the rows.",
        ),
        WrongAnswer(
            _of_linear(db=lambda x, w, g: _rows(g).mean(dim=0)),
            "The bias gets the mean over the rows; it is their sum that is wanted.",
        ),
        WrongAnswer(
            _of_linear(db=lambda x, w, g: g.sum(dim=0)),
            "db is summed over the first axis alone: there may be more axes in front of the last.",
        ),
        WrongAnswer(
            _of_linear(db=lambda x, w, g: _rows(g).sum(dim=-1)),
            "db is summed over the outputs; it is the rows that share the bias, so sum over them.",
        ),
        WrongAnswer(
            lambda x, weight, grad: (
                _of_linear()(x, weight, grad)[1::-1] + _of_linear()(x, weight, grad)[2:]
            ),
            "The first two gradients are exchanged: x comes first, then W, then b.",
        ),
    ),
    hints=(
        "Each gradient has the shape of its tensor. Which product of g and W has the shape of x, "
        "and which product of g and x the shape of W?",
        "dx = g @ weight. For W and b, put all rows into one matrix first: "
        "x.reshape(-1, x.size(-1)).",
        "dW = rows_of_g.mT @ rows_of_x, db = rows_of_g.sum(dim=0).",
    ),
)


def _embedding(seed):
    """An id that comes twice and one that never comes; then more of both."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([0, 2, 0]), torch.tensor([[1.0, 2.0], [3.0, 5.0], [10.0, 20.0]]), 4
    for batch, vocab_size, d_model in (((7,), 5, 3), ((2, 4), 6, 2), ((3, 3), 7, 4)):
        ids = torch.randint(vocab_size - 1, batch, generator=generator)  # the last never comes
        ids.view(-1)[-1] = ids.view(-1)[0]  # and the first comes twice
        yield ids, torch.rand(*batch, d_model, generator=generator) + 0.5, vocab_size


def _absent_rows_are_zero(answer, ids, grad, vocab_size):
    absent = torch.ones(vocab_size, dtype=torch.bool).index_fill(0, ids.flatten(), False)
    return not answer(ids, grad, vocab_size)[absent].any()


def _table(ids, grad, vocab_size):
    table = torch.zeros(vocab_size, grad.size(-1))
    return table.index_add(0, ids.flatten(), _rows(grad))


def _last_one_wins(ids, grad, vocab_size):
    table = torch.zeros(vocab_size, grad.size(-1))
    for token, row in zip(ids.flatten(), _rows(grad), strict=True):
        table[token] = row
    return table


def _first_one_wins(ids, grad, vocab_size):
    return _last_one_wins(ids.flatten().flip(0), _rows(grad).flip(0), vocab_size)


def _averaged(ids, grad, vocab_size):
    counts = torch.bincount(ids.flatten(), minlength=vocab_size).clamp(min=1)
    return _table(ids, grad, vocab_size) / counts[:, None]


EMBEDDING = Exercise(
    id="embedding_backward",
    chapter=CHAPTER,
    number="3.2.5",
    title="Backward through an embedding",
    difficulty=2,
    minutes=8,
    reference="lmlab.autograd.by_hand.embedding_backward",
    cases=_embedding,
    invariants=(
        Invariant(
            "absent tokens get nothing",
            _absent_rows_are_zero,
            "A token that is not in the text must get no gradient.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _last_one_wins,
            "A token that comes twice gets the last of its gradients alone: table[ids] = grad, and "
            "table[ids] += grad too, write each row once. Add them: index_add.",
        ),
        WrongAnswer(
            _first_one_wins,
            "A token that comes twice gets the first of its gradients alone; they are to be added.",
        ),
        WrongAnswer(
            _averaged,
            "The gradients of a token that comes often are averaged; they are to be added.",
        ),
        WrongAnswer(
            lambda ids, grad, vocab_size: _table(ids, grad, vocab_size) / ids.numel(),
            "Divided by the number of tokens: the mean over them belongs to the loss, and is in "
            "grad already.",
        ),
        WrongAnswer(
            lambda ids, grad, vocab_size: grad,
            "These are the gradients of the vectors that were looked up; the gradient of the table "
            "has a row for each token of the vocabulary.",
        ),
        WrongAnswer(
            lambda ids, grad, vocab_size: _table(ids, grad, vocab_size).mT,
            "The table is transposed: one row for each token, (vocab_size, d_model).",
        ),
        WrongAnswer(
            lambda ids, grad, vocab_size: _table(ids, torch.ones_like(grad), vocab_size),
            "This counts how often each token came; it is the gradients that are to be added up.",
        ),
        WrongAnswer(
            lambda ids, grad, vocab_size: _rows(grad).sum(dim=0).expand(vocab_size, -1),
            "Every token gets the sum over the whole text; each should get that of its own places.",
        ),
    ),
    hints=(
        "Which places of the text did row 5 of the table go to? Its gradient is their sum.",
        "Start from zeros of shape (vocab_size, d_model). table[ids] += grad does not do it: look "
        "at what it does when an id comes twice.",
        "table.index_add(0, ids.flatten(), grad.reshape(-1, grad.size(-1))).",
    ),
)

EXERCISES = (LINEAR, EMBEDDING)
