"""`lmlab train`: from a text to a model folder, and on after a break."""

import json

import pytest
import torch
from typer.testing import CliRunner

from lmlab.cli import app
from lmlab.models import BERT
from lmlab.pretrained import load, write
from lmlab.training import runs
from lmlab.training.planning import plan_for
from lmlab.training.presets import preset
from lmlab.training.runs import Plan, resume, summary, train_on_corpus
from lmlab.training.texts import encode_corpus


@pytest.fixture(autouse=True)
def keep_threads():
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)


def lmlab(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_the_command_leaves_a_model_that_writes(story, tmp_path):
    out = tmp_path / "out"
    result = lmlab("train", "--corpus", story, "--steps", 3, "--out", out, "--threads", 1)
    assert result.exit_code == 0, result.output
    for part in ("3 steps", "nats per token", "bits per character", "It writes", str(out)):
        assert part in result.stdout
    record = json.loads((out / "training.json").read_text())
    assert record["plan"]["training"]["steps"] == 3 and record["threads"] == 1
    assert record["score"]["nats_per_token"] > 0
    written = lmlab("generate", "--model", out, "--prompt", "Anna", "--seed", 1)
    assert written.exit_code == 0 and written.stdout.startswith("Anna")


@pytest.mark.parametrize(("kind", "vocab_size"), [("byte", 257), ("bpe", 270)], ids=["byte", "bpe"])
def test_the_tokenizer_can_be_chosen(story, tmp_path, kind, vocab_size):
    wanted = vocab_size if kind == "bpe" else None
    run = train_on_corpus(
        "tiny", tmp_path / "out", corpus=str(story), steps=1, tokenizer=kind, vocab_size=wanted
    )
    model, tokenizer = load(tmp_path / "out")
    assert model.config.vocab_size == tokenizer.vocab_size == vocab_size
    assert run.score is not None


def test_a_char_tokenizer_knows_the_held_out_text_but_learns_nothing_else_from_it(story):
    from lmlab.text import corpora

    corpus = corpora.load(str(story), verbose=False)
    text = encode_corpus(corpus, "char")
    assert set(text.tokenizer.characters) == set(story.read_text().replace("\n\n", ""))
    assert text.tokenizer.decode(text.train).count("<|endoftext|>") == len(corpus.train)
    assert text.validation.characters_per_token == 1.0


def test_time_becomes_steps(story, monkeypatch):
    from lmlab.text import corpora

    text = encode_corpus(corpora.load(str(story), verbose=False), "char")
    recipe = preset("tiny")
    model = recipe.model_config(text.tokenizer.vocab_size)
    seconds = iter([2.0] * 3 + [5.0, 1.0])  # three steps, an evaluation, a checkpoint
    monkeypatch.setattr("lmlab.training.planning._timed", lambda work: next(seconds))
    config = plan_for(100.0, model, recipe, text)  # 5 looks of 6 s leave 70 s for steps of 2 s
    assert config.steps == 35 and config.evaluate_every == config.checkpoint_every == 7


@pytest.mark.parametrize("preset_name", ["tiny", "lstm", "neural-ngram"])
def test_an_interrupted_command_goes_on_as_planned(story, tmp_path, preset_name):
    class Stop:
        def on_step(self, row):
            if row["step"] == 2:
                raise KeyboardInterrupt

    def begin(folder, **more):
        return train_on_corpus(
            preset_name, tmp_path / folder, corpus=str(story), steps=4, threads=1, **more
        )

    begin("a")
    stopped = begin("b", callbacks=[Stop()])
    assert stopped.score is None and "--resume" in summary(stopped)
    model, tokenizer = load(tmp_path / "b")  # usable as it is
    assert "".join(write(model, tokenizer, "Ben", 3))
    torch.set_num_threads(2)
    resumed = resume(tmp_path / "b")
    assert torch.get_num_threads() == 1  # as planned, for the same last digits
    assert resumed.score is not None
    for name in ("model.safetensors", "config.json", "tokenizer.json"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_bert_is_trained_to_restore_hidden_tokens_and_writes_nothing(story, tmp_path):
    run = train_on_corpus("town-bert", tmp_path / "out", corpus=str(story), steps=2, vocab_size=300)
    model, tokenizer = load(tmp_path / "out")
    assert isinstance(model, BERT)
    assert run.plan.training.mask_with == tokenizer.mask_id is not None
    said = summary(run)
    assert "It writes" not in said and "lmlab generate" not in said


def test_a_kill_before_the_first_checkpoint_begins_anew(story, tmp_path, monkeypatch):
    def die(*_, **__):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(runs, "train", die)
        with pytest.raises(SystemExit):
            train_on_corpus("tiny", tmp_path / "out", corpus=str(story), steps=2, threads=1)
    assert Plan.read(tmp_path / "out").training.steps == 2
    assert resume(tmp_path / "out").result.reason == "finished"


def test_half_precision_is_what_is_scored(story, tmp_path, monkeypatch):
    import dataclasses

    from lmlab.training.evaluation import Validation, evaluate
    from lmlab.training.presets import PRESETS

    half = dataclasses.replace(PRESETS["tiny"], dtype="float16")
    monkeypatch.setitem(PRESETS, "tiny", half)
    run = train_on_corpus("tiny", tmp_path / "out", corpus=str(story), steps=1)
    model, tokenizer = load(tmp_path / "out")
    from lmlab.text import corpora

    text = encode_corpus(corpora.load(str(story), verbose=False), "char")
    assert isinstance(text.validation, Validation)
    assert evaluate(model, text.validation) == run.score
    assert (tmp_path / "out" / "model.safetensors").stat().st_size < 2.2 * model.num_parameters()
