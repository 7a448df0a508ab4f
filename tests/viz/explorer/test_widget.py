from lmlab.viz.explorer.widget import answering_widget, explorer_widget


def test_the_widget_runs_the_script_it_is_given_on_the_payload():
    payload = {"view": "head_view", "selected": {"layer": 0, "head": 0, "query": 0, "key": 0}}
    widget = explorer_widget(payload, "export default {}")
    assert widget.payload == payload
    assert widget.selected == payload["selected"]
    assert widget._esm == "export default {}"


def test_an_answer_carries_the_number_of_its_question():
    payload = {"view": "generate_lab", "selected": {"at": 0}}
    widget = answering_widget(payload, "", lambda asked: {"twice": 2 * asked["n"]})
    widget.asked = {"n": 21, "number": "x"}
    assert widget.answered == {"twice": 42, "number": "x"}


def test_an_error_reaches_the_view_and_the_next_question_is_answered():
    payload = {"view": "generate_lab", "selected": {"at": 0}}
    widget = answering_widget(payload, "", lambda asked: {"inverse": 1 / asked["n"]})
    widget.asked = {"n": 0, "number": "x"}
    assert widget.answered == {"error": "ZeroDivisionError: division by zero", "number": "x"}
    widget.asked = {"n": 2, "number": "y"}
    assert widget.answered == {"inverse": 0.5, "number": "y"}
