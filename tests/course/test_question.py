import pytest

import lmlab
from lmlab.course import question
from lmlab.course.exercise import Quiz
from lmlab.course.logbook import progress
from lmlab.course.question import predict, quiz
from lmlab.course.registry import all_exercises

QUIZZES = [exercise for exercise in all_exercises().values() if exercise.quiz]


@pytest.fixture
def asked():
    options = {"It grows": "Look at <b> again.", "It falls": "Less is left over."}
    return predict("What happens to the loss?", options, answer="It falls")


@pytest.fixture
def outputs(monkeypatch):
    """What a cell would show, in order."""
    shown = []
    monkeypatch.setattr(question, "display", lambda value, raw=False: shown.append(value))
    return shown


def status(exercise_id):
    return {row.exercise.id: row.quiz_status for row in progress().rows}[exercise_id]


def test_feedback_is_hidden_until_an_option_is_opened(asked):
    html = asked._repr_html_()
    assert html.count("<details") == 2 and " open>" not in html
    assert "Less" not in repr(asked)
    assert "b) It falls" in repr(asked)


def test_each_option_has_its_feedback(asked):
    assert asked.choose("a") == "✗ No. Look at <b> again."
    assert asked.choose("B") == "✓ Yes. Less is left over."


def test_text_is_escaped(asked):
    assert "&lt;b&gt;" in asked._repr_html_()
    _, choice, feedback = asked.widget.children
    choice.index = 0
    assert "&lt;b&gt;" in feedback.value and "<b>" not in feedback.value.replace("<b><span", "")


@pytest.mark.parametrize("letter", ["c", "", "7"])
def test_letter_that_is_no_option_is_refused(asked, letter):
    with pytest.raises(ValueError, match="a to b"):
        asked.choose(letter)


def test_answer_must_be_one_of_the_options():
    with pytest.raises(ValueError, match="none of the options"):
        predict("?", {"yes": "", "no": ""}, answer="perhaps")


def test_radio_buttons_say_the_same_as_the_fallback(asked):
    _, choice, feedback = asked.widget.children
    assert choice.index is None and feedback.value == ""
    choice.index = 1
    assert "✓" in feedback.value and "Yes." in feedback.value and "Less is left" in feedback.value
    choice.index = 0
    assert "✗" in feedback.value and "Look at" in feedback.value


def test_page_without_a_kernel_gets_the_fallback_alone(asked, outputs):
    asked._ipython_display_()
    (only,) = outputs
    assert only == {"text/html": asked._repr_html_(), "text/plain": repr(asked)}


def test_widget_comes_second_and_hides_the_fallback_while_it_works(asked, outputs, monkeypatch):
    class Shell:
        kernel = "there is one"

    monkeypatch.setattr(question, "get_ipython", Shell)
    asked._ipython_display_()
    fallback, widget = outputs
    name = fallback["text/html"].split("'")[1]
    assert name.startswith("lmlab-question-")
    assert f"<style>.{name}{{display:none}}</style>" in widget.children[0].value


def test_the_same_question_gives_the_same_bytes(asked):
    again = predict(asked.quiz.question, asked.quiz.options, asked.quiz.answer)
    assert again._repr_html_() == asked._repr_html_()


def test_prediction_leaves_no_trace(asked, learner_home):
    asked.choose("b")
    asked.widget.children[1].index = 0
    assert not learner_home.exists()


def test_answer_to_a_quiz_is_kept_and_once_right_it_stays_right():
    choice = quiz("causal_mask").widget.children[1]
    right = list(find_quiz("causal_mask").options).index(find_quiz("causal_mask").answer)
    choice.index = right - 1
    assert status("causal_mask") == "missed"
    choice.index = right
    choice.index = right - 1
    assert status("causal_mask") == "passed"


def find_quiz(exercise_id):
    return all_exercises()[exercise_id].quiz


def test_quiz_is_in_the_courses_vocabulary():
    assert lmlab.course.quiz is quiz


def test_exercise_without_a_quiz_names_those_with_one():
    with pytest.raises(ValueError, match="there is one for causal_mask"):
        quiz("next_token_probabilities")


@pytest.mark.parametrize("exercise", QUIZZES, ids=lambda exercise: exercise.id)
def test_every_quiz_teaches_whatever_is_chosen(exercise):
    options = exercise.quiz.options
    assert 2 <= len(options) <= 5
    assert len(set(options.values())) == len(options)
    assert all(len(feedback) > 20 for feedback in options.values())


def test_quiz_data_is_checked_when_it_is_written():
    with pytest.raises(ValueError, match="none of the options: yes, no"):
        Quiz("?", {"yes": "", "no": ""}, answer="perhaps")
