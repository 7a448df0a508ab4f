"""Wiggles find the slope; a report says which gradient is wrong, by how much and where."""

import pytest
import torch

from lmlab.autograd import compare_gradients, numerical_gradient

THEIRS = torch.tensor([[1.0, -2.0], [3.0, 4.0]], dtype=torch.float64)


def report(mine, **settings):
    return compare_gradients({"W": mine}, {"W": THEIRS}, **settings)


@pytest.mark.parametrize("shape", [(), (3,), (2, 3)])
def test_wiggles_find_the_gradient(shape):
    x = torch.rand(shape, dtype=torch.float64) + 0.5
    found = numerical_gradient(lambda x: (x**3).sum(), x)
    torch.testing.assert_close(found, 3 * x**2, rtol=1e-8, atol=0)


def test_what_is_wiggled_is_left_alone():
    x = torch.ones(2, dtype=torch.float64)
    numerical_gradient(torch.prod, x)
    assert torch.equal(x, torch.ones(2, dtype=torch.float64))


def test_the_same_bits_are_exact():
    assert report(THEIRS.clone()).rows[0].verdict == "exact"


def test_rounding_is_close():
    found = report(THEIRS * (1 + 1e-9))
    assert found.rows[0].verdict == "close" and found.passed


def test_a_wrong_number_is_named_with_its_place():
    mine = THEIRS.clone()
    mine[1, 0] += 0.5
    found = report(mine)
    row = found.rows[0]
    assert (row.verdict, row.place, row.difference) == ("wrong", (1, 0), 0.5)
    assert not found.passed
    assert "wrong" in repr(found) and "[1, 0]  3.5, not 3" in repr(found)


def test_small_gradients_are_held_to_their_own_size():
    tiny = 1e-9 * THEIRS
    assert not compare_gradients({"W": 2 * tiny}, {"W": tiny}).passed


def test_nan_is_wrong():
    mine = THEIRS.clone()
    mine[0, 1] = torch.nan
    assert report(mine).rows[0].place == (0, 1) and not report(mine).passed


def test_the_tolerance_can_be_chosen():
    assert report(THEIRS * 1.01, tolerance=0.1).passed


def test_arrays_are_welcome():
    assert report(THEIRS.numpy()).rows[0].verdict == "exact"


def test_a_table_has_a_line_for_each_tensor():
    both = {"W": THEIRS, "b": THEIRS[0]}
    assert len(repr(compare_gradients(both, both)).splitlines()) == 3


def test_a_shape_that_is_not_the_tensors_raises():
    with pytest.raises(ValueError, match=r"gradient of W has shape \(2,\); \(2, 2\) is wanted"):
        report(THEIRS[0])


def test_other_names_raise():
    with pytest.raises(ValueError, match="mine has V; theirs has W"):
        compare_gradients({"V": THEIRS}, {"W": THEIRS})
