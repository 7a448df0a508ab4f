"""Settings in JSON: the same when read back, and refused with a sentence when they are not."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.settings import Settings, is_count, require


@dataclass(frozen=True)
class Shape(Settings):
    width: int
    depth: int = 2
    name: str | None = None


@given(st.builds(Shape, st.integers(), st.integers(), st.none() | st.text()))
def test_json_round_trip(shape):
    assert Shape.from_json(shape.to_json()) == shape


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"width": 3, "wdith": 1}', "wdith: no field of Shape"),
        ("{}", "the config of a Shape names no width"),
        ("[]", "is a JSON object"),
        ("{", "Expecting"),
    ],
)
def test_json_that_is_no_config_is_refused(text, message):
    with pytest.raises(ValueError) as error:
        Shape.from_json(text)
    assert message in str(error.value)


def test_replace_leaves_the_original_alone():
    shape = Shape(3)
    assert shape.replace(depth=5) == Shape(3, 5) and shape.depth == 2


@pytest.mark.parametrize("value", [0, -1, True, 1.5, "three", None])
def test_what_is_no_count_is_named(value):
    with pytest.raises(ValueError, match=f"width={value!r} must be a whole number"):
        require("width", Shape(value), is_count, "a whole number, 1 or more")
