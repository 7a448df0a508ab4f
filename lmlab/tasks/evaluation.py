"""One evaluation for every task: scores with intervals, and the errors behind them.

Used throughout chapter 6.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from lmlab.tasks.bootstrap import Estimate, bootstrap, paired_bootstrap
from lmlab.tasks.example import Example
from lmlab.tasks.metrics import Metric
from lmlab.tasks.task import Predict, Task


@dataclass(frozen=True)
class Outcome:
    """What came of one example; `score` is that of the task's first metric on it alone."""

    input: Any
    wanted: Any
    got: Any
    category: str
    score: float

    def __str__(self) -> str:
        parts = self.input if isinstance(self.input, tuple) else (self.input,)
        lines = [
            *map(str, parts),
            f"  wanted: {_spelt(self.wanted)}",
            f"  got:    {_spelt(self.got)}",
        ]
        return "\n".join(lines)


@dataclass(frozen=True)
class Report:
    """What came of `evaluate`: printed, a table; `seconds` is left out of it, to print the same."""

    task: str
    model: str
    split: str
    scores: Mapping[str, Estimate]
    """For each metric its value and 95 % interval."""
    by_category: Mapping[str, tuple[int, Estimate]]
    """For each category its number of examples, and the first metric on them."""
    outcomes: Sequence[Outcome]
    seconds: float
    metrics: Mapping[str, Metric]
    rows: Mapping[str, np.ndarray]
    """For each metric the statistics of each example."""

    def __getitem__(self, metric: str) -> Estimate:
        """The score of this name."""
        self._require(metric)
        return self.scores[metric]

    @property
    def main(self) -> str:
        """The name of the metric that counts."""
        return next(iter(self.scores))

    def errors(self, n: int = 5, *, worst: bool = True) -> str:
        """n imperfect outcomes as text: the worst, or the first ones."""
        lower = self.metrics[self.main].lower_is_better
        perfect = 0.0 if lower else 100.0
        found = [each for each in self.outcomes if abs(each.score - perfect) > 1e-6]
        if worst:
            found.sort(key=lambda each: each.score, reverse=lower)
        return "\n\n".join(map(str, found[:n])) or "There is no error."

    def _require(self, metric: str) -> None:
        """Raise ValueError when there is no metric of this name."""
        if metric not in self.scores:
            raise ValueError(f"no metric {metric!r} here; there are {', '.join(self.scores)}.")

    def __repr__(self) -> str:
        title = f"{self.task}, {self.split}, {self.model}: {len(self.outcomes):,} examples"
        width = max(map(len, [*self.scores, *self.by_category])) + 2
        lines = [title, f"  {'':{width}} {'score':>6}   95 % interval"]
        lines += [_line(name, estimate, width) for name, estimate in self.scores.items()]
        if len(self.by_category) > 1:
            lines.append(f"  {self.main} by category")
            for name, (n, estimate) in self.by_category.items():
                lines.append(f"{_line(name, estimate, width)}   {n:>4} examples")
        return "\n".join(lines)


def evaluate(
    task: Task,
    model: Predict,
    split: str = "held-out",
    n: int = 200,
    *,
    examples: Sequence[Example] | None = None,
    name: str | None = None,
    batch_size: int = 32,
    seed: int = 0,
    progress: bool = True,
) -> Report:
    """Let `model` predict n examples of a split, and judge what it says by the task's metrics.

    `examples` take the place of those that the task draws, and `split` is then what they are
    called; `name` is that of the model, else its function's. Intervals hold 95 % of 1,000 resamples
    of the examples (`bootstrap`), which `seed` draws. Raises ValueError when the model gives fewer
    or more predictions than it was asked for.
    """
    if examples is None:
        examples = task.examples(split, n)
    elif not len(examples):
        raise ValueError("there is no example to evaluate on; give one at least.")
    began = time.perf_counter()
    predictions = _predict(model, examples, batch_size, progress)
    seconds = time.perf_counter() - began
    rows = {key: metric.rows(predictions, examples) for key, metric in task.metrics.items()}
    main = next(iter(task.metrics))
    metric = task.metrics[main]
    return Report(
        task=task.name,
        model=name or getattr(model, "__name__", type(model).__name__).replace("_", " "),
        split=split,
        scores={key: bootstrap(rows[key], task.metrics[key].score, seed) for key in rows},
        by_category=_by_category(examples, rows[main], metric, seed),
        outcomes=_outcomes(examples, predictions, rows[main], metric),
        seconds=seconds,
        metrics=task.metrics,
        rows=rows,
    )


def difference(report: Report, baseline: Report, metric: str | None = None) -> Estimate:
    """How much better `report` is than `baseline`, with a 95 % interval: a paired bootstrap.

    Both must be of the same examples. `metric` is the first of the task unless it is named; where
    lower is better, the sign is turned, so that above 0 is better throughout.
    """
    metric = metric or report.main
    report._require(metric)
    if [each.input for each in report.outcomes] != [each.input for each in baseline.outcomes]:
        raise ValueError(
            f"{report.model} and {baseline.model} were evaluated on different examples: evaluate "
            "both on the same split with the same n."
        )
    kind = report.metrics[metric]
    sign = -1 if kind.lower_is_better else 1
    rows = report.rows[metric], baseline.rows[metric]
    return paired_bootstrap(*rows, lambda sums: sign * kind.score(sums))


def beats(report: Report, baseline: Report, metric: str | None = None) -> bool:
    """Whether `report` is better than `baseline` by more than chance: `difference` is above 0.

    That is, its whole 95 % interval is.
    """
    return difference(report, baseline, metric).low > 0


def _predict(model: Predict, examples: Sequence[Example], batch_size: int, progress: bool) -> list:
    predictions: list[Any] = []
    with tqdm(total=len(examples), desc="predicting", disable=not progress) as bar:
        for first in range(0, len(examples), batch_size):
            inputs = [example.input for example in examples[first : first + batch_size]]
            found = list(model(inputs))
            if len(found) != len(inputs):
                raise ValueError(
                    f"the model gave {len(found)} predictions for {len(inputs)} inputs; it takes a "
                    "list and returns one of the same length (one_by_one makes such a function)."
                )
            predictions += found
            bar.update(len(inputs))
    return predictions


def _by_category(examples, rows, metric: Metric, seed: int) -> dict[str, tuple[int, Estimate]]:
    categories = np.array([example.category for example in examples])
    return {
        str(name): (
            int((categories == name).sum()),
            bootstrap(rows[categories == name], metric.score, seed),
        )
        for name in sorted(set(categories))
    }


def _outcomes(examples, predictions, rows, metric: Metric) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(example.input, example.wanted, got, example.category, float(metric.score(row)))
        for example, got, row in zip(examples, predictions, rows, strict=True)
    )


def _line(name: str, estimate: Estimate, width: int) -> str:
    return f"  {name:{width}} {estimate.value:6.1f}   {estimate.low:.1f} to {estimate.high:.1f}"


def _spelt(value: Any) -> str:
    """A text as it is, nothing as nothing; of a tuple the different entries."""
    if isinstance(value, tuple):
        return " or ".join(dict.fromkeys(_spelt(each) for each in value))
    if isinstance(value, dict):
        return ", ".join(f"{key} {share:.2f}" for key, share in value.items())
    if isinstance(value, set | frozenset):
        return ", ".join(sorted(map(str, value))) or "(nothing)"
    return str(value) or "(nothing)"
