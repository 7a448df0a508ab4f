"""What heads look for: the token before, earlier copies, and what followed them."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.interpret.patterns import duplicate_keys, induction_keys

CHAPTER = "05_2_reading_attention_heads"
IDS = torch.tensor([3, 1, 4, 3, 1, 4])


def _attention(generator, *shape):
    """Causal weights, rows that sum to one."""
    scores = 2 * torch.randn(*shape, generator=generator)
    ahead = torch.ones(shape[-2:], dtype=torch.bool).triu(1)
    return scores.masked_fill(ahead, -torch.inf).softmax(-1)


def _some_weights(seed):
    """A head that one can do in one's head; several heads; a batch of them; two tokens."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([[1.0, 0.0, 0.0], [0.75, 0.25, 0.0], [0.0, 0.25, 0.75]]),)
    for shape in ((2, 4, 4), (3, 2, 5, 5), (2, 7, 7)):
        yield (_attention(generator, *shape),)


def _one_for_each_head(answer, weights, *ids):
    return answer(weights, *ids).shape == weights.shape[:-2]


def _a_share(answer, weights, *ids):
    score = answer(weights, *ids)
    return bool(((score >= 0) & (score <= 1 + 1e-5)).all())


_SHAPE_AND_SHARE = (
    Invariant("one for each head", _one_for_each_head, "There must be one number for each head."),
    Invariant("a share", _a_share, "A share of the attention is at least 0 and at most 1."),
)


def _diagonal(weights, offset):
    return weights.diagonal(offset, dim1=-2, dim2=-1)


_PREVIOUS = Exercise(
    id="previous_token_score",
    chapter=CHAPTER,
    number="5.2.1",
    title="How much does a head look at the token before?",
    difficulty=1,
    minutes=6,
    reference="lmlab.interpret.patterns.previous_token_score",
    cases=_some_weights,
    invariants=_SHAPE_AND_SHARE,
    wrong_answers=(
        WrongAnswer(
            lambda weights: _diagonal(weights, 0).mean(-1),
            "This is the diagonal itself: how much each token looks at itself. The token before "
            "stands one column to the left.",
        ),
        WrongAnswer(
            lambda weights: _diagonal(weights, 1).mean(-1),
            "This is the diagonal above: how much each token looks at the next one. Queries are "
            "the rows, so the token before has offset -1.",
        ),
        WrongAnswer(
            lambda weights: _diagonal(weights, -1).sum(-1),
            "The weights are added up. Their mean is wanted: a share, whatever the length.",
        ),
        WrongAnswer(
            lambda weights: _diagonal(weights, -1).sum(-1) / weights.size(-1),
            "You divide by all queries. The first has no token before it, and does not count.",
        ),
        WrongAnswer(
            lambda weights: _diagonal(weights, -1).mean(),
            "One number for all heads. Each head has a score of its own: average over the queries "
            "only.",
        ),
        WrongAnswer(
            lambda weights: _diagonal(weights, -1).amax(-1),
            "This is the largest of the weights. One query does not make a habit: take the mean.",
        ),
        WrongAnswer(
            lambda weights: _diagonal(weights, -1),
            "These are the right weights, one for each query. Average them.",
        ),
    ),
    hints=(
        "Draw the weights of 4 queries and 4 keys. Which squares are those of the token before?",
        "They are a diagonal: weights.diagonal(offset, dim1=-2, dim2=-1). Which offset?",
        "weights.diagonal(-1, dim1=-2, dim2=-1) is (*batch, query - 1); take its mean over the "
        "last axis.",
    ),
)


def _token_ids(seed):
    """A repeated text; one without repeats; many tokens of few kinds."""
    generator = torch.Generator().manual_seed(seed)
    yield (torch.tensor([5, 8, 5, 8]),)
    yield (IDS,)
    yield (torch.tensor([6, 2, 2, 2, 7, 6, 2]),)
    yield (torch.tensor([1, 2, 3]),)
    for n_kinds, length in ((3, 8), (4, 11)):
        yield (torch.randint(n_kinds, (length,), generator=generator),)


def _no_token_names_itself_or_a_later_one(answer, ids):
    return not bool(answer(ids).triu().any())


_LOOKS_BACK = Invariant(
    "looks back",
    _no_token_names_itself_or_a_later_one,
    "A token's row names the token itself or a later one: only what stands before it counts.",
)


def _equal(ids):
    return ids[:, None] == ids


_DUPLICATE = Exercise(
    id="duplicate_keys",
    chapter=CHAPTER,
    number="5.2.2",
    title="Where the same token stood before",
    difficulty=1,
    minutes=6,
    reference="lmlab.interpret.patterns.duplicate_keys",
    cases=_token_ids,
    invariants=(_LOOKS_BACK,),
    wrong_answers=(
        WrongAnswer(
            _equal,
            "All copies are named, the later ones and the token itself too. Earlier ones are "
            "wanted: keep what lies below the diagonal.",
        ),
        WrongAnswer(
            lambda ids: _equal(ids).tril(),
            "Each token is named as a copy of itself. .tril(-1) leaves the diagonal out.",
        ),
        WrongAnswer(
            lambda ids: _equal(ids).triu(1),
            "Later copies are named instead of earlier ones: the other triangle is wanted.",
        ),
        WrongAnswer(
            induction_keys,
            "These are the places right after the copies. First the copies themselves.",
        ),
        WrongAnswer(
            lambda ids: (ids[:, None] != ids).tril(-1),
            "The earlier places with another token are named: == is wanted, not !=.",
        ),
        WrongAnswer(
            lambda ids: duplicate_keys(ids).any(-1),
            "This says whether there is an earlier copy. Where it stands is wanted, one column "
            "for each place.",
        ),
        WrongAnswer(
            lambda ids: duplicate_keys(ids).float(),
            "These are numbers. True and False are wanted: leave the comparison as it is.",
        ),
    ),
    hints=(
        "Compare each token with each other: a table, one row for a token, one column for a place.",
        "ids[:, None] == ids is that table. Which part of it lies in the past?",
        "(ids[:, None] == ids).tril(-1)",
    ),
)

_INDUCTION_KEYS = Exercise(
    id="induction_keys",
    chapter=CHAPTER,
    number="5.2.3",
    title="What followed this token before",
    difficulty=2,
    minutes=10,
    reference="lmlab.interpret.patterns.induction_keys",
    cases=_token_ids,
    invariants=(_LOOKS_BACK,),
    wrong_answers=(
        WrongAnswer(
            duplicate_keys,
            "These are the earlier copies. An induction head looks one place further: at what "
            "followed them.",
        ),
        WrongAnswer(
            lambda ids: duplicate_keys(ids).roll(-1, -1).tril(-1),
            "The columns are moved to the left: these are the places before the copies. What "
            "followed them stands to the right.",
        ),
        WrongAnswer(
            lambda ids: duplicate_keys(ids).roll(1, 0).tril(-1),
            "The rows are moved, and so the queries. Move the columns: the last axis.",
        ),
        WrongAnswer(
            lambda ids: duplicate_keys(ids).roll(1, -1),
            "A token that stands twice in a row names itself: what followed its earlier copy is "
            "the token itself. Keep what lies below the diagonal.",
        ),
        WrongAnswer(
            lambda ids: _equal(ids).roll(1, -1),
            "Later copies are looked behind as well. Keep the earlier ones first.",
        ),
        WrongAnswer(
            lambda ids: induction_keys(ids).int(),
            "These are numbers. True and False are wanted.",
        ),
        WrongAnswer(
            lambda ids: induction_keys(ids).T,
            "Rows and columns are swapped: a row belongs to the token that looks.",
        ),
    ),
    hints=(
        "For … A B … A, the second A is to look at B. Where does B stand, seen from the first A?",
        "You know the earlier copies (the exercise before). Move their columns one to the right: "
        ".roll(1, dims=-1).",
        "Then keep what lies below the diagonal, .tril(-1): in A A A, the place after a copy may "
        "be the token itself.",
    ),
    quiz=Quiz(
        "An induction head sees '… Anna Brook … Anna', and looks at ' Brook'. Which other head, "
        "in an earlier layer, must have made that possible?",
        {
            "one that has told ' Brook' that it stands after ' Anna'": "The key of ' Brook' must "
            "match the query of ' Anna'. So ' Brook' must know its predecessor: a previous-token "
            "head has written it there.",
            "one that has told the second ' Anna' that there was a first": "It would know that "
            "there is a copy, and still not find what followed it.",
            "none: one layer is enough": "In one layer, the key of ' Brook' knows nothing but "
            "' Brook'. Section 4 of the chapter tries it.",
        },
        answer="one that has told ' Brook' that it stands after ' Anna'",
    ),
)


def _weights_and_ids(seed):
    """A head that finds it all; several heads over a repeated text; a batch, few kinds of token."""
    generator = torch.Generator().manual_seed(seed)
    rows = [[0], [0.5, 0.5], [0.25, 0.75, 0], [0, 0.5, 0.25, 0.25], [0, 0, 1, 0, 0]]
    exact = torch.zeros(5, 5)
    for i, row in enumerate(rows):
        exact[i, : len(row)] = torch.tensor(row)
    exact[0, 0] = 1.0
    yield exact, torch.tensor([6, 9, 2, 6, 9])
    yield _attention(generator, 3, 6, 6), IDS
    yield _attention(generator, 2, 2, 7, 7), torch.tensor([6, 2, 2, 2, 7, 6, 2])
    for length in (9, 12):
        tokens = torch.randint(3, (length,), generator=generator)
        yield _attention(generator, 2, length, length), tokens


def _on_named(weights, keys):
    return (weights * keys).sum(-1)


_INDUCTION_SCORE = Exercise(
    id="induction_score",
    chapter=CHAPTER,
    number="5.2.4",
    title="How much of an induction head is a head?",
    difficulty=2,
    minutes=10,
    reference="lmlab.interpret.patterns.induction_score",
    cases=_weights_and_ids,
    invariants=_SHAPE_AND_SHARE,
    wrong_answers=(
        WrongAnswer(
            lambda weights, ids: _on_named(weights, induction_keys(ids)).mean(-1),
            "The mean is over all queries. Those whose token has no earlier copy have nothing to "
            "look for, and do not count.",
        ),
        WrongAnswer(
            lambda weights, ids: weights[..., induction_keys(ids)].mean(-1),
            "A token with several earlier copies counts several times, each with a part of its "
            "weight. Add up the weights of a query first, then average over the queries.",
        ),
        WrongAnswer(
            lambda weights, ids: _on_named(weights, duplicate_keys(ids))[
                ..., duplicate_keys(ids).any(-1)
            ].mean(-1),
            "This is the weight on the copies themselves. What followed them is wanted.",
        ),
        WrongAnswer(
            lambda weights, ids: _on_named(weights, induction_keys(ids).T)[
                ..., induction_keys(ids).any(-1)
            ].mean(-1),
            "Rows and columns are swapped: a row belongs to the token that looks.",
        ),
        WrongAnswer(
            lambda weights, ids: _on_named(weights, induction_keys(ids)).sum(-1),
            "The shares of all queries are added up: average them.",
        ),
        WrongAnswer(
            lambda weights, ids: _on_named(weights, induction_keys(ids))[
                ..., induction_keys(ids).any(-1)
            ].mean(),
            "One number for all heads. Each head has a score of its own.",
        ),
        WrongAnswer(
            lambda weights, ids: (
                (weights * induction_keys(ids)).amax(-1)[..., induction_keys(ids).any(-1)].mean(-1)
            ),
            "Of each query only the largest weight is taken. A token with several earlier copies "
            "may look at what followed each: add them up.",
        ),
    ),
    hints=(
        "lmlab.interpret.induction_keys(ids) says which squares count. What is their weight, for "
        "each query?",
        "(weights * keys).sum(-1) is that, one number for each query. Some queries have no square "
        "at all: keys.any(-1) is False there.",
        "on_keys[..., keys.any(-1)].mean(-1)",
    ),
)


EXERCISES = (_PREVIOUS, _DUPLICATE, _INDUCTION_KEYS, _INDUCTION_SCORE)
