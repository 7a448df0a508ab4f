import pytest

from lmlab.course.prediction import predict


@pytest.fixture
def question():
    options = {"It grows": "Look at <b> again.", "It falls": "Less is left over."}
    return predict("What happens to the loss?", options, answer="It falls")


def test_feedback_is_hidden_until_an_option_is_opened(question):
    html = question._repr_html_()
    assert html.count("<details") == 2 and " open>" not in html
    assert "Less" not in repr(question)
    assert "b) It falls" in repr(question)


def test_each_option_has_its_feedback(question):
    assert question.choose("a") == "✗ No. Look at <b> again."
    assert question.choose("B") == "✓ Yes. Less is left over."


def test_text_is_escaped(question):
    assert "&lt;b&gt;" in question._repr_html_()


def test_letter_that_is_no_option_is_refused(question):
    with pytest.raises(ValueError, match="a to b"):
        question.choose("c")


def test_answer_must_be_one_of_the_options():
    with pytest.raises(ValueError, match="none of the options"):
        predict("?", {"yes": "", "no": ""}, answer="perhaps")
