"""The recipe: the given model stays as it is, and what is read changes what comes out."""

import torch

from lmlab.tasks.memorisation import as_rows
from lmlab.tasks.memorisation.recipe import (
    book_config,
    public_model,
    train_by_dp_sgd,
    train_plainly,
)
from lmlab.training import evaluate
from lmlab.training.privacy import Privacy


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def test_the_model_that_is_trained_on_is_a_copy(model, small_book):
    before = weights(model).clone()
    plain = train_plainly(model, small_book.lines, epochs=2)
    private = train_by_dp_sgd(model, small_book.lines, Privacy(), epochs=2).model
    assert torch.equal(weights(model), before)
    assert not torch.equal(weights(plain), before)
    assert not torch.equal(weights(private), before)


def test_who_has_read_the_book_foretells_it_better(model, small_book, tokenizer):
    rows = as_rows(small_book.lines, tokenizer)
    read = train_plainly(model, small_book.lines, epochs=150)
    assert evaluate(read, rows).nats_per_token < 0.8 * evaluate(model, rows).nats_per_token


def test_the_public_model_depends_on_its_seed_and_the_printed_book(small_book):
    one, same, other = (weights(public_model(small_book, seed=seed)) for seed in (0, 0, 1))
    assert torch.equal(one, same) and not torch.equal(one, other)


def test_every_line_fits_into_the_context(small_book, tokenizer):
    rows = as_rows([*small_book.lines, *small_book.public], tokenizer)
    rows.require_fit(book_config().context_length, tokenizer.vocab_size)
