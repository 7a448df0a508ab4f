"""The sweep: every run is measured alike, and the shipped one is whole and shows what is said."""

import json
from dataclasses import replace
from statistics import mean

import pytest

from lmlab.tasks.memorisation import sweep
from lmlab.training.privacy import epsilon_after


@pytest.fixture
def result(small_book, monkeypatch):
    few = replace(small_book, secrets=small_book.secrets[:4])
    monkeypatch.setattr(sweep, "doctors_book", lambda seed: few)
    return json.loads(json.dumps(sweep.bench_privacy((1.0,), seeds=(0,), epochs=1)))


def test_all_kinds_of_run_are_there_as_json_and_only_noise_has_an_epsilon(result):
    names = [run["name"] for run in result["runs"]]
    assert len(set(names)) == len(names) == 8
    with_epsilon = [run["name"] for run in result["runs"] if run["epsilon"] is not None]
    assert with_epsilon == ["noise 1"]
    assert all(run["exposures"].keys() == {"0", "2"} for run in result["runs"])


def test_the_table_has_a_line_for_each_run(result):
    text = sweep.table(result)
    assert all(run["name"] in text for run in result["runs"])


def test_runs_of_one_name_are_averaged_and_their_exposures_kept():
    runs = [
        {"name": "a", "noise": 1, "epochs": 1, "epsilon": e, "loss": e, "area": 0.5,
         "exposures": {"0": [e], "16": [2 * e]}}
        for e in (1.0, 3.0)
    ]  # fmt: skip
    (run,) = sweep.averaged(runs)
    assert run["epsilon"] == run["loss"] == 2.0
    assert run["exposures"] == {0: [1.0, 3.0], 16: [2.0, 6.0]}


def by_name():
    return {run["name"]: run for run in sweep.averaged(sweep.shipped_runs())}


def test_the_shipped_runs_are_those_of_the_recipe():
    runs = by_name()
    assert {f"noise {noise:g}" for noise in sweep.NOISES} < runs.keys()
    assert {sweep.UNPROTECTED, sweep.ONCE, sweep.HALF, sweep.TWICE} < runs.keys()
    assert {run["seed"] for run in sweep.shipped_runs()} == set(sweep.SEEDS)


def test_the_shipped_epsilons_are_those_of_their_settings():
    from lmlab.tasks.memorisation.doctors_book import doctors_book
    from lmlab.tasks.memorisation.recipe import PRIVATE_BATCH

    n = len(doctors_book(public=1).lines)
    for run in sweep.shipped_runs():
        if run["epsilon"] is not None:
            steps = round(run["epochs"] * n / PRIVATE_BATCH)
            told = epsilon_after(steps, run["noise"], PRIVATE_BATCH / n, 1e-4)
            assert run["epsilon"] == pytest.approx(told, rel=1e-6)


def test_the_shipped_runs_show_what_the_chapter_says():
    runs = by_name()
    plain = runs[sweep.UNPROTECTED]["exposures"]
    assert mean(plain[16]) > 12 and mean(plain[0]) < 4
    for noise in sweep.NOISES:
        private = runs[f"noise {noise:g}"]
        assert mean(private["exposures"][16]) < mean(plain[16]) - 6
        assert runs[sweep.UNPROTECTED]["loss"] < private["loss"] < runs[sweep.UNTRAINED]["loss"]


@pytest.mark.parametrize("wrong", [{"seeds": ()}, {"epochs": 0}])
def test_a_sweep_of_nothing_is_refused_before_anything_is_trained(wrong):
    with pytest.raises(ValueError, match="give a seed"):
        sweep.bench_privacy(**wrong)
