"""The race's result, line by line."""

import pytest

from lmlab.bench import training

SPEEDS = [
    {"name": training.OURS, "tokens_per_second": 300.0, "flops_per_second": 6e9},
    {"name": training.HUGGING_FACE, "tokens_per_second": 200.0, "flops_per_second": 4e9},
    {"name": training.OTHER, "tokens_per_second": 240.0, "flops_per_second": 5e9},
]


def test_ratios_and_shares_stand_beside_their_budgets():
    result = {"speeds": SPEEDS, "gemm_gflops": 10.0, "share": 0.3, "plain_steps": 2000}
    limited = [each for each in training.figures(result) if each.met is not None]
    assert [each.value for each in limited] == pytest.approx([1.5, 1.25, 0.6, 0.3])
    assert [each.met for each in limited] == [True, True, True, False]


def test_what_is_not_there_has_no_line():
    result = {"speeds": SPEEDS[:2], "gemm_gflops": 10.0, "share": None, "plain_steps": 2000}
    told = [each.what for each in training.figures(result)]
    assert len(told) == 4 and not any(training.OTHER in what for what in told)
