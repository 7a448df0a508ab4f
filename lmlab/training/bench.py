"""`lmlab bench train`: how soon our recipe is as good as the plain one, and how fast a step is.

What is compared runs by turns, a little of each, so that whatever else the machine does slows all
of them alike.
"""

import statistics
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch
from tqdm.auto import tqdm

from lmlab.models import GPT
from lmlab.text import corpora
from lmlab.training.evaluation import evaluate
from lmlab.training.machine import use_threads
from lmlab.training.presets import preset
from lmlab.training.texts import EncodedCorpus, encode_corpus
from lmlab.training.throughput import Speed, speeds
from lmlab.training.trainer import Trainer

PLAIN, OURS = "plain", "fast"
PLAIN_STEPS = 2000
ROUNDS = 40


@dataclass(frozen=True)
class Race:
    """One seed's race to the loss that the plain recipe ends with."""

    seed: int
    target: float
    """Validation loss of the plain recipe after its last step, in nats per character."""
    plain_seconds: float
    """Training time alone; evaluations are not counted for either."""
    our_loss: float
    """The best validation loss of ours."""
    our_seconds: float | None
    """Training time of ours when an evaluation first showed the target; None: it never did."""
    our_steps: int | None

    @property
    def share(self) -> float | None:
        """The part of the plain recipe's time that ours took; smaller is better."""
        return None if self.our_seconds is None else self.our_seconds / self.plain_seconds


class Racer:
    """A recipe in training, with the time that its steps took."""

    def __init__(self, name: str, text: EncodedCorpus, steps: int, seed: int):
        recipe = preset(name)
        torch.manual_seed(seed)
        model = GPT(recipe.model_config(text.tokenizer.vocab_size))
        self.trainer = Trainer(model, text.train, recipe.training_config(steps, seed=seed))
        self.validation, self.seconds = text.validation, 0.0

    def run_to(self, step: int) -> None:
        """Train until `step`, on the clock."""
        self.trainer.model.train()
        began = time.perf_counter()
        while self.trainer.step < step:
            self.trainer.advance()
        self.seconds += time.perf_counter() - began

    def loss(self) -> float:
        """Validation loss now, off the clock."""
        return evaluate(self.trainer.model, self.validation).nats_per_token


def bench_training(
    seeds: int = 1, plain_steps: int = PLAIN_STEPS, threads: int | None = None
) -> dict[str, Any]:
    """Race our preset against the plain one for each seed, and time steps of several models.

    The result is plain JSON: `races`, `share` (the mean over seeds), `speeds` and the settings.
    """
    if seeds < 1 or plain_steps < 1:
        raise ValueError(f"seeds={seeds} and steps={plain_steps} must both be 1 or more.")
    use_threads(threads)
    text = encode_corpus(corpora.load("python-reference", verbose=False), "char")
    our_steps = max(1, round(preset(OURS).steps * plain_steps / PLAIN_STEPS))
    races = []
    for seed in range(seeds):
        plain, ours = (
            Racer(name, text, steps, seed)
            for name, steps in ((PLAIN, plain_steps), (OURS, our_steps))
        )
        races.append(race(plain, ours, seed))
    rows, gemm = speeds(text.tokenizer.vocab_size)
    shares = [each.share for each in races if each.share is not None]
    return {
        "races": [{**asdict(each), "share": each.share} for each in races],
        "share": statistics.mean(shares) if len(shares) == seeds else None,
        "speeds": [asdict(row) for row in rows],
        "gemm_gflops": gemm / 1e9,
        "plain_steps": plain_steps,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }


def race(plain: Racer, ours: Racer, seed: int = 0) -> Race:
    """Let both train by turns; ours is looked at after each turn of its second half."""
    looks: list[tuple[float, float, int]] = []  # loss, seconds, step
    for turn in tqdm(range(1, ROUNDS + 1), desc=f"race, seed {seed}"):
        for racer in (plain, ours):
            racer.run_to(turn * racer.trainer.config.steps // ROUNDS)
        if turn > ROUNDS // 2:
            looks.append((ours.loss(), ours.seconds, ours.trainer.step))
    target = plain.loss()
    _, seconds, step = next((look for look in looks if look[0] <= target), (None, None, None))
    return Race(seed, target, plain.seconds, min(looks)[0], seconds, step)


def table(result: Mapping[str, Any]) -> str:
    """The result for a reader."""
    lines = [
        f"Time to the validation loss that {result['plain_steps']} plain AdamW steps reach "
        f"({result['threads']} threads, torch {result['torch']})",
        "",
        "seed   loss   plain s   ours: loss   steps   seconds   share of plain's time",
    ]
    for row in result["races"]:
        lines.append(
            f"{row['seed']:4}   {row['target']:.3f}   {row['plain_seconds']:7.1f}   "
            f"{row['our_loss']:10.3f}   {_or_never(row['our_steps'], '5d')}   "
            f"{_or_never(row['our_seconds'], '7.1f')}   {_or_never(row['share'], '.2f')}"
        )
    lines += [f"mean share: {_or_never(result['share'], '.3f')}", ""]
    lines += _speed_lines([Speed(**row) for row in result["speeds"]], result["gemm_gflops"])
    return "\n".join(lines)


def _speed_lines(rows: list[Speed], gemm_gflops: float) -> list[str]:
    first = next(row for row in rows if row.name.startswith("Hugging Face"))
    width = max(len(row.name) for row in rows)
    lines = [
        "Training steps of the same size by turns, median of each "
        f"(matrix products alone reach {gemm_gflops:.0f} GFLOP/s here)",
        "",
        f"{'model':{width}}   tokens/s   against Hugging Face   share of matrix peak",
    ]
    for row in rows:
        lines.append(
            f"{row.name:{width}}   {row.tokens_per_second:8,.0f}   "
            f"{row.tokens_per_second / first.tokens_per_second:19.2f}×   "
            f"{row.flops_per_second / gemm_gflops / 1e9:18.2f}"
        )
    return lines


def _or_never(value: float | None, form: str) -> str:
    return "never" if value is None else format(value, form)
