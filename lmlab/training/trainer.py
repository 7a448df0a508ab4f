"""One training step, and all that a step changes. Built in chapter 5."""

import hashlib
import math
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from lmlab.models import (
    GPT,
    EncoderDecoder,
    Pretrained,
    SequenceClassifier,
    SpanReader,
    TokenTagger,
)
from lmlab.text.batches import IGNORED, Batches
from lmlab.training.config import TrainingConfig
from lmlab.training.distributed.sharding import own_rows
from lmlab.training.distributed.world import ALONE, World
from lmlab.training.distributed.wrapping import exchanging, spread, whole
from lmlab.training.evaluation import next_token_loss
from lmlab.training.labelled import LabelledTexts
from lmlab.training.masking import MaskedBatches
from lmlab.training.optimizers import Optimizers
from lmlab.training.pairs import Pairs
from lmlab.training.rows import RowBatches
from lmlab.training.schedules import learning_rate_factor

Row = dict[str, int | float]
Data = np.ndarray | Pairs | LabelledTexts

FREE = ("evaluate_every", "checkpoint_every")
"""What may change when a run is resumed, because no weight depends on it."""


class TrainingDiverged(ValueError):
    """The loss or its gradient is no longer a finite number."""


class Trainer:
    """A model in training, its optimisers and its place in the text."""

    def __init__(self, model: Pretrained, data: Data, config: TrainingConfig, world: World = ALONE):
        torch.manual_seed(config.seed)
        self.model, self.config, self.world = model, config, world
        self.batches = _batches(model, data, config)
        self.batches.rows = own_rows(config.batch_size, world)
        self.spread = spread(model, world)
        if config.compile:
            self.spread = torch.compile(self.spread)
        self.optimizers = Optimizers(model, config)
        self.device = model.device
        self.step = 0
        self.is_whole = True
        """False within a step, when some weights have moved and others not yet."""
        self._seconds_before, self._began = 0.0, time.perf_counter()

    def advance(self) -> Row:
        """One optimiser step: gradients of `accumulation` batches, averaged, clipped, applied."""
        self.is_whole = False
        factor = learning_rate_factor(self.step, self.config)
        self.world.reseed(self.config.seed, self.step)
        loss = sum(self._add_gradients(part) for part in range(self.config.accumulation))
        limit = math.inf if self.config.clip_norm is None else self.config.clip_norm
        norm = whole(torch.nn.utils.clip_grad_norm_(self.model.parameters(), limit)).item()
        self._require_finite(norm, "length of the gradient")
        self.optimizers.step(factor)
        self.step += 1
        self.is_whole = True
        return {
            "step": self.step,
            "train_loss": loss,
            "learning_rate": factor * self.config.learning_rate,
            "grad_norm": norm,
            "tokens": self.batches.position * self.batches.tokens_per_batch,
            "seconds": self._seconds(),
        }

    def _add_gradients(self, part: int) -> float:
        """Add the gradients of the next batch's share of the loss, and return that share."""
        world, accumulation = self.world, self.config.accumulation
        batch = next(self.batches)
        (n_targets,) = world.sum((batch.targets != IGNORED).sum().item())
        with exchanging(self.spread, wanted=part == accumulation - 1):
            with self._precision():
                logits = batch.predict(self.spread).float()
            summed = next_token_loss(logits, batch.targets.to(self.device), reduction="sum")
            own = summed / n_targets / accumulation  # of all targets, whoever reads them
            (loss,) = world.sum(own.item())
            self._require_finite(loss, "loss")
            if part == 0:  # only now: an error names the largest gradient, that of the step before
                self.model.zero_grad()
            (own * world.size).backward()  # gradients are averaged, losses add up
        return loss

    def _precision(self) -> torch.autocast:
        is_low = self.config.precision == "bfloat16"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=is_low)

    def _require_finite(self, value: float, what: str) -> None:
        if math.isfinite(value):
            return
        rate = learning_rate_factor(self.step, self.config) * self.config.learning_rate
        raise TrainingDiverged(
            f"the {what} is {value} at step {self.step + 1}, with learning rate {rate:.3g}; "
            f"{_largest_gradient(self.model)}. Lower the learning rate, warm up longer or clip "
            "harder."
        )

    def is_due(self, every: int) -> bool:
        """Whether something that happens every so many steps happens now; the last step counts."""
        return self.step % every == 0 or self.step == self.config.steps

    def tensors(self) -> dict[str, Tensor]:
        """What the run needs to go on exactly, besides the weights and `state`."""
        tensors = {**self.optimizers.state(), "rng.torch": torch.get_rng_state()}
        if self.device.type == "cuda":
            tensors["rng.cuda"] = torch.cuda.get_rng_state(self.device)
        return tensors

    def state(self) -> dict[str, Any]:
        """The rest of it, as JSON has it."""
        return {
            "step": self.step,
            "position": self.batches.position,
            "seconds": self._seconds(),
            "threads": torch.get_num_threads(),
            "begun with": self._settings(),
        }

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        """The inverse of `tensors` and `state`; raises ValueError if they are another run's."""
        self._check_same_run(state)
        tensors = dict(tensors)
        torch.set_rng_state(tensors.pop("rng.torch"))
        if "rng.cuda" in tensors:
            torch.cuda.set_rng_state(tensors.pop("rng.cuda"), self.device)
        self.optimizers.load_state(tensors)
        self.batches.seek(state["position"])
        self.step, self._seconds_before = state["step"], state["seconds"]

    def _check_same_run(self, state: Mapping[str, Any]) -> None:
        before, now = state["begun with"], self._settings()
        changed = [
            f"{name} {before.get(name)!r} (now {now[name]!r})"
            for name in now
            if name in before and before[name] != now[name]  # it may be a newer setting
        ]
        if changed:
            raise ValueError(
                f"the run was begun with {', '.join(changed)}: resume it with the same settings, "
                "or begin another run in another folder."
            )
        if state["threads"] != torch.get_num_threads() and self.world.speaks:
            warnings.warn(
                f"the run used {state['threads']} threads, now there are "
                f"{torch.get_num_threads()}: it goes on, but not to the same last digits.",
                stacklevel=2,
            )

    def _settings(self) -> dict[str, Any]:
        """All that the outcome of the run depends on."""
        settings = {**asdict(self.model.config), **asdict(self.config), "text": self._text}
        return {name: value for name, value in settings.items() if name not in FREE}

    @cached_property
    def _text(self) -> str:
        return self.world.from_first(self._digest() if self.world.speaks else None)

    def _digest(self) -> str:
        tokens = self.batches.tokens
        digest = hashlib.sha256(np.ascontiguousarray(tokens)).hexdigest()[:16]
        return f"{len(tokens)} tokens, {digest}"

    def _seconds(self) -> float:
        return self._seconds_before + time.perf_counter() - self._began


def _batches(model: Pretrained, data: Data, config: TrainingConfig) -> Batches | RowBatches:
    """Rows, or a text as the objective has it: followed by its next tokens, or some hidden."""
    shape = model.config
    _require_fit(model, data)
    if isinstance(data, Pairs | LabelledTexts):
        data.require_fit(shape.context_length, shape.vocab_size)
        return RowBatches(data, config.batch_size, config.seed)
    text = (data, config.batch_size, shape.context_length, config.seed, config.begin_with)
    if config.mask_with is None:
        return Batches(*text)
    return MaskedBatches(*text, mask_id=config.mask_with, vocab_size=shape.vocab_size)


def _require_fit(model: Pretrained, data: Data) -> None:
    """Raise ValueError when a model gets data that it cannot learn from."""
    given, wanted = _kind_of(data), _learns(model)
    if given not in wanted:
        raise ValueError(
            f"{type(model).__name__} trains on {' or '.join(wanted)}; {given} was given."
        )
    if isinstance(data, LabelledTexts):
        config = model.config
        data.require_outputs(config.vocab_size if isinstance(model, GPT) else config.n_outputs)


def _learns(model: Pretrained) -> tuple[str, ...]:
    match model:
        case EncoderDecoder():
            return ("Pairs",)
        case SequenceClassifier():
            return ("LabelledTexts (class)",)
        case TokenTagger():
            return ("LabelledTexts (tags)",)
        case SpanReader():
            return ("LabelledTexts (span)",)
        case GPT():  # tags are the tokens that follow, -100 where they do not count
            return "a row of token ids", "LabelledTexts (tags)"
    return ("a row of token ids",)


def _kind_of(data: Data) -> str:
    match data:
        case Pairs():
            return "Pairs"
        case LabelledTexts():
            return f"LabelledTexts ({data.kind})"
    return "a row of token ids"


def _largest_gradient(model: Pretrained) -> str:
    sizes = {
        name: whole(p.grad.norm()).nan_to_num(nan=math.inf).item()
        for name, p in model.named_parameters()
        if p.grad is not None
    }
    if not sizes:
        return "no step has been made yet, so the weights are to blame"
    worst = max(sizes, key=sizes.get)
    return f"the largest gradient is that of {worst} ({sizes[worst]:.3g})"
