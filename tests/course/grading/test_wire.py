import io
import json
import math
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.course.comparison import same
from lmlab.course.grading import wire
from lmlab.course.registry import all_exercises
from lmlab.nn.norms import RMSNorm


def sent(value, functions=None):
    """The value as it arrives at the other end."""
    message = wire.Message(functions)
    words, tensors = wire.read(io.BytesIO(message.bytes({"value": message.value(value)})).read)
    function = None if functions is None else functions.__getitem__
    return wire.Reader(tensors, function).value(words["value"])


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers(), inner)
        | st.frozensets(st.integers() | st.text())
    ),
    max_leaves=10,
)


@given(plain)
def test_values_arrive_as_they_were_sent(value):
    arrived = sent(value)
    assert repr(arrived) == repr(value) or arrived == value  # nan is not equal to itself


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16, torch.bool])
@pytest.mark.parametrize("shape", [(), (0,), (2, 0, 3), (2, 3)])
def test_tensors_arrive_with_shape_and_dtype(dtype, shape):
    tensor = torch.randn(shape, generator=torch.Generator().manual_seed(0)).to(dtype)
    arrived = sent([tensor, (tensor.mT if tensor.dim() > 1 else tensor,)])
    assert arrived[0].dtype == dtype
    assert torch.equal(arrived[0], tensor)


def test_numbers_of_libraries_arrive_as_numbers():
    assert sent(np.float32(0.5)) == 0.5
    assert math.isinf(sent(np.float64("inf")))
    assert np.array_equal(sent(np.arange(3)), np.arange(3))
    assert sent(Counter("aab")) == {"a": 2, "b": 1}
    assert sent(...) is ...


@pytest.mark.parametrize("exercise", all_exercises().values(), ids=lambda one: one.id)
def test_cases_of_every_exercise_can_cross(exercise):
    for case in exercise.cases(3):
        arrived = sent(list(case), [])
        for mine, theirs in zip(case, arrived, strict=True):
            if not callable(mine) and not hasattr(mine, "__dataclass_fields__"):
                assert same(theirs, mine)
        wanted = exercise.solution(*case)
        assert same(sent(wanted), wanted)


def test_module_arrives_as_one_that_does_the_same():
    norm, x = RMSNorm(4), torch.arange(4.0)
    assert torch.equal(sent(norm, [])(x), norm(x))


def test_object_is_not_made_of_what_comes_back():
    for kind, held in (("object", ["os:system", {"list": ["true"]}]), ("function", 0)):
        with pytest.raises(wire.Garbled, match="not known here"):
            wire.Reader([]).value({kind: held})


class Strange:
    def __repr__(self):
        raise RuntimeError("no")


STRANGE = [Strange(), object(), len, torch.ones(2, device="meta"), 1 << 10**5]


@pytest.mark.parametrize("value", STRANGE, ids=["repr", "object", "function", "meta", "huge"])
def test_anything_else_arrives_as_its_type_and_is_equal_to_nothing(value):
    arrived = sent(value)
    assert type(arrived).__name__ == type(value).__name__
    assert not same(arrived, value) and not same(arrived, 1)


def test_view_of_one_number_as_a_billion_is_refused_before_it_is_written_out():
    with pytest.raises(ValueError, match="MB"):
        sent(torch.ones(1).expand(10**9))


def test_bottomless_list_comes_to_an_end():
    value = []
    for _ in range(10_000):
        value = [value]
    assert sent(value)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff" * 64,
        wire._HEAD.pack(2, 8) + b"{}" + b"\xff" * 8,
        wire._HEAD.pack(2, 0) + b"[]",
        wire._HEAD.pack(10**5, 0) + b"[" * 10**5,
    ],
)
def test_bytes_that_are_no_message_are_refused(content):
    with pytest.raises(wire.Garbled):
        wire.read(io.BytesIO(content).read)


@pytest.mark.parametrize(
    "words",
    [
        [],
        {"list": 3},
        {"tensor": 0},
        {"dict": [[{"list": []}, 1]]},
        {"set": [{"dict": []}]},
        {"bytes": 7},
        {"foreign": ["a\0b", "c"]},
        {"foreign": 1},
        {"a": 1, "b": 2},
        {"list": [{"pickle": "…"}]},
    ],
    ids=json.dumps,
)
def test_words_that_stand_for_no_value_are_refused(words):
    with pytest.raises(wire.Garbled):
        wire.Reader([]).value(words)
