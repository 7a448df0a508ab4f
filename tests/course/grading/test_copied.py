import inspect

import pytest

from lmlab.course.grading.copied import is_copied
from lmlab.course.registry import all_exercises, find


def test_copied_source_is_known_whatever_its_name_docstring_and_comments():
    exercise = find("streaming_attention")
    source = inspect.getsource(exercise.solution)
    assert is_copied(source, exercise)
    changed = source.replace("streaming_attention", "mine").replace('"""', '"""My own idea. ', 1)
    assert is_copied(changed.replace("return ", "# as I thought\n    return "), exercise)


def test_own_work_is_not_called_copied():
    exercise = find("streaming_attention")
    source = inspect.getsource(exercise.solution)
    assert not is_copied(source.replace("return ", "return 1 * ", 1), exercise)


def test_short_functions_look_alike_and_are_not_blamed():
    exercise = find("training_flops")
    assert not is_copied(inspect.getsource(exercise.solution), exercise)


@pytest.mark.parametrize("exercise", all_exercises().values(), ids=lambda one: one.id)
def test_every_solution_can_be_compared(exercise):
    assert not is_copied("def nothing():\n    '''Only this.'''\n", exercise)
