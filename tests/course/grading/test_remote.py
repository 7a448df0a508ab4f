"""Answers behind the wire are judged as they are judged in a notebook."""

import inspect
import subprocess
import sys

import pytest
import torch

from lmlab.course.calls import is_stub, own_line
from lmlab.course.checking import judge
from lmlab.course.grading.answers import READY, Answer
from lmlab.course.grading.cells import Cell
from lmlab.course.grading.remote import load
from lmlab.course.grading.sandbox import Sandbox
from lmlab.course.registry import all_exercises, find


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(seconds=1000) as one:
        yield one


@pytest.fixture
def remote(sandbox):
    def of(source, name="causal_mask"):
        sandbox.until(60)
        answer = Answer(find(name), Cell(1, source))
        return load(sandbox, answer, list(READY.values()), f"<cell of {name}>")

    return of


def test_value_comes_back(remote):
    answer = remote("def causal_mask(a, b=2):\n    return {a: [b, (torch.ones(2), None)]}")
    found = answer(1, 3)
    assert found[1][0] == 3 and torch.equal(found[1][1][0], torch.ones(2))
    assert str(inspect.signature(answer)) == "(a, b=Ellipsis)"


def test_error_is_raised_with_its_type_and_the_students_line(remote):
    answer = remote("def causal_mask(a):\n    b = a\n    return {}[b]\n")
    with pytest.raises(KeyError) as caught:
        answer("x")
    assert caught.value.args == ("x",)
    assert own_line(caught.value) == "line 3: return {}[b]"


def test_errors_of_the_students_own_and_odd_ones_keep_their_name(remote):
    answer = remote("class Oh(Exception): pass\ndef causal_mask(a):\n    raise Oh('no')\n")
    with pytest.raises(Exception, match="no") as caught:
        answer(1)
    assert type(caught.value).__name__ == "Oh"
    with pytest.raises(UnicodeDecodeError):
        remote("def causal_mask(a):\n    return b'\\xff'.decode()")(1)
    with pytest.raises(SystemExit):
        remote("def causal_mask(a):\n    raise SystemExit(3)")(1)


def test_what_is_printed_is_printed_here_and_a_flood_is_cut(remote, capsys):
    remote("def causal_mask(a):\n    print('seen', a)")(7)
    assert capsys.readouterr().out == "seen 7\n"
    remote("def causal_mask(a):\n    print('x' * 10**7)")(7)
    assert len(capsys.readouterr().out) < 10**4


def test_what_is_changed_in_an_argument_is_changed_here(remote):
    x, items, kept = torch.ones(3), [1, 2], torch.zeros(2)
    remote("def causal_mask(x, items, kept):\n    x[1] = 5\n    items.append(3)")(x, items, kept)
    assert x.tolist() == [1, 5, 1] and items == [1, 2, 3] and kept.tolist() == [0, 0]


def test_function_is_called_back_and_gradients_go_through_it(remote):
    source = """
def causal_mask(f, x):
    x = x.requires_grad_()
    return f(x), torch.autograd.grad(f(x), x)[0]
"""
    value, slope = remote(source)(lambda x: (x**3).sum(), torch.tensor([1.0, 2.0]))
    assert value == 9
    assert slope.tolist() == [3, 12]


def test_function_that_is_called_wrongly_is_the_answers_error(remote):
    with pytest.raises(RuntimeError, match="TypeError"):
        remote("def causal_mask(f):\n    return f(1, 2, 3)")(lambda x: x)


@pytest.mark.parametrize(
    "body, expected", [("...", True), ("'''Later.'''", True), ("a = 1", False)]
)
def test_stub_is_seen_from_here(remote, body, expected):
    answer = remote(f"def causal_mask(query_len, key_len):\n    {body}")
    assert is_stub(answer) == expected
    status = judge(find("causal_mask"), answer).status
    assert status == ("not attempted" if expected else "missed")


def test_cell_without_the_function_says_so(remote):
    with pytest.raises(NameError, match="defines no function causal_mask"):
        remote("x = 1")
    with pytest.raises(ZeroDivisionError):
        remote("x = 1 / 0\n")


@pytest.mark.parametrize(
    "source, expected",
    [
        ("def causal_mask(a, b):\n    return nn.causal_mask(a, b)", True),
        ("from lmlab.nn import causal_mask", True),
        ("def causal_mask(a, b):\n    from lmlab.nn import masks as m\n    return 1", False),
        ("def causal_mask(a, b):\n    from lmlab.nn.masks import causal_mask as c", True),
        ("causal_mask = lmlab.nn.masks.causal_mask", True),
        ("def causal_mask(a, b):\n    return nn.causal_attention(a, b, a)", False),
    ],
)
def test_packages_own_function_is_known_under_any_name(remote, source, expected):
    assert remote(source).is_ours == expected


def test_patching_the_judge_in_there_changes_nothing_here(remote):
    source = """
import lmlab.course.checking as checking, lmlab.course.comparison as comparison
checking.judge = comparison.same = comparison.difference = lambda *a, **k: True
torch.equal = torch.allclose = torch.isclose = lambda *a, **k: torch.tensor(True)
def causal_mask(query_len, key_len):
    return True
"""
    with Sandbox(seconds=60) as own:
        own.until(60)
        answer = Answer(find("causal_mask"), Cell(1, source))
        result = judge(find("causal_mask"), load(own, answer, ["import torch"], "<cell>"))
    assert result.status == "missed"


def cells_of(exercise):
    """Each known answer, and a cell that has it."""
    module, _, name = exercise.reference.rpartition(".")
    yield exercise.solution, f"from {module} import {name} as {exercise.id}"
    for number, wrong in enumerate(exercise.wrong_answers):
        source = f"{exercise.id} = find({exercise.id!r}).wrong_answers[{number}].function"
        yield wrong.function, f"from lmlab.course.registry import find\n{source}"


def differences(exercises, sandbox):
    """Where an answer gets another verdict in the sandbox than without one, and how many are."""
    found, n = [], 0
    for exercise in exercises:
        for function, source in cells_of(exercise):
            n += 1
            sandbox.until(60)
            remote = load(sandbox, Answer(exercise, Cell(1, source)), [], "<cell>")
            got, expected = (judge(exercise, one, seed=7) for one in (remote, function))
            if (got.status, got.message) != (expected.status, expected.message):
                found.append((exercise.id, source, got.message, expected.message))
    return n, found


NEARLY = ("mended_block", "unembed", "gradient_times_input", "unsupported")


@pytest.mark.parametrize("name", NEARLY)
def test_exercise_with_functions_models_or_records_is_judged_alike(sandbox, name):
    n, found = differences([find(name)], sandbox)
    assert n > 5 and not found


PROGRAM = """
import runpy, sys
from lmlab.course.grading.sandbox import Sandbox
from lmlab.course.registry import all_exercises
names = runpy.run_path(sys.argv[1])
with Sandbox(seconds=2000) as sandbox:
    n, found = names["differences"](all_exercises().values(), sandbox)
print(n, found)
"""


@pytest.mark.long
def test_every_known_answer_of_the_course_is_judged_alike():
    """In a process of its own, for here the shapes are checked, and in the sandbox they are not."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, __file__], capture_output=True, text=True, check=True
    )
    n, _, found = done.stdout.strip().partition(" ")
    assert found == "[]"
    assert int(n) > 5 * len(all_exercises())
