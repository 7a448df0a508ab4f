import linecache
import sys
import threading
from dataclasses import replace

import pytest
import torch

import lmlab
from lmlab import viz
from lmlab.course.checking import check, judge
from lmlab.course.exercise import Invariant
from lmlab.course.registry import find

ID = "next_token_probabilities"
HURRIED = replace(find(ID), seconds=0.1)


def right(logits, temperature=1.0):
    return (logits / temperature).softmax(-1)


def test_right_answer_passes_and_points_to_the_source():
    result = check(ID, right)
    assert result.passed
    assert 'solution("next_token_probabilities")' in result.message


def test_check_is_in_the_learners_vocabulary():
    assert lmlab.check is check


def test_unknown_mistake_names_the_broken_invariant_and_the_first_difference():
    result = check(ID, lambda logits, temperature: right(logits, temperature) * 0.9)
    assert "sum to one" in result.message
    assert "numbers differ" in result.message


def test_evidence_shows_what_went_in_what_came_out_and_what_is_wanted():
    result = check(ID, lambda logits, temperature: right(logits, 1.0))
    given, temperature, yours, wanted = result.evidence
    assert given == "logits = [2.0, 1.0, -1.0]"
    assert temperature == "temperature = 0.5"
    assert yours.startswith("yours:  [0.7")
    assert wanted.startswith("wanted: [0.8")


def test_learners_error_is_shown_with_their_own_line():
    def answer(logits, temperature):
        return logits @ torch.ones(99)

    result = check(ID, answer)
    assert not result.passed
    assert "RuntimeError" in result.message
    assert any("return logits @ torch.ones(99)" in line for line in result.evidence)


def test_line_of_a_notebook_cell_is_found():
    source = (
        "def answer(logits, temperature):\n    scaled = logits / temprature\n    return scaled\n"
    )
    linecache.cache["<cell>"] = (len(source), None, source.splitlines(True), "<cell>")
    namespace = {}
    exec(compile(source, "<cell>", "exec"), namespace)
    result = check(ID, namespace["answer"])
    assert "NameError" in result.message
    assert "line 2: scaled = logits / temprature" in result.evidence


def test_none_from_a_written_body_is_a_missing_return():
    def answer(logits, temperature):
        (logits / temperature).softmax(-1)

    result = check(ID, answer)
    assert result.status == "missed"
    assert "return" in result.message


def test_error_of_pytorch_that_is_a_not_implemented_error_is_no_stub():
    def answer(logits, temperature):
        return torch.ops.aten.rand.default(logits)

    assert check(ID, answer).status == "missed"


@pytest.mark.parametrize("answer", [torch.ones(3), 0.5, "softmax"])
def test_called_function_is_told_apart_from_the_function(answer):
    assert "function itself" in check(ID, answer).message


def test_wrong_parameters_are_named():
    assert "(logits, temperature)" in check(ID, lambda logits: logits).message


def test_input_must_not_be_changed():
    def answer(logits, temperature):
        logits /= temperature
        return logits.softmax(-1)

    result = check(ID, answer)
    assert not result.passed
    assert "changes logits" in result.message


def test_other_kind_of_value_is_named():
    result = check(ID, lambda logits, temperature: right(logits, temperature).tolist())
    assert "a value of type list; a tensor of shape (3,)" in result.message


def test_wrong_dtype_is_named():
    result = check("causal_mask", lambda q, k: torch.ones(q, k).tril(k - q))
    assert result.message == "The dtype is torch.float32; torch.bool is wanted."


def test_half_precision_is_named():
    result = check(ID, lambda logits, temperature: right(logits, temperature).half())
    assert "The dtype is torch.float16; torch.float32 is wanted." in result.message


def test_loop_without_end_is_stopped_in_the_first_case_and_shown():
    calls = []

    def answer(logits, temperature):
        calls.append(temperature)
        while temperature > 0:
            logits = logits + 0

    result = judge(HURRIED, answer)
    assert result.status == "missed"
    assert result.message == "Stopped after 0.1 seconds: is there a loop that never ends?"
    given, temperature, line = result.evidence
    assert (given, temperature) == ("logits = [2.0, 1.0, -1.0]", "temperature = 0.5")
    assert "while temperature > 0:" in line or "logits = logits + 0" in line
    assert calls == [0.5]


def test_loop_that_only_an_invariant_meets_is_stopped_too():
    def answer(logits, temperature):
        while temperature == 99:
            pass
        return right(logits, temperature)

    def is_finite(answer, logits, temperature):
        return bool(answer(logits, 99).isfinite().all())

    invariant = Invariant("finite", is_finite, "Every probability must be finite.")
    result = judge(replace(HURRIED, invariants=(invariant,)), answer)
    assert result.message.startswith("Stopped after 0.1 seconds")
    (line,) = result.evidence
    assert "while temperature == 99:" in line or "pass" in line


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit addresses")
@pytest.mark.parametrize("allocate", [lambda: torch.zeros(10**6, 10**6), lambda: "a" * 10**11])
def test_huge_allocation_is_named_with_its_line(allocate):
    def answer(logits, temperature):
        return allocate()

    result = check(ID, answer)
    assert "more memory than there is" in result.message
    assert any("allocate" in line for line in result.evidence)


def test_endless_recursion_is_named():
    def answer(logits, temperature):
        return answer(logits, temperature)

    result = check(ID, answer)
    assert result.message == "Your function calls itself without end: when is it to stop?"
    assert any("return answer(logits, temperature)" in line for line in result.evidence)


def test_exit_does_not_end_the_notebook():
    result = check(ID, lambda logits, temperature: sys.exit(1))
    assert "exit()" in result.message


def test_input_does_not_wait():
    result = check(ID, lambda logits, temperature: float(input("temperature? ")))
    assert "input() has nobody to answer it" in result.message


def test_interrupt_by_the_user_still_interrupts():
    def answer(logits, temperature):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(ID, answer)


def test_check_works_in_a_thread_as_widgets_call_it():
    results = []
    thread = threading.Thread(target=lambda: results.append(check(ID, right)))
    thread.start()
    thread.join()
    assert results[0].passed


def test_what_the_answer_prints_is_shown_once_and_briefly(capsys):
    def answer(logits, temperature):
        for _ in range(9):
            print("shape", tuple(logits.shape))
        return right(logits, temperature)

    result = check(ID, answer)
    assert result.passed
    assert result.evidence == (*["printed: shape (3,)"] * 5, "…")
    assert capsys.readouterr().out == ""


def test_random_answer_is_told_that_it_varies():
    result = check(ID, lambda logits, temperature: torch.rand(logits.shape))
    assert "two different results" in result.message


def test_answer_that_keeps_something_is_told_that_it_varies():
    seen = []

    def answer(logits, temperature):
        seen.append(1)
        return right(logits, temperature) * len(seen)

    assert "keep something from one call to the next" in check(ID, answer).message


def test_answer_that_is_wrong_only_sometimes_is_caught():
    def answer(logits, temperature):
        return right(logits, temperature if logits.dim() < 3 else 1.0)

    assert "numbers differ" in check(ID, answer).message


def test_check_draws_from_no_random_numbers_that_a_later_cell_may_count_on():
    torch.manual_seed(0)
    wanted = torch.rand(1)
    torch.manual_seed(0)
    check(ID, lambda logits, temperature: torch.rand(logits.shape))
    assert torch.rand(1) == wanted


def test_pass_points_to_the_quiz_where_there_is_one():
    assert 'quiz("causal_mask")' in check("causal_mask", find("causal_mask").solution).message
    assert "quiz" not in check(ID, right).message


CLICK = "induction_head"


@pytest.fixture
def view():
    """A live view of six heads, one of which does induction; it opens with another."""
    weights, ids = next(iter(find(CLICK).cases(0)))
    tokens = [str(token) for token in ids.tolist()]
    return viz.model_view(weights, tokens, layer=1, head=0, live=True)


def click(view, layer, head):
    view.widget.selected = {**view.widget.selected, "layer": layer, "head": head}
    return check(CLICK, view)


def test_a_view_that_nobody_touched_is_not_attempted(view):
    result = check(CLICK, view)
    assert result.status == "not attempted"
    assert find(CLICK).hints[0] in result.message


def test_the_right_head_may_be_clicked_and_a_known_mistake_is_named(view):
    weights, ids = next(iter(find(CLICK).cases(0)))
    right = find(CLICK).solution(weights, ids)
    duplicate = find(CLICK).wrong_answers[1]
    assert click(view, *right).passed
    missed = click(view, *duplicate.function(weights, ids))
    assert missed.status == "missed" and missed.message == duplicate.sentence


def test_a_click_that_no_mistake_explains_is_told_a_hint_and_not_the_answer(view):
    weights, ids = next(iter(find(CLICK).cases(0)))
    exercise = replace(find(CLICK), wrong_answers=())
    view.widget.selected = {**view.widget.selected, "layer": 1, "head": 2}
    result = judge(exercise, view)
    assert result.status == "missed" and exercise.hints[0] in result.message
    assert str(exercise.solution(weights, ids)) not in repr(result)


def test_a_view_is_no_answer_where_a_function_is_asked_for(view):
    assert "function itself" in check(ID, view).message


ODD = {
    "sparse": torch.ones(3).to_sparse(),
    "complex": torch.ones(3, dtype=torch.cfloat),
    "empty": torch.empty(0),
    "array": torch.ones(3).numpy(),
    "gradient": torch.ones(3, requires_grad=True),
    "huge": 2**50_000,
    "nan": float("nan"),
    "text": "softmax",
    "list": [[torch.ones(3)], None],
    "dictionary": {"probs": torch.ones(3)},
    "set": {1, 2},
    "function": len,
    "module": torch.nn.Linear(1, 1),
    "type": torch.Tensor,
    "true": True,
}


@pytest.mark.parametrize("exercise_id", [ID, "perplexity", "count_ngrams", "next_token_pairs"])
@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_whatever_comes_back_check_answers(value, exercise_id):
    result = check(exercise_id, lambda *values: value)
    assert result.status == "missed"
    assert result.message and result._repr_html_()
    assert "two different results" not in result.message


def test_unknown_id_names_the_nearest():
    with pytest.raises(ValueError, match="causal_mask"):
        check("casual_mask", right)


def test_result_is_marked_in_words_and_escaped():
    def answer(logits, temperature):
        raise ValueError("<script>alert(1)</script>")

    result = check(ID, answer)
    assert repr(result).startswith("✗ Not yet: next_token_probabilities")
    assert "<script>" not in result._repr_html_()
    assert "&lt;script&gt;" in result._repr_html_()
    assert repr(check(ID, right)).startswith("✓ Correct")
    assert repr(check(ID, None)).startswith("○ Not attempted")
