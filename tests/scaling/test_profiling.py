import os

import pytest
import torch

from lmlab.scaling.profiling import time_by_operation


def test_the_shares_sum_to_one_largest_first():
    shares = time_by_operation(lambda: torch.randn(200, 200) @ torch.randn(200, 200))
    assert sum(shares.values()) == pytest.approx(1)
    assert list(shares.values()) == sorted(shares.values(), reverse=True)
    assert "mm" in shares


def test_what_is_not_called_has_no_share():
    assert "mm" not in time_by_operation(lambda: torch.ones(9) + 1)


def test_errors_are_heard_again_afterwards(capfd):
    time_by_operation(lambda: torch.ones(9) + 1)
    os.write(2, b"heard")
    assert capfd.readouterr().err.endswith("heard")


def test_the_error_of_the_work_comes_through():
    with pytest.raises(ZeroDivisionError):
        time_by_operation(lambda: 1 / 0)
