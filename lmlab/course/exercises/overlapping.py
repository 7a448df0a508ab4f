"""How near a translation comes to its reference, by the characters that both have."""

import random
from collections import Counter

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _cases(seed):
    """Two words, a shorter and a longer text, repetition, nothing shared, then random letters."""
    rng = random.Random(seed)
    yield "kitten", "kite", 2, 2
    yield "the red kite", "a kite", 2, 2
    yield "去了公园", "米娅去了公园里", 1, 2
    yield "aaaa", "aab aa b", 2, 1
    yield "baab", "cc ddd", 2, 2
    for n, beta in ((1, 2), (2, 3), (1, 1), (2, 2)):
        yield _letters(rng, 9), _letters(rng, 14), n, beta
        yield _letters(rng, 14), _letters(rng, 8), n, beta


def _letters(rng, length):
    return "ab " + "".join(rng.choice("aab c") for _ in range(length)) + "ba"


def _same_text_is_one(answer, translation, reference, n, beta):
    return abs(answer(reference, reference, n, beta) - 1) < 1e-6


def _spaces_do_not_count(answer, translation, reference, n, beta):
    spread = " ".join(translation)
    whole, apart = (answer(text, reference, n, beta) for text in (translation, spread))
    return abs(whole - apart) < 1e-6


def _ngrams(text, n, keep_spaces=False):
    text = text if keep_spaces else text.replace(" ", "")
    return Counter(text[i : i + n] for i in range(len(text) - n + 1))


def _score(combine, shared=lambda said, wanted: (said & wanted).total(), count=_ngrams):
    """An answer from how n-grams are counted, how shared ones are, and what is made of both."""

    def answer(translation, reference, n, beta):
        said, wanted = count(translation, n), count(reference, n)
        both = shared(said, wanted)
        if not both:
            return 0.0
        return combine(both / said.total(), both / wanted.total(), beta)

    return answer


def _f(p, r, beta):
    return (1 + beta**2) * p * r / (beta**2 * p + r)


def _without_guard(translation, reference, n, beta):
    said, wanted = _ngrams(translation, n), _ngrams(reference, n)
    both = (said & wanted).total()
    return _f(both / said.total(), both / wanted.total(), beta)


EXERCISES = (
    Exercise(
        id="ngram_f_score",
        chapter="06_1_machine_translation",
        number="6.1.2",
        title="chrF, one length of n-gram",
        difficulty=2,
        minutes=12,
        reference="lmlab.tasks.translation.overlap.ngram_f_score",
        cases=_cases,
        invariants=(
            Invariant(
                "the reference itself gets 1",
                _same_text_is_one,
                "A translation that is the reference, letter by letter, must get 1.",
            ),
            Invariant(
                "spaces do not count",
                _spaces_do_not_count,
                "Spaces put between the letters of a translation must not change its score.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                _score(_f, count=lambda text, n: _ngrams(text, n, keep_spaces=True)),
                "Spaces are counted as characters. Take them out of both texts first.",
            ),
            WrongAnswer(
                _score(_f, count=lambda text, n: Counter(set(_ngrams(text, n)))),
                "Each n-gram is counted once, however often it stands there. Count with Counter, "
                "not with set.",
            ),
            WrongAnswer(
                _score(
                    _f,
                    shared=lambda said, wanted: sum(said[gram] for gram in said if gram in wanted),
                ),
                "An n-gram that the translation repeats is credited each time, even where the "
                "reference has it once: a babble of frequent letters would win. Credit it as often "
                "as both have it.",
            ),
            WrongAnswer(
                _score(lambda p, r, beta: p),
                "This is the precision alone: one right letter, and nothing else, would be a "
                "perfect translation. Recall has to come in.",
            ),
            WrongAnswer(
                _score(lambda p, r, beta: r),
                "This is the recall alone: a text that says everything there is to say would be "
                "perfect. Precision has to come in.",
            ),
            WrongAnswer(
                _score(lambda p, r, beta: _f(p, r, 1)),
                "Precision and recall weigh the same here (F1). β says how much more recall "
                "counts: (1 + β²) p r / (β² p + r).",
            ),
            WrongAnswer(
                _score(lambda p, r, beta: _f(r, p, beta)),
                "β stands at the wrong one of the two, so that precision counts more. In the "
                "denominator β² goes with p.",
            ),
            WrongAnswer(
                _score(lambda p, r, beta: (1 + beta) * p * r / (beta * p + r)),
                "β is not squared: (1 + β²) p r / (β² p + r).",
            ),
            WrongAnswer(
                _score(lambda p, r, beta: (p + r) / 2),
                "This is the plain mean of precision and recall. The F-score is a harmonic one: it "
                "is small when either of them is.",
            ),
            WrongAnswer(
                _without_guard,
                "Right but where nothing is shared: then precision and recall are 0, and 0 / 0 "
                "stops your function. Return 0.0 there.",
            ),
        ),
        hints=(
            "kitten and kite with n = 2: ki it tt te en, and ki it te. Three are shared. What is "
            "the precision, what the recall?",
            "Counter(text[i : i + n] for i in range(len(text) - n + 1)) counts the n-grams of a "
            "text without spaces; `a & b` keeps what both have, as often as both have it.",
            "shared = (said & wanted).total(); p = shared / said.total(); r = shared / "
            "wanted.total(). Return 0.0 if nothing is shared, else the F-score.",
        ),
        quiz=Quiz(
            "Why does chrF count runs of characters, and not words?",
            {
                "It is faster": "Counting characters is a little slower: there are more of them.",
                "A word with a wrong ending still gets most of its credit, and nobody has to say "
                "where Chinese words end": "So it suits languages with many endings and those "
                "that write no spaces.",
                "It understands what the words mean": "No metric of this kind does. 高兴 and 开心 "
                "both mean happy, and share nothing.",
            },
            answer="A word with a wrong ending still gets most of its credit, and nobody has to "
            "say where Chinese words end",
        ),
    ),
)
