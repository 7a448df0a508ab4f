import copy
import math
import re
from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.course.comparison import difference, same, shown

ones = torch.ones(2, 3)


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 5))
def test_a_value_is_the_same_as_itself(number, size):
    for value in (number, [number], (number, "a"), torch.full((size,), number)):
        assert same(value, value)
        assert difference(value, value) is None


@pytest.mark.parametrize(
    ("got", "wanted", "words"),
    [
        (ones.half(), ones / 3, "dtype is torch.float16; torch.float32 is wanted"),
        (ones.cfloat(), ones, "dtype is torch.complex64"),
        (ones * 0.10003, ones * 0.1, r"at \[0, 0\]: 0\.10003, where 0\.1 is wanted"),
        (ones.T, ones, r"shape is \(3, 2\); \(2, 3\)"),
        (ones.long(), ones, "dtype is torch.int64"),
        (ones.numpy(), ones, "type ndarray; a tensor of shape"),
        (ones * torch.nan, ones, "nan or inf"),
        (ones * torch.tensor([1, 1, 2]), ones, r"2 of 6 numbers differ; the first at \[0, 2\]: 2"),
        (ones.to_sparse(), ones, r"a tensor on cpu, torch.sparse_coo, of shape \(2, 3\)"),
        (torch.empty(2, 3, device="meta"), ones, "a tensor on meta"),
        (12, 13, "You returned 12; 13 is wanted"),
        ("12", 13, "type str; 13 is wanted"),
        (True, 1, "True; 1 is wanted"),
        ((ones,), (ones, ones), "1 values; 2 are wanted"),
        ((ones, 2 * ones), (ones, ones), "In value 2 of 2: 6 of 6"),
    ],
)
def test_first_difference_is_named(got, wanted, words):
    assert re.search(words, difference(got, wanted))


@pytest.mark.parametrize(
    ("got", "wanted"),
    [(np.int64(3), 3), (np.float32(0.5), 0.5), (torch.tensor(3), 3), (3.0, 3), ([1, 2], (1, 2))],
)
def test_the_same_number_in_another_coat_is_right(got, wanted):
    assert difference(got, wanted) is None


def test_gradients_and_float64_make_no_difference():
    assert difference(ones.clone().requires_grad_(), ones) is None
    assert difference(ones.double(), ones) is None


def test_nan_agrees_with_nan():
    broken = torch.tensor([1.0, torch.nan])
    assert same(broken, broken)
    assert not same(broken, torch.ones(2))


def test_nan_among_numbers_and_arrays_inside_lists_can_be_compared():
    assert same(math.nan, math.nan) and not same(math.nan, 1.0) and not same(1.0, math.nan)
    assert same([np.ones(2)], [np.ones(2)]) and not same([np.ones(2)], [np.zeros(2)])
    assert not same((np.ones(2),), (ones,)) and not same((ones,), (np.ones(2),))


def test_values_in_print_stay_short():
    assert shown(torch.tensor([[1 / 3, 1e-9]])) == "[[0.3333, 0.0]]"
    assert shown(torch.ones(50)) == "a tensor of shape (50,)"
    assert len(shown("x" * 1000)) == 300


@pytest.mark.parametrize(
    ("got", "sentence"),
    [
        ({(1,): 2, (2,): 1}, None),
        (Counter({(1,): 2, (2,): 1}), None),
        ({(1,): 2}, "The key (2,) is missing; 1 is wanted there."),
        ({(1,): 3, (2,): 1}, "At the key (1,): You returned 3; 2 is wanted."),
        ({(1,): 2, (2,): 1, (3,): 1}, "The key (3,) should not be there."),
        ([(1,), (2,)], "You returned a value of type list; a value of type Counter is wanted."),
    ],
)
def test_dictionaries_are_compared_key_by_key_whatever_their_kind(got, sentence):
    wanted = Counter({(1,): 2, (2,): 1})
    assert difference(got, wanted) == sentence
    assert same(got, wanted) is (sentence is None)


def test_modules_are_the_same_when_their_kind_and_weights_are():
    torch.manual_seed(0)
    layer, other = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    assert same(copy.deepcopy(layer), layer)
    assert not same(other, layer) and not same(torch.nn.Bilinear(2, 2, 2), layer)
