"""A GPT learns what comes after the cue, and nothing of the story before it."""

import json

import torch

from lmlab.models import GPT, TransformerConfig
from lmlab.pretrained import load
from lmlab.tasks.summarisation import continuation
from lmlab.tasks.summarisation.recipe import town_summaries
from lmlab.text import BPETokenizer
from lmlab.training import TrainingConfig, evaluate, train

PAIRS = [("Tom had a kite. It flew.", "Tom flew a kite."), ("Mia ran. Mia won.", "Mia won.")]
TOKENIZER = BPETokenizer.train(" ".join(" ".join(pair) for pair in PAIRS) * 3, 300, progress=False)


def test_each_label_is_the_token_that_follows_and_only_the_answer_counts():
    ids, labels = continuation.continuation_row([9, 1, 2], [5, 6], 9)
    assert ids == [9, 1, 2, 5, 6]
    assert labels == [-100, -100, 5, 6, 9]


def test_rows_end_each_summary_and_leave_each_story_out():
    rows = continuation.continuation_rows(TOKENIZER, PAIRS)
    for (story, summary), ids, labels in zip(PAIRS, rows.texts, rows.labels, strict=True):
        judged = [label for label in labels.tolist() if label != -100]
        assert judged[-1] == TOKENIZER.eos_id
        assert TOKENIZER.decode(judged[:-1]) == " " + summary
        assert ids[0] == TOKENIZER.eos_id
        read = TOKENIZER.decode([each for each in ids.tolist() if each != -100][1:])
        assert read == f"{story}{continuation.CUE} {summary}"


def test_a_gpt_learns_to_go_on_with_the_summary():
    torch.manual_seed(0)
    shape = {"d_model": 32, "n_layers": 2, "n_heads": 2, "context_length": 96}
    gpt = GPT(TransformerConfig(vocab_size=TOKENIZER.vocab_size, **shape))
    rows = continuation.continuation_rows(TOKENIZER, PAIRS)
    config = TrainingConfig(steps=120, batch_size=2, learning_rate=1e-2, decay_share=0.3)
    train(gpt, rows, config, progress=False)
    assert evaluate(gpt, rows).nats_per_token < 0.3
    predict = continuation.by_continuing(gpt, TOKENIZER)
    assert predict([story for story, _ in PAIRS]) == [summary for _, summary in PAIRS]


def test_the_gpt_that_tells_stories_gets_room_and_keeps_its_weights():
    gpt, tokenizer = continuation.new_continuer()
    before, _ = load("town-gpt")
    assert gpt.config.context_length > before.config.context_length
    ids = torch.tensor([tokenizer.encode("Mia was in the park.")])
    torch.testing.assert_close(gpt(ids), before(ids))
    rows = continuation.continuation_rows(tokenizer, town_summaries("validation", 100))
    rows.require_fit(gpt.config.context_length, tokenizer.vocab_size)


def test_training_makes_a_folder_with_a_record(tmp_path):
    continuation.train_continuer(tmp_path / "mine", steps=1)
    opened, _ = load(tmp_path / "mine")
    assert opened.config.context_length == continuation.CONTEXT
    record = json.loads((tmp_path / "mine" / "training.json").read_text())
    assert record["training"]["steps"] == 1
    assert 3 < record["history"][-1]["validation_loss"] < 12
