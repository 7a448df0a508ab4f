"""Plans against published runs: how far off they are, with one efficiency for all."""

import re

import pytest

from lmlab.scaling import benchmarks, count_parameters, published_runs
from lmlab.scaling.published import table, typical_ratio


def test_the_efficiency_is_the_one_that_the_benchmarks_give():
    assert typical_ratio(benchmarks()) == pytest.approx(1, abs=0.01)
    assert all(0.8 < run.ratio < 1.25 for run in benchmarks())


def test_the_benchmarks_have_the_sizes_of_their_table():
    """Narayanan et al. 2021, table 1."""
    sizes = [1.7, 3.6, 7.5, 18.4, 39.1, 76.1, 145.6, 310.1, 529.6, 1008.0]
    ours = [sum(count_parameters(run.plan.model).values()) / 1e9 for run in benchmarks()]
    assert [round(size, 1) for size in ours] == sizes


def test_plans_come_within_a_quarter_of_runs_that_they_were_not_fitted_to():
    runs = published_runs()
    assert len(runs) >= 6
    assert all(0.75 < run.ratio < 1.1 for run in runs)
    assert 0.8 < typical_ratio(runs) < 1


def test_published_utilisation_is_met_to_ten_points():
    both = [run for run in published_runs() if run.utilisation is not None]
    assert len(both) >= 4
    for run in both:
        assert run.plan.utilisation == pytest.approx(run.utilisation, abs=0.1), run.name


@pytest.mark.parametrize("run", published_runs(), ids=lambda run: run.name)
def test_every_run_has_a_source_and_says_what_its_figure_is(run):
    assert re.search(r"arXiv \d{4}\.\d{5}|model card", run.source)
    assert run.note.endswith(".")
    assert run.name in table([run])
