"""All exercises of the course, by id.

A module in `lmlab/course/exercises/` with a tuple `EXERCISES` is found by itself.
"""

import pkgutil
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from types import MappingProxyType

from lmlab.course import exercises
from lmlab.course.exercise import Exercise


@cache
def all_exercises() -> MappingProxyType[str, Exercise]:
    """Every exercise, in the order of the chapters."""
    modules = [
        import_module(f"{exercises.__name__}.{module.name}")
        for module in pkgutil.iter_modules(exercises.__path__)
    ]
    found: dict[str, Exercise] = {}
    for exercise in sorted(
        (exercise for module in modules for exercise in module.EXERCISES),
        key=lambda exercise: (exercise.chapter, int(exercise.number.rpartition(".")[2])),
    ):
        if exercise.id in found:
            raise ValueError(f"two exercises have the id {exercise.id!r}; rename one of them.")
        found[exercise.id] = exercise
    return MappingProxyType(found)


def find(exercise_id: str) -> Exercise:
    """The exercise of that id; the error names the nearest ones."""
    known = all_exercises()
    if exercise_id in known:
        return known[exercise_id]
    near = get_close_matches(str(exercise_id), known, n=3, cutoff=0.4) or list(known)
    raise ValueError(f"there is no exercise {exercise_id!r}; there is {', '.join(near)}.")
