"""Everything that a user may do wrong, by the ways that a user has.

Each case ends in one sentence, which says what is wrong and what to do, and loses nothing.
"""

import errno
import os
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from lmlab import GPT, TrainingConfig, TransformerConfig, train
from lmlab.cli import app
from lmlab.pretrained import load, write
from lmlab.sources import atomic
from lmlab.text import BPETokenizer, ByteTokenizer, CharTokenizer, encode_documents
from lmlab.training.checkpoints import complete


@pytest.fixture
def model_folder(new_model, tmp_path) -> Path:
    return new_model().save_pretrained(tmp_path / "model", CharTokenizer("abcdefghi"))


@pytest.fixture
def run_folder(new_model, tokens, config, tmp_path) -> Path:
    """A run of twelve steps with checkpoints at steps 10 and 12."""
    train(new_model(), tokens, config, out=tmp_path / "run", progress=False)
    return tmp_path / "run"


def lmlab(*arguments) -> str:
    """Run the command, which must fail; what it says on stderr, one line."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 2, result.output
    said = [line for line in result.stderr.splitlines() if line.startswith("lmlab: ")]
    assert len(said) == 1 and "Traceback" not in result.output
    return said[0]


def train_on(text, out, *more) -> str:
    return lmlab("train", "--corpus", text, "--preset", "tiny", "--steps", 1, "--out", out, *more)


# Text


def test_empty_text(tmp_path):
    (tmp_path / "empty.txt").write_text("")
    assert "is empty" in train_on(tmp_path / "empty.txt", tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "tokenizer", [CharTokenizer("ab"), ByteTokenizer(), BPETokenizer.train("aaab", 258)]
)
def test_empty_text_to_encode(tokenizer):
    with pytest.raises(ValueError, match="there is no text to encode"):
        encode_documents([""], tokenizer)


def test_one_token(new_model, tokens, config):
    with pytest.raises(ValueError, match="the text has 1 tokens, a block needs 9"):
        train(new_model(), tokens[:1], config)


def test_a_text_shorter_than_the_context(tmp_path):
    (tmp_path / "short.txt").write_text("one\ntwo\nthree\nfour\n")
    said = train_on(tmp_path / "short.txt", tmp_path / "out")
    assert "a block needs 129" in said and "use more text" in said


def test_an_unknown_character(model_folder):
    said = lmlab("generate", "--model", model_folder, "--prompt", "abZ")
    assert "'Z' (U+005A)" in said and "ByteTokenizer" in said


def test_a_lone_surrogate(model_folder):
    with pytest.raises(ValueError, match=r"lone surrogate U\+D83D.*Mend the text with"):
        next(write(*load(model_folder), "a\ud83d"))


def test_a_token_of_another_vocabulary(new_model, tokens, config):
    with pytest.raises(ValueError, match="encoded by the model's own tokenizer"):
        train(new_model(vocab_size=5), tokens, config, progress=False)


# Models


def test_a_prompt_longer_than_the_context(new_model):
    with pytest.raises(ValueError, match="9 tokens do not fit into context_length=8: shorten"):
        new_model().generate(torch.zeros(1, 9, dtype=torch.long), 1)


def test_a_long_prompt_to_the_command(model_folder):
    said = lmlab("generate", "--model", model_folder, "--prompt", "abc" * 9)
    assert "27 tokens do not fit into context_length=8" in said


def test_no_prompt_and_no_mark_to_begin_with(new_model):
    with pytest.raises(ValueError, match=r"no <\|endoftext\|> to begin a text with"):
        next(write(new_model(), CharTokenizer("abcdefghij", special_tokens=()), ""))


def test_heads_that_do_not_divide():
    with pytest.raises(ValueError, match="n_heads=5 does not divide d_model=64; try 4 or 8."):
        TransformerConfig(vocab_size=10, d_model=64, n_heads=5)


def test_a_preset_that_is_none(story, tmp_path):
    said = lmlab("train", "--corpus", story, "--preset", "tinny", "--out", tmp_path / "out")
    assert "did you mean 'tiny'?" in said


def test_both_steps_and_seconds(story, tmp_path):
    assert "either steps or seconds" in train_on(story, tmp_path / "out", "--seconds", 5)


def test_steps_below_one(story, tmp_path):
    said = lmlab("train", "--corpus", story, "--steps", -3, "--out", tmp_path / "out")
    assert "steps=-3 must be a whole number from 1" in said


def test_a_vocabulary_size_that_nobody_asked_for(story, tmp_path):
    assert "char does not" in train_on(story, tmp_path / "out", "--vocab-size", 300)


# Checkpoints and model folders


def test_a_truncated_checkpoint(run_folder, new_model, tokens, config):
    file = complete(run_folder / "checkpoints")[-1] / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.warns(UserWarning, match=r"model\.safetensors is damaged.*Going back") as said:
        result = train(new_model(), tokens, config, out=run_folder, resume=True, progress=False)
    assert len(said) == 1
    assert result.reason == "finished" and result.history[-1]["step"] == 12


def test_a_checkpoint_with_a_flipped_bit(run_folder, new_model, tokens, config):
    newest = complete(run_folder / "checkpoints")[-1]
    before = {file.name: file.read_bytes() for file in newest.glob("*.safetensors")}
    data = bytearray(before["optimizer.safetensors"])
    data[-1] ^= 1
    (newest / "optimizer.safetensors").write_bytes(data)
    with pytest.warns(UserWarning, match=r"optimizer\.safetensors is damaged: \S+ is not what"):
        train(new_model(), tokens, config, out=run_folder, resume=True, progress=False)
    assert before == {file.name: file.read_bytes() for file in newest.glob("*.safetensors")}


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_truncated_model(model_folder, file):
    (model_folder / file).write_bytes((model_folder / file).read_bytes()[:-9])
    assert str(model_folder / file) in lmlab("generate", "--model", model_folder)


def test_a_folder_that_holds_no_model(tmp_path):
    assert "has no config.json" in lmlab("generate", "--model", tmp_path)


def test_a_folder_that_is_in_use(story, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine")
    said = train_on(story, tmp_path / "out")
    assert "is not empty" in said and "--resume" in said
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_resuming_where_nothing_was_begun(tmp_path):
    said = lmlab("train", "--out", tmp_path / "out", "--resume")
    assert "holds no run to go on with" in said
    assert not (tmp_path / "out").exists()


def test_a_damaged_plan(tmp_path):
    (tmp_path / "run.json").write_text('{"corpus": ')
    assert "run.json is damaged" in lmlab("train", "--out", tmp_path, "--resume")


# Disks


def test_a_file_in_place_of_the_folder(story, tmp_path):
    (tmp_path / "out").write_text("mine")
    train_on(story, tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_read_only_folder(story, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(tmp_path / "out"))

    monkeypatch.setattr(Path, "mkdir", refuse)  # the superuser may write anywhere
    said = train_on(story, tmp_path / "out")
    assert "Permission denied" in said and str(tmp_path / "out") in said


def test_a_disk_that_fills_up_during_training(new_model, tokens, config, tmp_path, monkeypatch):
    writes = []

    def fill_up(path):
        writes.append(path)
        if len(writes) > 15:  # in the middle of the second checkpoint or of a later one
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return flush(path)

    flush = atomic.flush
    monkeypatch.setattr(atomic, "flush", fill_up)
    with pytest.raises(OSError, match="checkpoint of step .* was not written.*free space"):
        train(new_model(), tokens, config, out=tmp_path, progress=False)
    monkeypatch.undo()
    kept = complete(tmp_path / "checkpoints")
    assert kept and GPT.from_pretrained(kept[-1])
    result = train(new_model(), tokens, config, out=tmp_path, resume=True, progress=False)
    assert result.reason == "finished"


def test_a_config_that_makes_no_sense():
    with pytest.raises(ValueError, match="batch_size=0 must be a whole number from 1"):
        TrainingConfig(steps=1, batch_size=0)
