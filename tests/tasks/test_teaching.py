import json

import pytest
import torch

from lmlab.models import EncoderDecoder, TransformerConfig, open_model
from lmlab.tasks.teaching import RECORD, encode_pairs, teach
from lmlab.text.char import CharTokenizer
from lmlab.training import TrainingConfig

WORDS = [("ab", "ba"), ("abb", "bba"), ("a", "a")]


class Stop:
    """Somebody who presses Ctrl-C after the first row."""

    def on_step(self, row):
        raise KeyboardInterrupt


@pytest.fixture
def tokenizer():
    return CharTokenizer("ab")


def taught(out, tokenizer, **how):
    torch.manual_seed(0)
    shape = TransformerConfig(
        vocab_size=tokenizer.vocab_size, context_length=8, d_model=8, n_layers=1, n_heads=2
    )
    lessons = encode_pairs(WORDS, tokenizer)
    plan = TrainingConfig(steps=4, batch_size=2, evaluate_every=2, checkpoint_every=2)
    model = EncoderDecoder(shape)
    return teach(model, lessons, plan, out, tokenizer, validation=lessons, progress=False, **how)


def test_the_folder_holds_a_model_in_half_precision_and_tells_of_its_run(tmp_path, tokenizer):
    result = taught(tmp_path, tokenizer, told={"recipe": "mirror"})
    record = json.loads((tmp_path / RECORD).read_text())
    assert list(record)[:2] == ["recipe", "training"]
    assert record["training"]["steps"] == 4
    assert record["parameters"] == result.model.num_parameters()
    assert [row["step"] for row in record["history"]] == [2, 4]
    half = {name: w.half().float() for name, w in result.model.weights().items()}
    stored = open_model(tmp_path).weights()
    assert all(torch.equal(stored[name].float(), half[name]) for name in half)


def test_a_run_that_is_broken_off_has_no_record_and_goes_on(tmp_path, tokenizer):
    taught(tmp_path, tokenizer, callbacks=[Stop()])
    assert not (tmp_path / RECORD).exists()
    taught(tmp_path, tokenizer)
    assert (tmp_path / RECORD).exists()


def test_targets_stand_between_marks(tokenizer):
    batch = encode_pairs(WORDS, tokenizer).batch(range(1))
    mark = tokenizer.eos_id
    wanted = tokenizer.encode("ba")
    assert batch.inputs[0].tolist() == [mark, *wanted]
    assert batch.targets[0].tolist() == [*wanted, mark]
