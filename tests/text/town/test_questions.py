"""Questions: their answers stand in the story, unless they say that they do not."""

from lmlab.text.town import generate

SAMPLE = generate(120, seed=6)


def test_each_answer_is_the_span_that_it_names():
    for story in SAMPLE:
        for question in story.questions:
            assert story.english[question.start : question.end] == question.answer
            assert question.answerable == bool(question.answer)
            assert question.question.endswith("?")


def test_every_kind_is_asked_and_no_question_twice():
    kinds = {question.kind for story in SAMPLE for question in story.questions}
    assert kinds == {"who", "where", "what", "why", "how_many"}
    for story in SAMPLE:
        asked = [question.question for question in story.questions]
        assert len(asked) == len(set(asked)) >= 5


def test_an_answer_says_by_itself_who_is_meant():
    for story in SAMPLE:
        names = {person.name for letter, person in story.scene.cast.items() if letter in "ABC"}
        for question in story.questions:
            if question.kind == "who" and question.answerable:
                assert question.answer in names


def test_two_questions_have_no_answer():
    for story in SAMPLE:
        assert [q.answerable for q in story.questions[-2:]] == [False, False]
        assert all(q.answerable for q in story.questions[:-2])
