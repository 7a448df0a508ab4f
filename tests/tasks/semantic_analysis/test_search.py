"""A search gives passages of its index, the nearest first, and recall counts what was found."""

from lmlab.tasks import evaluate
from lmlab.tasks.semantic_analysis import search
from lmlab.tasks.semantic_analysis.words import word_vectors

PASSAGES = [
    f"passage {word}" for word in "one two three four five six seven eight nine ten".split()
]


def test_what_shares_words_is_found_first():
    find = search.by_searching(word_vectors(PASSAGES), PASSAGES, "words")
    first, second = find(["which is five?", "is it nine"])
    assert (first[0], second[0]) == ("passage five", "passage nine")
    assert sorted(first) == sorted(PASSAGES)
    assert find.__name__ == "words"


def test_recall_is_the_share_of_the_relevant_among_the_first():
    assert search.recall_at(["b", "a", "c"], {"a", "c"}, 2) == 0.5
    assert search.recall_at(["b", "a", "c"], {"a", "c"}, 3) == 1
    assert search.recall(1)([["b", "a"]], [frozenset("a")]) == 0


def test_the_manual_is_small_prose_without_repetition():
    passages = search.reference_passages()
    assert 150 < len(passages) < 400
    assert len(set(passages)) == len(passages)
    assert all(len(each) >= search.SHORTEST_PASSAGE for each in passages)


def test_nearly_every_question_has_its_one_passage():
    examples = search.search_examples(search.reference_passages())
    assert len(examples) > 0.7 * len(search.QUESTIONS)
    assert sum(len(each.wanted) == 1 for each in examples) > 0.8 * len(examples)


def test_a_question_that_no_passage_answers_is_left_out():
    assert search.search_examples(["nothing of this"]) == []


def test_a_search_that_knows_the_answers_gets_100():
    examples = search.SEARCH.examples("held-out", 5)
    answers = {each.input: [*each.wanted] for each in examples}
    report = evaluate(
        search.SEARCH, lambda asked: [answers[each] for each in asked], n=5, progress=False
    )
    assert report["recall@1"].value == 100
