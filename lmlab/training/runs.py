"""A run from a corpus to a model folder: what `lmlab train` does.

OUT/run.json        the plan, written before the first step; resume follows it
OUT/checkpoints/    see `lmlab.training.checkpoints`
OUT/text/           the text as tokens, when there are several processes
OUT/config.json, model.safetensors, tokenizer.json    the model, when the run ends
OUT/training.json   plan, scores and history of a finished run
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch

from lmlab.models import LanguageModel, open_model
from lmlab.pretrained import write
from lmlab.settings import Settings
from lmlab.sources.atomic import write_file
from lmlab.text import corpora
from lmlab.text.tokenizer import Tokenizer
from lmlab.training.config import TrainingConfig
from lmlab.training.distributed import World, join
from lmlab.training.distributed.corpus import shared_text
from lmlab.training.distributed.sharding import own_rows
from lmlab.training.distributed.world import is_restarted
from lmlab.training.evaluation import Score, evaluate
from lmlab.training.loop import Callback, TrainingResult, train
from lmlab.training.machine import best_device, use_threads
from lmlab.training.planning import GLANCE, plan_for
from lmlab.training.presets import Preset, preset
from lmlab.training.texts import EncodedCorpus, encode_corpus

PLAN, RECORD = "run.json", "training.json"
SAMPLE = 200  # tokens shown at the end


@dataclass(frozen=True)
class Plan:
    """All that decides the outcome of a run."""

    corpus: str
    preset: str
    corpus_options: dict[str, Any]
    tokenizer: str
    vocab_size: int | None
    """Tokens to learn, for "bpe"."""
    threads: int
    model: Settings
    training: TrainingConfig

    def to_json(self) -> str:
        """The plan as a JSON object."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def read(cls, folder: Path) -> "Plan":
        """The plan of the run in `folder`."""
        try:
            fields = json.loads((folder / PLAN).read_text(encoding="utf-8"))
            architecture = preset(fields["preset"]).architecture
            fields["model"] = architecture.Config(**fields["model"])
            fields["training"] = TrainingConfig(**fields["training"])
            return cls(**fields)
        except FileNotFoundError:
            raise ValueError(
                f"{folder} holds no run to go on with: begin one without --resume."
            ) from None
        except (ValueError, TypeError, KeyError) as error:
            raise ValueError(
                f"{folder / PLAN} is damaged ({error}); begin the run anew in another folder. Its "
                "checkpoints are model folders: lmlab generate opens them."
            ) from error


@dataclass(frozen=True)
class Run:
    """A finished or interrupted run."""

    folder: Path
    plan: Plan
    tokenizer: Tokenizer
    result: TrainingResult
    score: Score | None
    """Of the model as stored, on the whole validation split; None when it was interrupted."""
    speaks: bool = True
    """Whether it is on this process, of several, to tell of it."""


def train_on_corpus(
    preset_name: str,
    out: str | Path,
    *,
    corpus: str | None = None,
    seconds: float | None = None,
    steps: int | None = None,
    tokenizer: str | None = None,
    vocab_size: int | None = None,
    corpus_options: dict[str, Any] | None = None,
    seed: int = 0,
    threads: int | None = None,
    precision: str | None = None,
    compile: bool = False,
    parallel: str = "ddp",
    callbacks: Sequence[Callback] = (),
) -> Run:
    """Train the model of a preset on a corpus (the preset's own); `out` becomes a model folder.

    `seconds` is turned into a number of steps by timing a few on a copy that is thrown away; from
    then on the outcome depends on the steps alone. `tokenizer` (char, byte, bpe) and `vocab_size`
    take the place of the preset's. `precision` is by default bfloat16 on a GPU, else float32.
    Under torchrun, all processes train one model, in the way that `parallel` says.
    """
    out = Path(out)
    if is_restarted(out):
        return resume(out, threads, parallel, callbacks)
    if seconds is not None and (steps is not None or not seconds > 0):
        raise ValueError("give either steps or seconds, and more than 0 of them.")
    recipe = preset(preset_name)
    kind = tokenizer or recipe.tokenizer
    if vocab_size is not None and kind != "bpe":
        raise ValueError(f"only bpe learns as many tokens as it is told, {kind} does not.")
    corpus = recipe.corpus if corpus is None else corpus
    if corpus_options is None:
        corpus_options = dict(recipe.corpus_options) if corpus == recipe.corpus else {}
    precision = precision or ("bfloat16" if best_device().type == "cuda" else "float32")
    recipe = replace(
        recipe, training={**recipe.training, "precision": precision, "compile": compile}
    )
    with join(parallel, out) as world:
        _require_empty(out)
        own_rows(recipe.training_config(1).batch_size, world)  # refused before anything is written
        world.wait()
        use_threads(threads)
        vocab_size = vocab_size or recipe.vocab_size
        source = (corpus, corpus_options, kind, vocab_size, recipe.special_tokens)
        text = _text(world, out, *source)
        model = recipe.model_config(text.tokenizer.vocab_size)
        training = _training(recipe, model, text, world, seconds, steps).replace(seed=seed)
        threads = torch.get_num_threads()
        plan = Plan(corpus, preset_name, corpus_options, kind, vocab_size, threads, model, training)
        if world.speaks:
            write_file(out / PLAN, plan.to_json())
        return _carry_out(world, plan, text, out, callbacks)


def resume(
    out: str | Path,
    threads: int | None = None,
    parallel: str = "ddp",
    callbacks: Sequence[Callback] = (),
) -> Run:
    """Go on with the run in `out`, as it was planned, from its newest whole checkpoint.

    The number of processes, and what `parallel` says of them, may be others than before.
    """
    out = Path(out)
    plan = Plan.read(out)
    with join(parallel, out) as world:
        use_threads(threads or plan.threads)
        if world.speaks:
            steps = f"{plan.training.steps:,} steps"
            print(f"going on with {plan.corpus}, preset {plan.preset}, {steps}")
        special_tokens = preset(plan.preset).special_tokens
        source = (plan.corpus, plan.corpus_options, plan.tokenizer, plan.vocab_size, special_tokens)
        return _carry_out(world, plan, _text(world, out, *source), out, callbacks)


def _training(
    recipe: Preset,
    model: Settings,
    text: EncodedCorpus,
    world: World,
    seconds: float | None,
    steps: int | None,
) -> TrainingConfig:
    """How long to train, in steps, and with which of the text's marks."""
    if seconds is None:
        training = recipe.training_config(steps or recipe.steps)
    else:
        training = plan_for(seconds, model, recipe, text, world)
        if world.speaks:
            print(f"{seconds:g} seconds are about {training.steps:,} steps on this machine.")
    if recipe.whole_documents:
        training = training.replace(begin_with=text.tokenizer.eos_id)
    if recipe.is_masked:
        training = training.replace(mask_with=text.tokenizer.mask_id)
    return training


def _text(
    world: World,
    out: Path,
    corpus: str,
    options: dict[str, Any],
    kind: str,
    vocab_size: int | None,
    special_tokens: Sequence[str],
) -> EncodedCorpus:
    """A corpus, encoded; of several processes, by one."""

    def encode() -> EncodedCorpus:
        return encode_corpus(corpora.load(corpus, **options), kind, vocab_size, special_tokens)

    return shared_text(world, out / "text", encode)


def summary(run: Run) -> str:
    """What a person wants to know when the command ends."""
    if run.score is None:
        return f"Go on with: lmlab train --out {run.folder} --resume"
    last = run.result.history[-1]
    losses = [f"{row['validation_loss']:.2f}" for row in run.result.evaluated]
    return "\n".join(
        (
            f"Trained: {last['step']:,} steps, {last['tokens']:,} tokens in {last['seconds']:.0f} s"
            f" ({last['tokens'] / last['seconds']:,.0f} tokens/s).",
            f"Validation loss on the way: {' '.join(losses)} nats per token.",
            f"On the whole validation text: {run.score.nats_per_token:.3f} nats per token, "
            f"{run.score.bits_per_character:.3f} bits per character.",
            *_sample(run),
            f"The model is in {run.folder}.",
        )
    )


def _sample(run: Run) -> tuple[str, ...]:
    """What the model writes, if it is one that writes."""
    model = run.result.model
    if not isinstance(model, LanguageModel):
        return ()
    sample = "".join(write(model, run.tokenizer, "", SAMPLE, temperature=0.8, seed=0))
    return (f"It writes:\n\n{sample}\n", f"More: lmlab generate --model {run.folder}")


def training_text(folder: Path) -> list[str]:
    """The documents that the model in `folder` was trained on; none when its record is missing."""
    if not (folder / RECORD).is_file():
        return []
    plan = json.loads((folder / RECORD).read_text(encoding="utf-8"))["plan"]
    corpus = corpora.load(plan["corpus"], verbose=False, **plan["corpus_options"])
    return [str(document) for document in corpus.train]


def _carry_out(
    world: World, plan: Plan, text: EncodedCorpus, out: Path, callbacks: Sequence[Callback]
) -> Run:
    torch.manual_seed(plan.training.seed)
    model = preset(plan.preset).architecture(plan.model).to(best_device())
    training = plan.training
    validation = replace(text.validation, mark=training.begin_with, mask_with=training.mask_with)
    result = train(
        model,
        text.train,
        training,
        validation=validation.first(GLANCE),
        out=out,
        resume=True,  # a new folder has nothing to go on from
        tokenizer=text.tokenizer,
        callbacks=callbacks,
        world=world,
    )
    if world.speaks:
        dtype = getattr(torch, preset(plan.preset).dtype)
        result.model.save_pretrained(out, text.tokenizer, dtype)
    world.wait()
    if result.reason == "interrupted":
        return Run(out, plan, text.tokenizer, result, None, world.speaks)
    score = evaluate(open_model(out).to(best_device()), validation, world)
    if world.speaks:
        write_file(out / RECORD, _record(plan, result, score))
    return Run(out, plan, text.tokenizer, result, score, world.speaks)


def _record(plan: Plan, result: TrainingResult, score: Score) -> str:
    record = {"plan": asdict(plan), "score": asdict(score), **result.facts()}
    return json.dumps(record, indent=1) + "\n"


def _require_empty(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(
            f"{out} is not empty: choose another folder, or go on with the run in it (--resume)."
        )
