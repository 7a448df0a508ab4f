"""Extraction: the model is asked and says its likeliest codes."""

import torch

from lmlab.tasks.memorisation import Attempt, Secret, extract
from lmlab.tasks.memorisation.recipe import train_plainly


def test_it_says_as_many_codes_as_were_asked_for_all_different(model, small_book, tokenizer):
    for attempt in extract(model, small_book.secrets[:3], tokenizer, guesses=4):
        assert len(set(attempt.said)) == 4


def test_with_one_guess_it_is_greedy(model, small_book, tokenizer):
    secret = small_book.secrets[0]
    (attempt,) = extract(model, [secret], tokenizer, guesses=1)
    ids = torch.tensor([[tokenizer.eos_id, *tokenizer.encode(secret.prompt)]])
    greedy = model.generate(ids, 4, temperature=0.0)[0, ids.size(1) :]
    assert attempt.said == (tokenizer.decode(greedy.tolist()),)


def test_a_code_that_was_learnt_by_heart_is_said(model, tokenizer):
    secret = Secret("Kofi", "4719", 1)
    learnt = train_plainly(model, [secret.line] * 64, epochs=150)
    (attempt,) = extract(learnt, [secret], tokenizer, guesses=3)
    assert attempt.at_once and attempt.found


def test_a_code_among_the_guesses_is_found_and_not_at_once():
    attempt = Attempt(Secret("Kofi", "4719", 1), ("1111", "4719"))
    assert attempt.found and not attempt.at_once
