import numpy as np
import pytest
import torch

from lmlab.viz.explorer.cells import (
    in_print,
    largest,
    require_few,
    require_place,
    table_of_numbers,
    token_names,
)


def test_arrays_tensors_and_lists_are_read():
    for given in (
        np.eye(2),
        torch.eye(2, requires_grad=True),
        torch.eye(2).bfloat16(),
        [[1, 0], [0, 1]],
    ):
        table = table_of_numbers(given, "the effects", ("layers", "heads"))
        assert table.dtype == np.float32
        np.testing.assert_array_equal(table, np.eye(2))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (np.ones(3), r"the effects have shape \(3,\); give \(layers, heads\)"),
        (np.ones((0, 3)), r"shape \(0, 3\)"),
        ([[1.0, np.nan]], "the effects hold NaN"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        table_of_numbers(given, "the effects", ("layers", "heads"))


def test_a_token_for_each_column_is_wanted():
    assert token_names([" a", "\n"], 2, "logits") == ["·a", "↵"]
    with pytest.raises(ValueError, match="2 tokens were given, and logits for 3"):
        token_names(["a", "b"], 3, "logits")


def test_a_table_too_large_says_how_to_narrow_it():
    require_few(30, 50, "")
    with pytest.raises(ValueError, match=r"31 rows × 50 columns are 1,550 cells.*Show fewer\."):
        require_few(31, 50, "Show fewer.")


def test_a_place_outside_the_table_is_named():
    require_place({"layer": 1, "head": 0}, (2, 1))
    with pytest.raises(ValueError, match="head=1 was given; the view has heads 0 to 0"):
        require_place({"layer": 1, "head": 1}, (2, 1))


@pytest.mark.parametrize("scale", [1e-6, 1.0, 3e4])
def test_numbers_are_kept_to_a_thousandth_of_the_largest(scale):
    values = scale * np.array([[0.123456, -2.0, 3e-9]])
    kept = np.array(in_print(values))
    assert np.abs(kept - values).max() <= 0.001 * largest(values)
    assert in_print(values * (1 + 1e-7)) == kept.tolist()  # as another machine may have them


def test_the_scale_of_a_table_is_its_largest_size():
    values = np.array([[0.123456, -2.0]], dtype=np.float32)
    assert largest(values) == 2.0
    assert largest(np.zeros((1, 1), dtype=np.float32)) == 1.0
