"""Doubling times and records, on made-up series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lmlab.scaling import doubling_time, landmark_models, records


@given(st.floats(0.1, 10), st.floats(1, 1e6))
def test_doubling_time_is_found_again(years, start):
    dates = [2000.0, 2001.5, 2004.0]
    values = [start * 2 ** ((date - 2000) / years) for date in dates]
    assert doubling_time(dates, values) == pytest.approx(years)


@pytest.mark.parametrize(
    ("years", "values", "sentence"),
    [
        ([2000.0], [1.0, 2.0], "1 years and 2 values"),
        ([2000.0, 2000.0], [1.0, 2.0], "two different dates"),
        ([2000.0, 2001.0], [1.0, 0.0], "above 0; 0.0 was given"),
    ],
)
def test_a_series_without_a_slope_is_refused(years, values, sentence):
    with pytest.raises(ValueError, match=sentence):
        doubling_time(years, values)


def test_a_record_is_larger_than_all_before_it():
    assert records([3, None, 2, 5, 5, 6], lambda size: size) == [3, 5, 6]


def test_gpt3_held_the_record_among_dense_models_for_eleven_months():
    dense = [m for m in landmark_models() if m.kind not in ("MoE", "n-gram")]
    holders = records(dense, lambda m: m.parameters)
    gpt3 = [m.name for m in holders].index("GPT-3")
    months = 12 * (holders[gpt3 + 1].year - holders[gpt3].year)
    assert months == pytest.approx(11)
    assert holders[-1].name == "PaLM"
