"""How good an answer is, and when it is better to give none."""

import random
from collections import Counter

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer
from lmlab.tasks.answers import normalise_answer

_WORDS = "red hat Mia Tom kite broken lost found park behind old mill".split()


def _pairs(seed):
    """Answers beside the accepted one: equal, partly equal, repeated words, and none at all."""
    rng = random.Random(seed)
    yield "the red hat", "the hat"
    yield "Hat!", "a hat"
    yield "in the old mill", "mill"
    yield "", ""
    yield "Tom", ""
    yield "", "Tom"
    yield "the hat and the hat", "hat"
    yield "hat red", "red hat"
    yield "no, no", "yes, no, no"
    for _ in range(6):
        right = rng.sample(_WORDS, rng.randint(2, 5))
        said = rng.sample(right, rng.randint(1, 2)) + rng.sample(_WORDS, rng.randint(1, 3))
        yield " ".join(said), "the " + " ".join(right) + "."


def _symmetric(answer, said, wanted):
    return abs(answer(said, wanted) - answer(wanted, said)) < 1e-6


def _between(answer, said, wanted):
    return 0 <= answer(said, wanted) <= 1


def _by_counts(score, words=lambda text: normalise_answer(text).split(), counted=list):
    """A score of the words shared, those said and those wanted; nothing equals nothing."""

    def answer(said, wanted):
        one, other = words(said), words(wanted)
        if not one or not other:
            return float(one == other)
        one, other = counted(one), counted(other)
        shared = sum((Counter(one) & Counter(other)).values())
        return score(shared, len(one), len(other)) if shared else 0.0

    return answer


def _f1(shared, said, wanted):
    return 2 * shared / (said + wanted)


def _nothing_is_zero(said, wanted):
    return _right(said, wanted) if said and wanted else 0.0


_right = _by_counts(_f1)


def _in_place(said, wanted):
    one, other = normalise_answer(said).split(), normalise_answer(wanted).split()
    if not one or not other:
        return float(one == other)
    return _f1(sum(map(str.__eq__, one, other)), len(one), len(other))


_F1 = Exercise(
    id="token_f1",
    chapter="06_2_question_answering",
    number="6.2.1",
    title="Half an answer",
    difficulty=2,
    minutes=10,
    reference="lmlab.tasks.answers.token_f1",
    cases=_pairs,
    invariants=(
        Invariant("symmetric", _symmetric, "Exchanging the two answers must not change F1."),
        Invariant("0 to 1", _between, "F1 lies between 0 and 1."),
    ),
    wrong_answers=(
        WrongAnswer(
            _by_counts(_f1, words=str.split),
            "The answers are not normalised: capitals, punctuation and articles should not count.",
        ),
        WrongAnswer(
            _by_counts(_f1, counted=set),
            "A word that is said twice counts once: compare as many copies as both have, as "
            "Counter & Counter does.",
        ),
        WrongAnswer(
            _by_counts(lambda shared, said, wanted: shared / said),
            "This is precision: the share of what was said. A longer answer would lose nothing if "
            "it left words out.",
        ),
        WrongAnswer(
            _by_counts(lambda shared, said, wanted: shared / wanted),
            "This is recall: the share of what was wanted. Saying the whole passage would score 1.",
        ),
        WrongAnswer(
            _by_counts(lambda shared, said, wanted: (shared / said + shared / wanted) / 2),
            "This is the plain mean of precision and recall. F1 is their harmonic mean, nearer to "
            "the smaller: 2 · p · r / (p + r).",
        ),
        WrongAnswer(
            _by_counts(lambda shared, said, wanted: shared / (said + wanted - shared)),
            "These are the shared words over all words (Jaccard). F1 is 2 · shared over the sum of "
            "both lengths.",
        ),
        WrongAnswer(
            _by_counts(lambda shared, said, wanted: float(shared == said == wanted)),
            "Only a perfect answer scores. That is exact match; half an answer should get a part.",
        ),
        WrongAnswer(
            _nothing_is_zero,
            "No answer where none is wanted is right, and must score 1.",
        ),
        WrongAnswer(
            _in_place,
            "Words are compared place by place. Their order does not count, only which there are.",
        ),
    ),
    hints=(
        "Normalise both, and split them into words. How many words do they share?",
        "sum((Counter(words) & Counter(right)).values()) counts a word as often as both have it.",
        "precision = shared / len(words), recall = shared / len(right), and F1 is "
        "2 · precision · recall / (precision + recall). See to empty answers first.",
    ),
)


def _margins(seed):
    """Questions whose best threshold lies low, high, in the middle, or nowhere."""
    generator = torch.Generator().manual_seed(seed)
    yield (
        torch.tensor([-2.0, 3.0, 1.0, -1.0]),
        torch.tensor([0.0, 1.0, 0.75, 0.5]),
        torch.tensor([1.0, 0.0, 0.0, 0.875]),
    )
    yield torch.tensor([2.0, -1.5]), torch.tensor([0.75, 0.5]), torch.tensor([0.0, 0.0])
    yield torch.tensor([0.5, 2.5]), torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.75])
    for n in (6, 9, 12, 15):
        margins = 3 * torch.randn(n, generator=generator)
        answerable = torch.rand(n, generator=generator) < torch.sigmoid(margins)
        scores = 0.25 + 0.75 * torch.rand(n, generator=generator)
        yield margins, scores * answerable, (~answerable).float()


def _scores_no_less(answer, margins, if_answered, if_not):
    """The threshold does at least as well as answering everything, and nothing."""
    total = torch.where(margins > answer(margins, if_answered, if_not), if_answered, if_not).sum()
    return bool(total >= max(if_answered.sum(), if_not.sum()) - 1e-5)


def _gains(margins, if_answered, if_not, descending=False):
    ordered, order = margins.sort(descending=descending)
    return ordered, (if_not - if_answered)[order].cumsum(dim=0)


def _always_one(margins, if_answered, if_not):
    ordered, gained = _gains(margins, if_answered, if_not)
    return float(ordered[gained.argmax()])


def _next_one(margins, if_answered, if_not):
    ordered, gained = _gains(margins, if_answered, if_not)
    best = int(gained.argmax())
    return float(ordered[min(best + 1, len(ordered) - 1)]) if gained[best] > 0 else float("-inf")


def _other_end(margins, if_answered, if_not):
    ordered, gained = _gains(margins, if_answered, if_not, descending=True)
    best = int(gained.argmax())
    return float(ordered[best]) if gained[best] > 0 else float("-inf")


def _unsorted(margins, if_answered, if_not):
    gained = (if_not - if_answered).cumsum(dim=0)
    best = int(gained.argmax())
    return float(margins[best]) if gained[best] > 0 else float("-inf")


def _scores_unsorted(margins, if_answered, if_not):
    gained = (if_not - if_answered).cumsum(dim=0)
    best = int(gained.argmax())
    return float(margins.sort().values[best]) if gained[best] > 0 else float("-inf")


def _place(margins, if_answered, if_not):
    return float(_gains(margins, if_answered, if_not)[1].argmax())


def _single_gain(margins, if_answered, if_not):
    return float(margins[(if_not - if_answered).argmax()])


_THRESHOLD = Exercise(
    id="best_threshold",
    chapter="06_2_question_answering",
    number="6.2.5",
    title="When to say nothing",
    difficulty=3,
    minutes=15,
    reference="lmlab.tasks.question_answering.no_answer.best_threshold",
    cases=_margins,
    invariants=(
        Invariant(
            "no worse than the extremes",
            _scores_no_less,
            "Answering everything, or nothing, would score more than your threshold does.",
        ),
    ),
    wrong_answers=(
        WrongAnswer(
            lambda margins, if_answered, if_not: 0.0,
            "0 is the threshold that the training aimed at; the best one on these questions may "
            "lie elsewhere.",
        ),
        WrongAnswer(
            _always_one,
            "Even when every answer helps, the question with the lowest margin is left out. When "
            "nothing is gained, the threshold is -inf.",
        ),
        WrongAnswer(
            _next_one,
            "One question too many is left out: those with a margin above the threshold are "
            "answered, so it is the margin of the last one that is not.",
        ),
        WrongAnswer(
            _other_end,
            "The margins are gone through from the highest down: but the lowest are left out "
            "first.",
        ),
        WrongAnswer(
            _unsorted,
            "The questions are gone through in the order given: sort them by their margins first.",
        ),
        WrongAnswer(
            _scores_unsorted,
            "The margins are sorted, but the scores are not: take both in the same order.",
        ),
        WrongAnswer(
            _place,
            "This is the place of the threshold in the list, not the margin that stands there.",
        ),
        WrongAnswer(
            _single_gain,
            "This is the question that gains most by itself. A threshold leaves out all those "
            "below it as well: add up their gains.",
        ),
        WrongAnswer(
            lambda margins, if_answered, if_not: float(margins.mean()),
            "The mean margin is not looked at through the scores: try every margin as threshold.",
        ),
    ),
    hints=(
        "Begin with a threshold so low that everything is answered, and raise it past one "
        "question after the other. What does each step gain or lose?",
        "Leaving a question out gains if_not - if_answered. Sort by margin, and add the gains up: "
        "cumsum.",
        "The threshold is the sorted margin where that sum is highest, or -inf if it is never "
        "above 0.",
    ),
    quiz=Quiz(
        "Why is the threshold chosen on validation questions, and not on those that are reported?",
        {
            "it would take too long": "It would not: it takes one sort of all margins.",
            "a threshold chosen on them would flatter the model": "It is the best by luck as well "
            "as by merit there; on fresh questions the luck is gone.",
            "the two have different answers": "They do, but that alone would do no harm.",
        },
        answer="a threshold chosen on them would flatter the model",
    ),
)

EXERCISES = (_F1, _THRESHOLD)
