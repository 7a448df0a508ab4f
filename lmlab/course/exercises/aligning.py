"""How well words were aligned: the alignment error rate."""

import random
from itertools import product

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _cases(seed):
    """A few links, no links at all, then random ones; the sure links are possible too."""
    rng = random.Random(seed)
    yield {(0, 0), (1, 2), (3, 1)}, {(0, 0), (2, 2)}, {(0, 0), (2, 2), (3, 1)}
    yield {(0, 0), (1, 1)}, {(0, 0), (1, 1)}, {(0, 0), (1, 1), (1, 2)}
    yield set(), set(), {(0, 1)}
    everywhere = list(product(range(5), range(5)))
    for size in (4, 6, 9, 12):
        possible = set(rng.sample(everywhere, 8))
        sure = set(rng.sample(sorted(possible), 3))
        hits = rng.sample(sorted(sure), 1) + rng.sample(sorted(possible - sure), 2)
        misses = rng.sample(sorted(set(everywhere) - possible), size - 3)
        yield {*hits, *misses}, sure, possible


def _perfect_is_zero(answer, links, sure, possible):
    return abs(answer(possible, sure, possible)) < 1e-9


def _rates_lie_between(answer, links, sure, possible):
    return -1e-9 <= answer(links, sure, possible) <= 1 + 1e-9


def _share(part, whole):
    return part / whole if whole else 1.0


def _no_guard(links, sure, possible):
    return 1 - (len(links & sure) + len(links & possible)) / (len(links) + len(sure))


EXERCISES = (
    Exercise(
        id="alignment_error_rate",
        chapter="06_1_machine_translation",
        number="6.1.5",
        title="The alignment error rate",
        difficulty=2,
        minutes=8,
        reference="lmlab.tasks.translation.alignment.alignment_error_rate",
        cases=_cases,
        invariants=(
            Invariant(
                "all possible links, and no others, are no error",
                _perfect_is_zero,
                "Links that are all possible, with every sure one among them, must get 0.",
            ),
            Invariant(
                "a rate", _rates_lie_between, "An error rate lies between 0 and 1; yours does not."
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda links, sure, possible: (
                    1 - _no_guard(links, sure, possible) if links or sure else 1.0
                ),
                "This is the agreement, 1 for a perfect alignment. The error rate is 1 minus it.",
            ),
            WrongAnswer(
                lambda links, sure, possible: 1 - _share(len(links & possible), len(links)),
                "This asks only whether the links are possible. Who links next to nothing has no "
                "error then: sure links that are missing must count.",
            ),
            WrongAnswer(
                lambda links, sure, possible: 1 - _share(len(links & sure), len(sure)),
                "This asks only whether the sure links were found. Who links everything with "
                "everything has no error then: links that are not even possible must count.",
            ),
            WrongAnswer(
                lambda links, sure, possible: (
                    1 - _share(2 * len(links & sure), len(links) + len(sure))
                ),
                "Links that are possible but not sure are counted as errors here. They need not be "
                "found, and may be: the second term is |links ∩ possible|.",
            ),
            WrongAnswer(
                lambda links, sure, possible: (
                    1 - _share(2 * len(links & possible), len(links) + len(possible))
                ),
                "Here every possible link has to be found. Only the sure ones must be: the first "
                "term is |links ∩ sure|, and |sure| stands below.",
            ),
            WrongAnswer(
                lambda links, sure, possible: (
                    1
                    - _share(len(links & sure) + len(links & possible), len(links) + len(possible))
                ),
                "Below the line stands |links| + |sure|, not |links| + |possible|: nobody has to "
                "find all that is possible.",
            ),
            WrongAnswer(
                lambda links, sure, possible: 1 - _share(len(links & sure), len(links | sure)),
                "This is 1 minus the Jaccard index of the links and the sure ones. The rate adds "
                "two counts above the line and two below.",
            ),
            WrongAnswer(
                _no_guard,
                "Right but where there is neither a link nor a sure one: 0 / 0 stops your "
                "function. There is no error then, so return 0.0.",
            ),
        ),
        hints=(
            "Three links were made, two are sure. One link is sure, another merely possible, the "
            "third wrong; one sure link is missing. Count |links ∩ sure| and |links ∩ possible|.",
            "Sets in Python: a & b is what both have, len(a) how many. Sure links are possible "
            "too, so a sure one that was found counts in both terms.",
            "1 - (len(links & sure) + len(links & possible)) / (len(links) + len(sure)), and 0.0 "
            "where that would divide by 0.",
        ),
        quiz=Quiz(
            "“under a bench” is 长椅下面. Which links would you call sure?",
            {
                "all three words with all four characters": "Then an aligner that gives each "
                "character one word could never be right: it would miss two of three.",
                "none; all of them are possible": "Which of the words renders 下面 is a matter of "
                "taste: whoever picks one of them makes no error.",
                "the first word with the first character, and so on": "The order is the other way "
                "round in Chinese: bench comes first.",
            },
            answer="none; all of them are possible",
        ),
    ),
)
