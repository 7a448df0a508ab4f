import inspect
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lmlab.course.leaks import leaks
from lmlab.course.registry import all_exercises, find

MASK, BITS = find("causal_mask"), find("bits_per_character")
"""One whose answer is several statements, one whose answer is a single expression."""

TOLD = """\
seen = torch.ones(rows, columns, dtype=torch.bool, device=where)
seen.tril(diagonal=columns - rows)
"""


def told(*sources, exercises=(MASK, BITS)):
    """What leaks from code cells, as words."""
    return [
        str(leak) for leak in leaks(new_notebook(cells=[*map(new_code_cell, sources)]), exercises)
    ]


@pytest.mark.parametrize("exercise", all_exercises().values(), ids=lambda exercise: exercise.id)
def test_the_source_of_each_reference_is_found(exercise):
    source = inspect.getsource(inspect.unwrap(exercise.solution))
    found = leaks(new_notebook(cells=[new_code_cell(textwrap.dedent(source))]), [exercise])
    assert "cell 1 holds the answer, `" in str(found[0]) and found[0].exercise == exercise.id


names = st.lists(st.sampled_from("abcdefgh"), min_size=4, max_size=4, unique=True)


@given(names=names, comment=st.sampled_from(["", "  # look", "  # so"]), deep=st.booleans())
def test_names_comments_and_depth_hide_nothing(names, comment, deep):
    seen, rows, columns, where = names
    lines = [
        f"{seen} = torch.ones({rows}, {columns}, dtype=torch.bool, device={where}){comment}",
        "",
        f"return {seen}.tril( diagonal = {columns} - {rows} )",
    ]
    head = ["class Masks:", "    def make(self):"] if deep else ["def make():"]
    margin = "    " * len(head)
    (leak,) = told("\n".join([*head, *(margin + line for line in lines)]))
    assert leak.startswith("cell 1 holds the answer, `") and leak.endswith(" of causal_mask")


def test_checks_docstrings_and_type_hints_in_between_hide_nothing():
    first, last = TOLD.splitlines()
    assert told(f'{first}\nassert seen.all()\n"""A word."""\nmask: torch.Tensor = {last}')


@pytest.mark.parametrize(
    "code",
    [
        TOLD.replace("columns - rows", "rows - columns"),  # another use of the same names
        TOLD.replace("tril", "triu"),
        TOLD.replace("torch.ones", "make"),
        TOLD.splitlines()[0],  # half of it
        TOLD.replace("\n", "\nprint(seen)\n", 1),
        "loss / math.log(3) / length",
        "loss / math.log(2) / loss",
        "def causal_mask(a, b):\n    return 1",  # no stub of that name is asked for here
        'lmlab.hint("causal_mask")\nlmlab.hint("perplexity", 3)',
        "!pip install lmlab\n%matplotlib inline\n1 +",
    ],
)
def test_other_code_is_no_leak(code):
    assert told(code) == []


def test_one_expression_is_found_inside_another_and_in_the_text():
    expression = "loss / math.log(2) / length"
    assert told(f"!ls\nx = (1\n    % 2)\ny = {expression}")
    assert told(f"%time print(1)\nprint(f'{{{expression}:.2f}}')")
    for text in (f"Bits are `{expression}`.", f"So:\n\n```python\nx = {expression}\n```\n"):
        book = new_notebook(cells=[new_markdown_cell("# Bits"), new_markdown_cell(text)])
        (leak,) = leaks(book, [MASK, BITS])
        assert (leak.cell, leak.exercise) == (2, "bits_per_character")
    assert not leaks(new_notebook(cells=[new_markdown_cell(f"Bits are {expression}.")]), [BITS])


def test_a_function_beside_its_stub_that_is_written_out_is_found():
    stub, written = "def causal_mask(a, b):\n    ...", "def causal_mask(a, b):\n    return mine(a)"
    assert told(stub, written) == ["cell 2 holds a written answer of causal_mask"]
    assert told(stub) == []


def test_a_hint_is_found_folded_over_lines_and_opened():
    words = MASK.hints[-1].split()
    text = " ".join(words[:5]) + "\n" + " ".join(words[5:])
    found = leaks(new_notebook(cells=[new_markdown_cell(text)]), [MASK])
    assert str(found[0]) == f"cell 1 holds the words of hint {len(MASK.hints)} of causal_mask"
    assert told('lmlab.hint( "causal_mask", 1)') == ["cell 1 holds an opened hint of causal_mask"]
