"""Which words count: by a list, by leaving them out, and by the gradient."""

import random
from dataclasses import dataclass

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer

CHAPTER = "06_5_sentiment_analysis"
_POLARITY = {"happy": 1, "glad": 1, "joy": 2, "sad": -1, "angry": -2, "lost": -1}
_NEGATIONS = frozenset({"not", "never", "nobody"})
_WORDS = "mia was so very the hat and then".split()


def _texts(seed):
    """Texts with negations near, far and before each other, on both sides of a feeling."""
    rng = random.Random(seed)
    for text, reach in (
        ("mia was not happy", 3),
        ("the joy was not so very very angry", 3),
        ("not the hat and joy", 3),
        ("never mia not glad", 3),
        ("mia was not so glad", 3),
        ("not the hat was lost and sad", 3),
        ("glad but nobody was so sad", 2),
        ("not joy", 1),
        ("sad and angry", 2),
        ("happy and sad not", 3),
    ):
        yield text.split(), _POLARITY, _NEGATIONS, reach
    pool = [*_POLARITY, *_NEGATIONS, *_WORDS]
    for _ in range(6):
        yield rng.choices(pool, k=rng.randint(6, 12)), _POLARITY, _NEGATIONS, rng.randint(1, 4)


def _turned_lists_turn_the_score(answer, words, polarity, negations, reach):
    turned = {word: -value for word, value in polarity.items()}
    return answer(words, turned, negations, reach) == -answer(words, polarity, negations, reach)


def _score(
    before=lambda words, i, reach: words[max(i - reach, 0) : i], factor=lambda n: -1 if n else 1
):
    """The sum of polarities, each times `factor` of the negations in the words `before` it."""

    def answer(words, polarity, negations, reach):
        return sum(
            polarity.get(word, 0) * factor(sum(w in negations for w in before(words, i, reach)))
            for i, word in enumerate(words)
        )

    return answer


def _sign(words, polarity, negations, reach):
    total = _score()(words, polarity, negations, reach)
    return (total > 0) - (total < 0)


_LEXICON = Exercise(
    id="lexicon_score",
    chapter=CHAPTER,
    number="6.5.1",
    title="A list of words, and not",
    difficulty=1,
    minutes=8,
    reference="lmlab.tasks.sentiment.lexicon.lexicon_score",
    cases=_texts,
    invariants=(
        Invariant(
            "good and bad exchanged",
            _turned_lists_turn_the_score,
            "With good and bad words exchanged, the score must change its sign and nothing else.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _score(factor=lambda n: 1),
            "Negations do nothing: “not happy” counts as “happy” does.",
        ),
        WrongAnswer(
            _score(factor=lambda n: 0 if n else 1),
            "A negated feeling counts 0. It counts the other way round: not happy is below 0.",
        ),
        WrongAnswer(
            _score(factor=lambda n: (-1) ** n),
            "Two negations turn the word twice. Here they turn it once, as one does.",
        ),
        WrongAnswer(
            _score(before=lambda words, i, reach: words[:i]),
            "A negation turns everything that follows: look at the last `reach` words only.",
        ),
        WrongAnswer(
            _score(before=lambda words, i, reach: words[max(i - 1, 0) : i]),
            "Only the word directly behind a negation is turned: “not so happy” has one between.",
        ),
        WrongAnswer(
            _score(before=lambda words, i, reach: words[max(i - reach - 1, 0) : i]),
            "A negation reaches one word too far: `reach` words behind it, not one more.",
        ),
        WrongAnswer(
            _score(before=lambda words, i, reach: words[i + 1 : i + 1 + reach]),
            "A negation turns what stands before it. It turns the words behind it.",
        ),
        WrongAnswer(
            _score(before=lambda words, i, reach: words),
            "One negation anywhere turns every feeling of the text: look at the words before it.",
        ),
        WrongAnswer(
            _sign,
            "Only the sign comes back; the sum of the polarities is wanted.",
        ),
    ),
    hints=(
        "Go through the words with their places: for place, word in enumerate(words).",
        "polarity.get(word, 0) is what a word counts. The words before it are "
        "words[max(place - reach, 0) : place].",
        "If any of those is in negations, take the polarity times -1. Add all up.",
    ),
)


@dataclass(frozen=True)
class _Reader:
    """A score in which token 0 turns the token behind it, as "not" does."""

    weights: tuple[float, ...]

    def __call__(self, ids):
        counted = torch.tensor(self.weights)[ids]
        turned = torch.zeros_like(ids, dtype=torch.bool)
        turned[:, 1:] = ids[:, :-1] == 0
        return torch.where(turned, -counted, counted).sum(dim=-1)


def _token_rows(seed):
    generator = torch.Generator().manual_seed(seed)
    yield _Reader((0.5, 2.0, -1.0, 0.25)), torch.tensor([1, 0, 2, 3])
    for n in (5, 6, 8):
        weights = torch.randn(9, generator=generator) + 0.1
        ids = torch.randperm(9, generator=generator)[:n]
        ids[1:][ids[1:] == 0] = 1
        ids[n // 2] = 0
        yield _Reader(tuple(weights.tolist())), ids


def _one_number_each(answer, score, ids):
    return answer(score, ids).shape == ids.shape


def _nothing_to_lose(answer, score, ids):
    return bool((answer(lambda rows: torch.ones(len(rows)), ids).abs() < 1e-6).all())


def _left_out(combine, drop=lambda ids, i: torch.cat((ids[:i], ids[i + 1 :]))):
    """`combine` of the full score and the score of the text that `drop` leaves, for each token."""

    def answer(score, ids):
        full = score(ids[None])[0]
        return torch.stack([combine(full, score(drop(ids, i)[None])[0]) for i in range(len(ids))])

    return answer


def _blanked(ids, i):
    return torch.cat((ids[:i], torch.zeros_like(ids[:1]), ids[i + 1 :]))


_OCCLUSION = Exercise(
    id="occlusion",
    chapter=CHAPTER,
    number="6.5.4",
    title="What if it were not there?",
    difficulty=2,
    minutes=10,
    reference="lmlab.interpret.importance.occlusion",
    cases=_token_rows,
    invariants=(
        Invariant("a number each", _one_number_each, "There must be one number for each token."),
        Invariant(
            "a score that never changes",
            _nothing_to_lose,
            "Where the score is always the same, no token has any weight: all must be 0.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _left_out(lambda full, rest: rest - full),
            "The sign is turned: a token that speaks *for* the score must get a number above 0. "
            "What is lost is the full score less the rest's.",
        ),
        WrongAnswer(
            _left_out(lambda full, rest: rest),
            "These are the scores of the shortened texts: take them from the full text's score.",
        ),
        WrongAnswer(
            _left_out(lambda full, rest: (full - rest).abs()),
            "The signs are lost: a token may speak against, and then it has a number below 0.",
        ),
        WrongAnswer(
            _left_out(lambda full, rest: rest, drop=lambda ids, i: ids[i : i + 1]),
            "This is the score of each token alone. It says nothing of what the token does to "
            "others, as “not” does: leave it out of the whole.",
        ),
        WrongAnswer(
            _left_out(lambda full, rest: full - rest, drop=_blanked),
            "Token 0 takes the place, and token 0 is a word like others: leave the token out.",
        ),
        WrongAnswer(
            _left_out(lambda full, rest: full - rest, drop=lambda ids, i: ids[:i]),
            "With the token all that follows is gone as well: keep the tokens on both sides.",
        ),
        WrongAnswer(
            lambda score, ids: _left_out(lambda full, rest: full - rest)(score, ids).roll(1),
            "The numbers stand one place too late: the first is that of token 0.",
        ),
    ),
    hints=(
        "For each place, make the text without it: torch.cat((ids[:i], ids[i + 1:])).",
        "They all have the same length, so torch.stack makes a batch of them, and one call of "
        "`score` does for all.",
        "score(ids[None]) - score(shortened): the full score less each of the others.",
    ),
    quiz=Quiz(
        "In “not sad, not lonely”, leaving out one “not” changes little. What does that show?",
        {
            "the word does not matter": "Leave out both, and see.",
            "its twin does the same work": "Leaving out one word at a time misses what two words "
            "do together or in each other's place.",
            "the model cannot read “not”": "It might read both, and one is enough for it.",
        },
        answer="its twin does the same work",
    ),
)


@dataclass(frozen=True)
class _Curve:
    """A score of vectors in which neighbours work together."""

    bend: float

    def __call__(self, x):
        return (self.bend * x).tanh().sum() + (x[:-1] * x[1:]).sum() + (x[0] ** 2).sum()


def _vectors(seed):
    generator = torch.Generator().manual_seed(seed)
    yield _Curve(0.5), torch.tensor([[1.0, -0.5], [0.5, 2.0], [-1.0, 0.25]])
    for time, width in ((4, 3), (3, 5), (6, 2)):
        bend = 0.3 + float(torch.rand((), generator=generator))
        yield _Curve(bend), torch.randn(time, width, generator=generator)


def _linear_is_exact(answer, score, x):
    slope = torch.linspace(-1, 1, x.numel()).view_as(x)
    found = answer(lambda y: (slope * y).sum(), x)
    return bool(torch.allclose(found, (slope * x).sum(dim=-1), atol=1e-5))


def _by_gradient(combine):
    def answer(score, x):
        x = x.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(score(x), x)
        return combine(gradient, x.detach())

    return answer


_GRADIENT = Exercise(
    id="gradient_times_input",
    chapter=CHAPTER,
    number="6.5.5",
    title="Gradient times input",
    difficulty=2,
    minutes=10,
    reference="lmlab.interpret.importance.gradient_times_input",
    cases=_vectors,
    invariants=(
        Invariant(
            "exact where all is linear",
            _linear_is_exact,
            "Where the score is a weighted sum, each token must get exactly its own part of it.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            _by_gradient(lambda g, x: g.sum(-1)),
            "This is the gradient alone: multiply it by the input before you sum.",
        ),
        WrongAnswer(
            _by_gradient(lambda g, x: g.norm(dim=-1)),
            "This is the length of the gradient, which has no sign and leaves the input out.",
        ),
        WrongAnswer(
            _by_gradient(lambda g, x: (g * x).sum(-1).abs()),
            "The signs are lost: a token may speak against, and then its number is below 0.",
        ),
        WrongAnswer(
            _by_gradient(lambda g, x: g * x),
            "This has a number for each channel: sum over the channels, dim=-1.",
        ),
        WrongAnswer(
            _by_gradient(lambda g, x: (g * x).sum(0)),
            "The sum runs over the tokens, and a number for each channel is left: dim=-1.",
        ),
        WrongAnswer(
            _by_gradient(lambda g, x: (g * x).mean(-1)),
            "This is the mean over the channels. The dot product is a sum.",
        ),
        WrongAnswer(
            _by_gradient(lambda g, x: (x * x).sum(-1)),
            "The gradient is not in it: this is the squared length of each vector.",
        ),
    ),
    hints=(
        "The gradient is wanted with respect to the vectors: they must ask for one, "
        "x.detach().requires_grad_().",
        "torch.autograd.grad(score(x), x) gives a tuple with the gradient, as large as x.",
        "(gradient * x).sum(dim=-1), and .detach() so that nothing hangs on it.",
    ),
)

EXERCISES = (_LEXICON, _OCCLUSION, _GRADIENT)
