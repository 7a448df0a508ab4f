"""The training loop. Built in chapter 5."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

import torch
from tqdm.auto import tqdm

from lmlab.models import Pretrained
from lmlab.models.folders import fill
from lmlab.training import checkpoints
from lmlab.training.config import TrainingConfig
from lmlab.training.distributed import state as shared_state
from lmlab.training.distributed.world import ALONE, World
from lmlab.training.distributed.wrapping import whole_model
from lmlab.training.evaluation import Validation, evaluate
from lmlab.training.interrupt import Interrupt
from lmlab.training.labelled import LabelledTexts
from lmlab.training.pairs import Pairs
from lmlab.training.trainer import Data, Row, Trainer, TrainingDiverged

LOGGED_ROWS = 1000
"""About as many rows of history are kept of a run, however long it is."""


@runtime_checkable
class Callback(Protocol):
    """Someone who watches a run, such as `viz.LiveCurve`; may have `on_end(result)` as well."""

    def on_step(self, row: Row) -> None:
        """Called with each row of the history as it is made."""


@dataclass
class TrainingResult:
    """What came of a run; `reason` says why it ended."""

    model: Pretrained
    history: list[Row] = field(repr=False)
    reason: Literal["finished", "interrupted"]

    @property
    def evaluated(self) -> list[Row]:
        """The rows of the history in which the model was evaluated."""
        return [row for row in self.history if "validation_loss" in row]

    def facts(self) -> dict[str, Any]:
        """What a record tells of any run: its size, its cost, its losses; as JSON has it."""
        last = self.history[-1]
        return {
            "parameters": self.model.num_parameters(),
            "tokens": last["tokens"],
            "seconds": round(last["seconds"], 1),
            "threads": torch.get_num_threads(),
            "torch": torch.__version__,
            "history": self.evaluated,
        }


def train(
    model: Pretrained,
    data: Data,
    config: TrainingConfig,
    *,
    validation: Validation | Pairs | LabelledTexts | None = None,
    out: str | Path | None = None,
    resume: bool = False,
    tokenizer=None,
    callbacks: Sequence[Callback] = (),
    progress: bool = True,
    world: World = ALONE,
) -> TrainingResult:
    """Train `model` in place: on a row of token ids, (n_tokens,); an encoder–decoder on `Pairs`.

    A model with a head (`SequenceClassifier`, `TokenTagger`, `SpanReader`) learns `LabelledTexts`.
    All processes of a `world` train one model, to the same losses as one process; the first tells
    the callbacks. With world.parallel "fsdp" the model is left in parts: the result has it whole.

    With `out`, checkpoints go to out/checkpoints; `resume` goes on from the newest whole one, to
    the same bytes as a run without a break (same machine, same number of threads). Ctrl-C ends the
    run early: the model is usable, and with `out` a checkpoint of that moment is written.
    Each row of the history: step, train_loss (nats per token), learning_rate (AdamW's), grad_norm
    (before clipping), tokens, seconds and, where it was evaluated, validation_loss (nats per
    token), bits_per_char. With labels, the losses are in nats per label, and there are no bits.

    Raises TrainingDiverged when the loss is no number, with the step, the learning rate and the
    parameter of the largest gradient.
    """
    trainer = Trainer(model, data, config, world)
    shelf = _Shelf(trainer, out, tokenizer)
    history = shelf.open(resume)
    silent = not (progress and world.speaks)
    bar = tqdm(total=config.steps, initial=trainer.step, desc="training", disable=silent)
    callbacks = callbacks if world.speaks else ()
    shown: Row = {}
    model.train()
    with bar, Interrupt() as interrupt:
        try:
            while trainer.step < config.steps and not world.any(interrupt.wanted):
                row = trainer.advance()
                if validation is not None and trainer.is_due(config.evaluate_every):
                    score = evaluate(model, validation, world)
                    row["validation_loss"] = score.nats_per_token
                    if score.bits_per_character is not None:
                        row["bits_per_char"] = score.bits_per_character
                if "validation_loss" in row or trainer.is_due(_stride(config)):
                    history.append(row)
                    for callback in callbacks:
                        callback.on_step(row)
                shown |= row  # the last evaluation stays in sight
                bar.set_postfix_str(_in_short(shown), refresh=False)
                bar.update()
                if trainer.is_due(config.checkpoint_every):
                    shelf.save(history)
        except KeyboardInterrupt:
            if world.size > 1:  # the others are somewhere else
                raise
        except TrainingDiverged as error:
            raise TrainingDiverged(f"{error} {shelf.newest()}") from error
    finished = trainer.step == config.steps
    if not finished:
        if trainer.is_whole and trainer.step:
            shelf.save(history)
        if world.speaks:
            print(
                f"Stopped after step {trainer.step} of {config.steps}. The model is usable. "
                f"{shelf.newest()}"
            )
    model.zero_grad()
    model = whole_model(model).eval()
    result = TrainingResult(model, history, "finished" if finished else "interrupted")
    for callback in callbacks:
        if hasattr(callback, "on_end"):
            callback.on_end(result)
    return result


def _stride(config: TrainingConfig) -> int:
    return max(1, config.steps // LOGGED_ROWS)


def _in_short(row: Row) -> str:
    shown = f"loss {row['train_loss']:.3f}"
    if "bits_per_char" in row:
        shown += f", validation {row['bits_per_char']:.3f} bits/char"
    elif "validation_loss" in row:
        shown += f", validation {row['validation_loss']:.3f}"
    return shown


class _Shelf:
    """Where a run's checkpoints stand, if it has a folder; without one, nothing is kept."""

    def __init__(self, trainer: Trainer, out: str | Path | None, tokenizer):
        self.trainer, self.tokenizer = trainer, tokenizer
        self.folder = None if out is None else Path(out) / "checkpoints"
        self.world = trainer.world

    def open(self, resume: bool) -> list[Row]:
        """Bring the trainer to where the newest whole checkpoint stands; return its history."""
        if self.folder is None:
            if resume:
                raise ValueError("resume=True needs out=, the folder of the run to go on with.")
            return []
        if self.world.speaks:
            checkpoints.prepare(self.folder)
        self.world.wait()
        if not resume and checkpoints.complete(self.folder):
            raise ValueError(
                f"{self.folder} holds the checkpoints of an earlier run: go on with it "
                "(resume=True) or choose another folder."
            )
        found = shared_state.newest(self.world, self.folder, self.trainer.model)
        if found is None:
            return []
        self.trainer.load(found.tensors, found.state)
        fill(self.trainer.model, found.weights, where=found.path)
        return found.state["history"]

    def save(self, history: list[Row]) -> None:
        """Write a checkpoint of this moment."""
        if self.folder is not None:
            trainer = self.trainer
            state = {**trainer.state(), "history": history}
            shared_state.save(
                self.world,
                self.folder,
                trainer.step,
                trainer.model,
                trainer.tensors(),
                state,
                self.tokenizer,
            )

    def newest(self) -> str:
        """What a person is told of the checkpoints."""
        kept = [] if self.folder is None else checkpoints.complete(self.folder)
        return f"The newest checkpoint is {kept[-1]}." if kept else "No checkpoint was written."
