import pytest

from lmlab.course.hints import hint, solution
from lmlab.generate import probabilities

ID = "next_token_probabilities"


def test_hints_come_one_by_one():
    assert "Hint 1 of 3" in repr(hint(ID)) and "Hint 2" not in repr(hint(ID))
    assert 'Next: hint("next_token_probabilities", 2)' in repr(hint(ID))
    assert "Hint 2 of 3" in repr(hint(ID, 2))


def test_after_the_last_hint_comes_the_solution():
    assert 'Next: solution("next_token_probabilities")' in repr(hint(ID, 3))


def test_hints_are_folded_one_inside_the_other():
    html = hint(ID)._repr_html_()
    assert html.count("<details") == 3 and " open>" not in html
    assert html.index("Hint 1") < html.index("Hint 2") < html.index("Hint 3")
    assert hint(ID, 2)._repr_html_().count(" open>") == 2


def test_hint_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="1 to 3"):
        hint(ID, 4)


def test_solution_is_the_packages_own_source():
    found = solution(ID)
    assert found.path == "lmlab/generate/sampling.py"
    assert found.source.startswith(f"def {probabilities.__name__}(")
    assert "softmax" in repr(found)


def test_solution_is_folded():
    assert solution(ID)._repr_html_().startswith("<details")
