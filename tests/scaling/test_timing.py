"""Timing, memory and exponents: each found where it is known beforehand."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.nn import attention
from lmlab.scaling.timing import fit_exponent, median_seconds, peak_bytes


class Clock:
    """A clock that only work moves."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now

    def work(self, *seconds):
        """Work that takes so long the first, the second, … time."""
        left = list(seconds)

        def do():
            self.now += left.pop(0)

        return do


def test_one_slow_turn_and_the_first_do_not_count():
    clock = Clock()
    work = {"a": clock.work(50, 1, 1, 90), "b": clock.work(70, 2, 80, 2)}
    assert median_seconds(work, repeats=3, clock=clock) == {"a": 1, "b": 2}


def test_the_work_is_done_by_turns():
    done = []
    median_seconds({name: lambda name=name: done.append(name) for name in "ab"}, repeats=2)
    assert done == ["a", "b"] * 3


def test_no_repeats_are_refused():
    with pytest.raises(ValueError, match="repeats=0 must be 1 or more"):
        median_seconds({}, repeats=0)


KILO = torch.zeros(256)  # 1,024 bytes


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (lambda: KILO + 1, 1024),
        (lambda: [KILO + 1, KILO + 2], 2048),
        (lambda: (KILO + 1).sum(), 1024 + 4),  # the sum is there before its argument is gone
        (lambda: KILO.view(16, 16).mT, 0),
        (lambda: KILO.clone().add_(1).view(16, 16).mT, 1024),
        (lambda: [(KILO + i).sum() for i in range(9)], 1024 + 4 * 9),
    ],
    ids=["one", "two", "freed", "view", "in place", "freed by turns"],
)
def test_memory_counts_once_and_only_while_it_is_held(work, expected):
    assert peak_bytes(work) == expected


def test_what_backward_needs_is_held_until_then():
    x = torch.zeros(256, requires_grad=True)
    with torch.no_grad():
        forgetful = peak_bytes(lambda: x.exp().exp().exp().exp())
    assert peak_bytes(lambda: x.exp().exp().exp().exp()) > forgetful


def test_attention_holds_two_matrices_for_all_heads():
    q, k, v = torch.randn(3, 1, 2, 64, 8)
    with torch.no_grad():
        found = peak_bytes(lambda: attention(q, k, v))
    assert found == 2 * (4 * 2 * 64**2)  # scores and weights


@given(
    power=st.floats(-3, 3),
    factor=st.floats(0.01, 100),
    lengths=st.lists(st.integers(1, 4096), min_size=2, max_size=6, unique=True),
)
def test_the_exponent_of_a_power_is_found(power, factor, lengths):
    values = [factor * length**power for length in lengths]
    assert fit_exponent(lengths, values) == pytest.approx(power, abs=1e-6)


def test_small_lengths_do_not_bend_the_line():
    lengths = [1, 2, 4, 8, 16, 32]
    values = [99.0, 7.0, 16.0, 64.0, 256.0, 1024.0]
    assert fit_exponent(lengths, values) == pytest.approx(2)
    assert fit_exponent(lengths, values, largest=6) != pytest.approx(2)


@pytest.mark.parametrize(
    ("lengths", "values", "message"),
    [
        ([1, 2], [1.0], "2 lengths and 1 values"),
        ([1, 2], [1.0, 0.0], "above 0"),
        ([2, 2], [1.0, 3.0], "at least two different lengths"),
        ([], [], "at least two different lengths"),
    ],
)
def test_an_exponent_needs_a_line(lengths, values, message):
    with pytest.raises(ValueError, match=message):
        fit_exponent(lengths, values)
