"""The expected calibration error, against its definition bin by bin."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lmlab.tasks.calibration import (
    best_temperature,
    bin_of,
    expected_calibration_error,
    reliability,
)

SURE = st.floats(0, 1, width=32)


@given(st.lists(st.tuples(SURE, st.booleans()), min_size=1, max_size=30), st.integers(1, 12))
def test_it_is_the_weighted_gap_of_the_bins(predictions, n_bins):
    expected = 0.0
    for b in range(n_bins):
        held = [pair for pair in predictions if bin_of(pair[0], n_bins) == b]
        if held:
            confidence = sum(c for c, _ in held) / len(held)
            accuracy = sum(right for _, right in held) / len(held)
            expected += len(held) / len(predictions) * abs(accuracy - confidence)
    confidence, right = (torch.tensor(side) for side in zip(*predictions, strict=True))
    found = expected_calibration_error(confidence.float(), right, n_bins)
    assert found == pytest.approx(expected, abs=1e-6)


def test_known_cases():
    right = torch.tensor([True, True, True, False])
    assert expected_calibration_error(torch.full((4,), 0.75), right) == 0
    assert expected_calibration_error(torch.ones(4), right) == pytest.approx(0.25)
    split = torch.tensor([0.75, 0.75, 0.35, 0.35])  # too sure in no bin: 1 - 0.75 and 0.5 - 0.35
    assert expected_calibration_error(split, right) == pytest.approx((0.25 + 0.15) / 2)


@pytest.mark.parametrize(
    ("confidence", "place"), [(0.0, 0), (0.25, 0), (0.2501, 1), (0.5, 1), (1.0, 3), (1.0001, 3)]
)
def test_a_bin_holds_its_upper_edge(confidence, place):
    assert bin_of(confidence, 4) == place


def test_nothing_to_judge_is_refused():
    with pytest.raises(ValueError, match="there is no prediction"):
        expected_calibration_error(torch.ones(0), torch.ones(0, dtype=torch.bool))


def test_bins_of_the_diagram_hold_every_prediction_once():
    confidence = torch.tensor([0.1, 0.5, 0.55, 0.95, 1.0])
    bins = reliability(confidence, torch.tensor([True, False, True, True, True]), 10)
    assert [each.n for each in bins] == [1, 1, 1, 2]
    assert [each.accuracy for each in bins] == [1, 0, 1, 1]
    assert bins[-1].confidence == pytest.approx(0.975)


@given(st.sampled_from([0.5, 1.0, 2.0, 4.0]), st.integers(0, 1000))
def test_a_temperature_is_found_again(true, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = 2 * torch.randn(2000, 3, generator=generator)
    classes = torch.multinomial(logits.softmax(-1), 1, generator=generator)[:, 0]
    assert best_temperature(true * logits, classes, torch.tensor([0.5, 1.0, 2.0, 4.0])) == true
