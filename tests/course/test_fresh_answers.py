"""Mistakes that no exercise knows of: each is told wrong, and something about it is said."""

import math
from collections import Counter
from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

from lmlab.course.checking import judge
from lmlab.course.comparison import difference
from lmlab.course.diagnosis import standard
from lmlab.course.registry import all_exercises, find

EXERCISES = list(all_exercises().values())


def in_each(change, value, kinds=int | float | Tensor):
    """`value` with `change` made to each tensor and number, or each of other `kinds`, in it."""
    if isinstance(value, Mapping):
        return {key: in_each(change, item, kinds) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return type(value)(in_each(change, item, kinds) for item in value)
    if isinstance(value, bool) or not isinstance(value, kinds):
        return value
    return change(value)


def changed(change, reference, *kinds):
    return lambda *case: in_each(change, reference(*case), *kinds)


def in_tensors(change):
    """A change that leaves numbers alone."""
    return lambda value: change(value) if isinstance(value, Tensor) else value


def without_row_one(x):
    return torch.cat((torch.zeros_like(x[:1]), x[1:])) if x.dim() else 0 * x


def filled(number):
    return lambda value: (
        torch.full_like(value, number, dtype=torch.float32) if isinstance(value, Tensor) else number
    )


CHANGES = {
    "a tenth more": lambda value: 1.1 * value,
    "negated": lambda value: -1.0 * value,
    "one more": lambda value: value + 1,
    "zeros": filled(0.0),
    "nan": filled(math.nan),
    "half precision": in_tensors(Tensor.half),
    "whole numbers": in_tensors(Tensor.long),
    "transposed": in_tensors(lambda x: x.mT if x.dim() > 1 else x[None]),
    "first row zero": in_tensors(without_row_one),
    "last element dropped": in_tensors(lambda x: x[..., :-1] if x.dim() else x[None]),
    "turned round": in_tensors(lambda x: x.flip(-1) if x.dim() else -x),
    "rolled": in_tensors(lambda x: x.roll(1)),
    "one axis more": in_tensors(lambda x: x.unsqueeze(0)),
    "as a list": in_tensors(Tensor.tolist),
    "sorted": in_tensors(lambda x: x.sort(-1).values if x.dim() else x),
}

TEXT_CHANGES = {
    "in capitals": str.upper,
    "last letter dropped": lambda text: text[:-1],
    "letters turned round": lambda text: text[::-1],
    "no letters": lambda text: "",
    "letters twice": lambda text: 2 * text,
}


def wrong_calls(reference):
    """Answers that are wrong by what they are called with, or by what they leave out."""
    yield "arguments in the wrong order", lambda *case: reference(*reversed(case))
    yield "the input comes back", lambda *case: case[0]
    yield "nothing comes back", lambda *case: reference(*case) and None
    yield "the same for all", lambda *case, first=[]: first or first.append(reference(*case))
    yield "alone in a tuple", lambda *case: (reference(*case),)


def fresh_answers(exercise):
    """Wrong answers made from the right one; those that change nothing are left out."""
    for name, change in CHANGES.items():
        yield name, changed(change, exercise.solution)
    for name, change in TEXT_CHANGES.items():
        yield name, changed(change, exercise.solution, str)
    yield from wrong_calls(exercise.solution)


def is_right(exercise, answer):
    held_against = standard(exercise, seed=0)
    try:
        given = [answer(*case) for case in held_against.cases]
    except Exception:
        return False
    pairs = zip(given, held_against.wanted, strict=True)
    return not any(difference(*pair) or pair[0] is None for pair in pairs)


SPECIFIC = ("wanted", "differ", "nan or inf", "Your code stopped with", "returns None", "two diff")


def says_something(exercise, message):
    known = [wrong.sentence for wrong in exercise.wrong_answers]
    known += [invariant.sentence for invariant in exercise.invariants]
    return any(part in message for part in (*known, *SPECIFIC))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_fresh_mistake_is_missed_and_something_is_said_about_it(exercise):
    wrong = {
        name: answer for name, answer in fresh_answers(exercise) if not is_right(exercise, answer)
    }
    assert len(wrong) >= 8
    for name, answer in wrong.items():
        result = judge(exercise, answer)
        assert result.status == "missed", name
        assert says_something(exercise, result.message), f"{name}: {result.message}"


def softmax(x, dim=-1):
    return x.softmax(dim)


def seen(query_len, key_len, shift=0):
    return torch.ones(query_len, key_len, dtype=torch.bool).tril(key_len - query_len + shift)


def weights(q, k, scale):
    scores = (q @ k.mT * scale).masked_fill(~seen(q.size(-2), k.size(-2)), -torch.inf)
    return scores.softmax(-1)


def count(ids, order, places):
    return Counter(tuple(ids[place : place + order]) for place in places)


BY_HAND = [
    ("causal_mask", lambda q, k: seen(q, k, shift=2)),
    ("causal_mask", lambda q, k: seen(q, k).logical_and(~seen(q, k, shift=-3))),
    ("causal_mask", lambda q, k: seen(q, k).float()),
    ("causal_mask", lambda q, k: seen(q, k).fill_diagonal_(False)),
    ("causal_mask", lambda q, k: seen(q, k).unsqueeze(0)),
    ("padding_mask", lambda lengths, n: torch.arange(n) < lengths.max()),
    ("padding_mask", lambda lengths, n: (torch.arange(n) < lengths[:, None]).long()),
    ("window_mask", lambda q, k, window: seen(q, k)),
    ("weights_from_scores", lambda scores, mask: scores.masked_fill(~mask, -1.0).softmax(-1)),
    ("causal_attention", lambda q, k, v: weights(q, k, 1 / q.size(-1)) @ v),
    ("causal_attention", lambda q, k, v: weights(q, k, q.size(-1) ** -0.25) @ v),
    ("causal_attention", lambda q, k, v: weights(q, k, q.size(-1) ** -0.5)),
    ("next_token_probabilities", lambda logits, t: softmax(logits / t**2)),
    ("next_token_probabilities", lambda logits, t: softmax(logits - t)),
    ("next_token_probabilities", lambda logits, t: softmax(logits / t).round(decimals=1)),
    ("draw", lambda probs, u: probs.multinomial(1).squeeze(-1)),
    ("draw", lambda probs, u: (probs.cumsum(-1) <= 1 - u[:, None]).sum(-1)),
    ("keep_top_p", lambda probs, p: probs),
    ("keep_top_p", lambda probs, p: probs.where(probs >= probs.topk(2).values[..., -1:], 0.0)),
    ("count_ngrams", lambda ids, order: count(ids, order, range(len(ids) - 2 * order))),
    ("count_ngrams", lambda ids, order: set(count(ids, order, range(len(ids) - order + 1)))),
    ("count_ngrams", lambda ids, order: count(sorted(ids), order, range(len(ids) - order + 1))),
    ("add_k", lambda counts, k: (counts + k) / counts.size(-1)),
    ("add_k", lambda counts, k: (counts + k).log_softmax(-1).exp()),
    ("continuation_counts", lambda ids, n: torch.tensor(ids).bincount(minlength=n).clamp(max=1)),
    ("perplexity", lambda log_probs: log_probs.median().neg().exp().item()),
]


@pytest.mark.parametrize(("exercise_id", "answer"), BY_HAND)
def test_mistake_that_was_thought_of_later_is_missed(exercise_id, answer):
    exercise = find(exercise_id)
    for seed in range(3):
        result = judge(exercise, answer, seed)
        assert result.status == "missed"
        assert says_something(exercise, result.message), result.message
        assert result.evidence
