"""The measuring itself: who is timed, when the target counts as reached, what is printed."""

import json

import pytest

from lmlab.training import bench, throughput
from lmlab.training.bench import Race, Racer, bench_training, race, table
from lmlab.training.throughput import Speed


class Runner(Racer):
    """A racer whose loss falls by a tenth with each step, from ten."""

    def __init__(self, steps: int, seconds_per_step: float, drop: float = 0.1):
        self.steps, self.seconds_per_step, self.drop = steps, seconds_per_step, drop
        self.trainer = self  # it is its own trainer, and its own settings
        self.config = self
        self.step, self.seconds = 0, 0.0

    def run_to(self, step):
        self.seconds += (step - self.step) * self.seconds_per_step
        self.step = step

    def loss(self):
        return 10 - self.drop * self.step


def test_the_time_is_that_of_the_first_look_that_shows_the_target():
    plain, ours = Runner(80, 1.0), Runner(40, 1.5, drop=0.25)
    result = race(plain, ours)
    assert result.target == pytest.approx(2.0) and result.plain_seconds == 80
    assert result.our_steps == 32 and result.our_seconds == pytest.approx(48)
    assert result.share == pytest.approx(0.6)


def test_a_target_that_is_never_reached_is_said_so():
    result = race(Runner(80, 1.0), Runner(40, 1.0))
    assert result.our_seconds is None and result.share is None
    assert result.our_loss == pytest.approx(6.0)


def test_the_whole_measurement_is_json_and_a_table(monkeypatch):
    rows = [Speed("lmlab", 150.0, 3e9), Speed("Hugging Face GPT-2", 100.0, 2e9)]
    monkeypatch.setattr(bench, "ROUNDS", 2)
    monkeypatch.setattr(bench, "speeds", lambda vocab_size: (rows, 6e9))
    result = json.loads(json.dumps(bench_training(seeds=1, plain_steps=2)))
    assert result["races"][0]["plain_seconds"] > 0
    said = table(result)
    assert "2 plain AdamW steps" in said and "1.50×" in said and "0.50" in said
    never = Race(0, 2.0, 10.0, 2.5, None, None)
    assert "never" in table({**result, "share": None, "races": [{**vars(never), "share": None}]})


def test_every_model_is_timed_on_the_same_work():
    rows, gemm = throughput.speeds(vocab_size=20, repeats=1)
    assert len({row.name for row in rows}) == len(rows) >= 4
    assert gemm > 0 and all(row.tokens_per_second > 0 for row in rows)


def test_a_race_needs_a_seed():
    with pytest.raises(ValueError, match="must both be 1 or more"):
        bench_training(seeds=0)
