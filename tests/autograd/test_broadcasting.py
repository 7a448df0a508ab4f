"""Copies made by broadcasting are added up, for arrays of both libraries."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, broadcastable_shapes

from lmlab.autograd import sum_to_shape


@given(st.data())
def test_is_the_gradient_of_broadcasting(data):
    shape = data.draw(array_shapes(min_dims=0, max_dims=3, max_side=3))
    wide = np.broadcast_shapes(shape, data.draw(broadcastable_shapes(shape, max_dims=4)))
    grad = torch.arange(float(np.prod(wide))).reshape(wide)
    x = torch.zeros(shape, requires_grad=True)
    x.expand(wide).backward(grad)
    assert torch.equal(sum_to_shape(grad, shape), x.grad)
    assert np.array_equal(sum_to_shape(grad.numpy(), shape), x.grad.numpy())


def test_a_gradient_of_the_right_shape_is_left_alone():
    grad = np.ones((1, 3))
    assert sum_to_shape(grad, (1, 3)) is grad


@pytest.mark.parametrize("shape", [(2,), (4, 3)])
def test_a_shape_that_cannot_be_broadcast_raises(shape):
    with pytest.raises((ValueError, RuntimeError)):
        sum_to_shape(np.ones((2, 3)), shape)
