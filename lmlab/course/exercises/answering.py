"""Where an answer may stand, and which span is the best: reading with a start and an end."""

import random

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer

MARK = 9


def _marked(seed):
    """Rows of `mark question mark passage`, the questions of different lengths."""
    rng = random.Random(seed)
    yield torch.tensor([[9, 4, 5, 9, 1, 2, 3]]), MARK
    yield torch.tensor([[9, 4, 9, 1, 2, 3], [9, 4, 5, 6, 9, 1]]), MARK
    for width in (7, 9, 12):
        yield torch.tensor([_row(rng, width, rng.randint(1, width - 4)) for _ in range(4)]), MARK


def _row(rng, width, question):
    ids = [rng.randrange(MARK) for _ in range(width)]
    ids[0] = ids[question + 1] = MARK
    return ids


def _no_question_inside(answer, ids, mark):
    found = answer(ids, mark)
    return not bool(found[ids == mark].any()) and not bool(found[:, 1].any())


def _seen(ids, mark):
    """How many marks there are up to each place."""
    return (ids == mark).cumsum(dim=-1)


def _first_row_for_all(ids, mark):
    return ((_seen(ids, mark) >= 2) & (ids != mark))[:1].expand_as(ids)


def _one_late(ids, mark):
    inside = (_seen(ids, mark) >= 2) & (ids != mark)
    return inside & inside.roll(1, dims=-1)


_PASSAGE = Exercise(
    id="passage_mask",
    chapter="06_2_question_answering",
    number="6.2.2",
    title="Where an answer may stand",
    difficulty=1,
    minutes=6,
    reference="lmlab.tasks.question_answering.spans.passage_mask",
    cases=_marked,
    invariants=(
        Invariant(
            "neither marks nor question",
            _no_question_inside,
            "A mark, or a word of the question, is taken for a part of the passage.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda ids, mark: (_seen(ids, mark) < 2) | (ids == mark),
            "The mask is turned round: True is for the passage.",
        ),
        WrongAnswer(
            lambda ids, mark: _seen(ids, mark) >= 2,
            "The second mark itself is True. It is no word of the passage: leave the marks out.",
        ),
        WrongAnswer(
            lambda ids, mark: (_seen(ids, mark) >= 1) & (ids != mark),
            "The question is inside as well: the passage begins behind the second mark.",
        ),
        WrongAnswer(
            lambda ids, mark: (_seen(ids, mark) == 1) & (ids != mark),
            "This is the question. The passage stands behind the second mark, not the first.",
        ),
        WrongAnswer(
            _first_row_for_all,
            "All rows get the border of the first. Questions differ in length: count the marks "
            "along each row, dim=-1.",
        ),
        WrongAnswer(
            _one_late,
            "The passage begins one token late: its first token follows the second mark at once.",
        ),
        WrongAnswer(
            lambda ids, mark: ((_seen(ids, mark) >= 2) & (ids != mark)).long(),
            "The places are right, but these are numbers: True and False are wanted.",
        ),
    ),
    hints=(
        "What do all places of the passage have in common? Count the marks before them.",
        "(ids == mark).cumsum(dim=-1) says how many marks there are up to each place.",
        "The passage is where that count is 2 and the token is no mark itself.",
    ),
)


def _offsets(seed):
    """Tokens of a text, most with a space before, and spans that begin with and without one."""
    rng = random.Random(seed)
    yield [(0, 3), (3, 7), (7, 10), (10, 14), (14, 19), (19, 20)], 11, 19
    yield [(0, 3), (3, 7), (7, 8), (8, 12), (12, 17), (17, 18)], 8, 12
    yield [(0, 4), (4, 9), (9, 12)], 0, 4
    yield [(0, 4), (4, 9), (9, 12)], 5, 12
    for _ in range(5):
        ends = [0]
        for _ in range(rng.randint(6, 10)):
            ends.append(ends[-1] + rng.randint(2, 7))
        offsets = list(zip(ends, ends[1:], strict=False))
        first = rng.randint(1, len(offsets) - 4)
        last = rng.randint(first, first + 2)
        yield offsets, offsets[first][0] + rng.randint(0, 1), offsets[last][1]


def _covers(answer, offsets, start, end):
    first, last = answer(offsets, start, end)
    return offsets[first][0] <= start and end <= offsets[last][1]


def _tokens(rule):
    """The first and the last token of which rule(begin, stop, start, end) is true."""

    def answer(offsets, start, end):
        places = [place for place, each in enumerate(offsets) if rule(*each, start, end)]
        return (places[0], places[-1]) if places else (0, 0)

    return answer


_overlapping = _tokens(lambda begin, stop, start, end: stop > start and begin < end)


def _exclusive(offsets, start, end):
    first, last = _overlapping(offsets, start, end)
    return first, last + 1


def _characters(offsets, start, end):
    first, last = _overlapping(offsets, start, end)
    return offsets[first][0], offsets[last][1]


_TOKENS = Exercise(
    id="token_span",
    chapter="06_2_question_answering",
    number="6.2.3",
    title="From characters to tokens",
    difficulty=2,
    minutes=10,
    reference="lmlab.tasks.question_answering.spans.token_span",
    cases=_offsets,
    invariants=(
        Invariant(
            "covers the answer",
            _covers,
            "Some characters of the answer are in none of your tokens.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _exclusive,
            "The last token is one too far: first and last both belong to the span.",
        ),
        WrongAnswer(
            _characters,
            "These are places of characters. The places of the tokens in the list are wanted.",
        ),
        WrongAnswer(
            _tokens(lambda begin, stop, start, end: begin >= start and stop <= end),
            'A token that begins before the answer is lost: " hill" holds the space before it, '
            "and the answer does not. Take every token that has a character in common.",
        ),
        WrongAnswer(
            _tokens(lambda begin, stop, start, end: stop >= start and begin < end),
            "A token that only touches the answer on the left is taken in: its end is exclusive, "
            "so it must be greater than start.",
        ),
        WrongAnswer(
            _tokens(lambda begin, stop, start, end: stop > start and begin <= end),
            "A token that only touches the answer on the right is taken in: `end` is exclusive, "
            "so a token that begins there has none of it.",
        ),
        WrongAnswer(
            lambda offsets, start, end: (_overlapping(offsets, start, end)[0],) * 2,
            "The last token is the first one again: an answer may have several tokens.",
        ),
        WrongAnswer(
            _tokens(lambda begin, stop, start, end: stop > start),
            "The span runs to the end of the text: stop at the last token that begins before end.",
        ),
    ),
    hints=(
        "A token has a share in the answer when it begins before the answer ends and ends after "
        "the answer begins.",
        "The first token of the span is the first whose end is greater than `start`.",
        "The last token of the span is the last whose beginning is smaller than `end`.",
    ),
)


def _logits(seed):
    """Logits whose best start and end do not fit together, are far apart, or all negative."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([0.0, 3.0, 0.0, 1.0]), torch.tensor([2.5, 0.0, 2.0, 0.5]), 3
    yield torch.tensor([4.0, 0.0, 2.0, 1.5, 0.0]), torch.tensor([0.0, 0.5, 0.0, 1.0, 5.0]), 3
    yield torch.tensor([-3.0, -1.0, -4.0]), torch.tensor([-5.0, -2.0, -3.0]), 2
    yield torch.tensor([3.0, 0.0, 0.0, 1.0]), torch.tensor([0.5, 0.0, 2.0, 0.0]), 2
    for time, longest in ((6, 2), (8, 3), (12, 4), (12, 5), (20, 4)):
        yield *(2 * torch.randn(2, time, generator=generator)), longest


def _in_order(answer, start_logits, end_logits, max_tokens):
    first, last = answer(start_logits, end_logits, max_tokens)
    return 0 <= last - first < max_tokens


def _shift_changes_nothing(answer, start_logits, end_logits, max_tokens):
    shifted = answer(start_logits + 7, end_logits - 3, max_tokens)
    return tuple(shifted) == tuple(answer(start_logits, end_logits, max_tokens))


def _sums(start_logits, end_logits):
    return start_logits[:, None] + end_logits


def _best(scores, allowed, missing=-torch.inf):
    return divmod(int(torch.where(allowed, scores, missing).argmax()), scores.size(1))


def _band(scores, shortest, longest):
    """Where the end lies at least `shortest` and at most `longest` places behind the start."""
    return torch.ones_like(scores, dtype=torch.bool).triu(shortest).tril(longest)


def _within(shortest, longest, combine=_sums, missing=-torch.inf):
    """The best by `combine` among spans between these lengths, as max_tokens has them."""

    def answer(start_logits, end_logits, max_tokens):
        scores = combine(start_logits, end_logits)
        return _best(scores, _band(scores, shortest, longest(max_tokens)), missing)

    return answer


def _greedy(start_logits, end_logits, max_tokens):
    first = int(start_logits.argmax())
    return first, first + int(end_logits[first : first + max_tokens].argmax())


def _exclusive_end(start_logits, end_logits, max_tokens):
    first, last = _within(0, lambda n: n - 1)(start_logits, end_logits, max_tokens)
    return first, last + 1


_BEST = Exercise(
    id="best_span",
    chapter="06_2_question_answering",
    number="6.2.4",
    title="The best span",
    difficulty=2,
    minutes=12,
    reference="lmlab.tasks.question_answering.spans.best_span",
    cases=_logits,
    invariants=(
        Invariant(
            "start, then end",
            _in_order,
            "The span must have 1 to max_tokens tokens: its end no earlier than its start.",
        ),
        Invariant(
            "only differences count",
            _shift_changes_nothing,
            "The same number added to all start logits must not change the span.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda s, e, n: (int(s.argmax()), int(e.argmax())),
            "Start and end are chosen apart, so that the end may lie before the start. Score the "
            "pairs.",
        ),
        WrongAnswer(
            _within(0, lambda n: 10**6),
            "max_tokens is not used: the span may be as long as the passage.",
        ),
        WrongAnswer(
            _within(0, lambda n: n),
            "The span may be one token too long: with start i, the last end is i + max_tokens - 1.",
        ),
        WrongAnswer(
            _within(1, lambda n: n - 1),
            "A span of one token is not allowed here, but many answers are one: the end may equal "
            "the start.",
        ),
        WrongAnswer(
            _within(-(10**6), lambda n: n - 1),
            "The end may lie before the start: only pairs with i ≤ j are spans.",
        ),
        WrongAnswer(
            _greedy,
            "The start is fixed before any end is looked at. A slightly worse start may have a "
            "much better end.",
        ),
        WrongAnswer(
            _exclusive_end,
            "The end is one too far: the last token of the span is wanted, not the one behind it.",
        ),
        WrongAnswer(
            _within(0, lambda n: n - 1, combine=lambda s, e: s[:, None] * e),
            "The logits are multiplied. They are logarithms up to a constant: add them.",
        ),
        WrongAnswer(
            _within(0, lambda n: n - 1, missing=0.0),
            "Pairs that are no spans get the score 0, which beats every negative score: -inf.",
        ),
    ),
    hints=(
        "A table with a row for each start and a column for each end holds the score of each pair.",
        "start_logits[:, None] + end_logits is that table. Which of its squares are spans?",
        "Ones above the diagonal and not too far from it: .triu().tril(max_tokens - 1). Fill the "
        "rest with -inf; divmod(argmax, number of columns) gives row and column.",
    ),
    quiz=Quiz(
        "A reader's start and end logits are chosen apart, with two argmax. When does it go wrong?",
        {
            "when the passage is long": "Length by itself does no harm: a sure reader is sure in "
            "long passages, too.",
            "when two answers seem possible": "It may take the start of one and the end of the "
            "other, and give all that lies between, or nothing.",
            "when there is no answer": "Then both point at the first mark, and agree.",
        },
        answer="when two answers seem possible",
    ),
)

EXERCISES = (_PASSAGE, _TOKENS, _BEST)
