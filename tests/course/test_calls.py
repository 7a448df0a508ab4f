import sys

import pytest
import torch

from lmlab.course.calls import call, is_stub, misfit, own_line


def test_arguments_are_copied_and_kept_as_the_call_left_them():
    given = torch.zeros(2)
    outcome = call(torch.Tensor.add_, (given, 1))
    assert given.tolist() == [0, 0] and outcome.arguments[0].tolist() == [1, 1]


def test_errors_and_exits_are_kept():
    assert isinstance(call(lambda x: 1 / x, (0,)).error, ZeroDivisionError)
    assert isinstance(call(sys.exit, (3,)).error, SystemExit)


def test_what_an_error_held_in_memory_is_let_go():
    class Large:
        alive = 0

        def __init__(self):
            Large.alive += 1

        def __del__(self):
            Large.alive -= 1

    def answer(x):
        kept = [Large(), x]
        return kept[2]

    outcome = call(answer, (1,))
    assert Large.alive == 0
    assert own_line(outcome.error).endswith("return kept[2]")


def test_what_is_printed_is_kept(capsys):
    assert call(print, ("a", 1)).printed == "a 1\n"
    assert capsys.readouterr().out == ""


def test_own_line_is_not_a_line_of_a_library():
    outcome = call(lambda x: x.view(5), (torch.zeros(2),))
    assert "x.view(5)" in own_line(outcome.error)
    assert own_line(call(int, ("a",)).error) is None


def empty(x): ...


def documented(x):
    """Says what is wanted."""


def passing(x):
    pass


@pytest.mark.parametrize("function", [empty, documented, passing])
def test_stub_is_known_however_it_is_written(function):
    assert is_stub(function)


def test_stub_is_known_where_no_source_can_be_read():
    namespace = {}
    exec("def answer(x):\n    ...\ndef written(x):\n    x + 1", namespace)
    assert is_stub(namespace["answer"]) and not is_stub(namespace["written"])


@pytest.mark.parametrize("function", [lambda x: x and None, lambda x: print(x)])
def test_written_function_without_a_result_is_no_stub(function):
    assert not is_stub(function)


def test_misfit_names_the_parameters():
    assert misfit(lambda q, k: 0, ("q", "k")) is None
    assert "(q, k)" in misfit(lambda q: 0, ("q", "k"))
    assert misfit(max, ("q", "k")) is None
