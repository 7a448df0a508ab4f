import linecache

import pytest
import torch

import lmlab
from lmlab.course.checking import check

ID = "next_token_probabilities"


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
