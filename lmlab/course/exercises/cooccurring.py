"""Which words go together in two languages: a dictionary from counts."""

import torch

from lmlab.course.exercise import Exercise, Invariant, Quiz, WrongAnswer


def _cases(seed):
    """Counts of two words and two runs, then of more; some pairs are never seen apart."""
    generator = torch.Generator().manual_seed(seed)
    yield torch.tensor([[3, 1], [0, 2]]), torch.tensor([3, 4]), torch.tensor([3, 5])
    for shape in ((2, 3), (4, 2), (3, 3), (1, 4), (5, 6)):
        together = torch.randint(0, 9, shape, generator=generator)
        words = together.amax(dim=1) + torch.randint(1, 9, shape[:1], generator=generator)
        runs = together.amax(dim=0) + torch.randint(1, 9, shape[1:], generator=generator)
        together[0, 0] = words[0] = runs[0] = 9
        yield together, words, runs


def _is_a_share(answer, together, words, runs):
    scores = answer(together, words, runs)
    return bool(((scores >= 0) & (scores <= 1 + 1e-6)).all())


def _never_apart_is_one(answer, together, words, runs):
    never_apart = (together == words[:, None]) & (together == runs)
    return bool((answer(together, words, runs)[never_apart] > 1 - 1e-6).all())


EXERCISES = (
    Exercise(
        id="dice",
        chapter="06_1_machine_translation",
        number="6.1.1",
        title="What goes together: the Dice coefficient",
        difficulty=1,
        minutes=8,
        reference="lmlab.tasks.translation.dictionary.dice",
        cases=_cases,
        invariants=(
            Invariant(
                "between 0 and 1",
                _is_a_share,
                "A Dice coefficient lies between 0 and 1; some of yours do not.",
            ),
            Invariant(
                "never apart is 1",
                _never_apart_is_one,
                "A word and a run that are never seen without each other must get exactly 1.",
            ),
        ),
        wrong_answers=(
            WrongAnswer(
                lambda together, words, runs: together / (words[:, None] + runs),
                "Only half of it: what is never seen apart should get 1, and gets 0.5. Each "
                "meeting counts for both sides, so multiply by 2.",
            ),
            WrongAnswer(
                lambda together, words, runs: 2 * together / (words[:, None] * runs),
                "The counts of word and run are multiplied; they are to be added.",
            ),
            WrongAnswer(
                lambda together, words, runs: together / words[:, None],
                "This is the share of the word's sentences that have the run. Frequent runs, such "
                "as a full stop, win everywhere: the run's own count has to weigh in.",
            ),
            WrongAnswer(
                lambda together, words, runs: together / runs,
                "This is the share of the run's sentences that have the word: frequent words win "
                "everywhere. The word's own count has to weigh in as well.",
            ),
            WrongAnswer(
                lambda together, words, runs: together / (words[:, None] + runs - together),
                "This is the Jaccard index, |A ∩ B| / |A ∪ B|. It ranks alike, but is another "
                "number; Dice is 2 · |A ∩ B| / (|A| + |B|).",
            ),
            WrongAnswer(
                lambda together, words, runs: together / (words[:, None] * runs).sqrt(),
                "This divides by the geometric mean of the two counts (the cosine). Dice divides "
                "by their arithmetic mean.",
            ),
            WrongAnswer(
                lambda together, words, runs: (
                    2 * together / (together.sum(dim=1, keepdim=True) + together.sum(dim=0))
                ),
                "The sums of the table are taken for the counts. A sentence has many runs, so a "
                "word's row adds up to far more than its sentences: use `words` and `runs`.",
            ),
            WrongAnswer(
                lambda together, words, runs: 2 * together // (words[:, None] + runs),
                "// leaves whole numbers, so that nearly all is 0: divide with /.",
            ),
            WrongAnswer(
                lambda together, words, runs: 2 * together.T / (words + runs[:, None]),
                "Rows and columns are swapped: one row for each word, one column for each run.",
            ),
        ),
        hints=(
            "On paper: a word stands in 3 sentences, a run in 5, both in 2. What is twice 2 "
            "divided by 3 + 5?",
            "`words` has one entry for each row of `together`, `runs` one for each column. Adding "
            "them needs an axis: words[:, None] is (words, 1).",
            "2 * together / (words[:, None] + …)",
        ),
        quiz=Quiz(
            "“the” stands in nearly every English sentence, 。 in every Chinese one. What is their "
            "Dice coefficient?",
            {
                "near 1": "They are hardly ever seen apart. Counting together is not translating: "
                "a frequent word goes with whatever is frequent.",
                "near 0, as they mean different things": "The counts know nothing of meaning. Both "
                "are everywhere, so they are everywhere together.",
                "about 0.5": "Dice is 0.5 when half of the sightings are shared. Here nearly all "
                "of them are.",
            },
            answer="near 1",
        ),
    ),
)
