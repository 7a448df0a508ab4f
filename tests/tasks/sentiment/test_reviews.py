"""Every sentence is judged by a model that has not seen it; the shipped scores beat the words."""

import numpy as np
import pytest
import torch

from lmlab.models import TransformerConfig
from lmlab.pretrained import BERTEncoder
from lmlab.tasks.example import Example
from lmlab.tasks.sentiment import reviews
from lmlab.text import ByteTokenizer

EXAMPLES = [
    Example(f"{word} film number {i}", label)
    for i in range(6)
    for word, label in (("good", "positive"), ("bad", "negative"))
]


def test_no_model_judges_what_it_has_learned():
    seen = []

    def learn(lessons):
        known = {each.input for each in lessons}
        seen.append(known)
        return lambda texts: [text in known for text in texts]

    predict = reviews.cross_validated(EXAMPLES, learn, folds=3, seed=0)
    assert predict([each.input for each in EXAMPLES]) == [False] * 12
    assert [len(known) for known in seen] == [8, 8, 8]


def test_together_adds_the_log_odds():
    def says(share):
        return lambda texts: [{"negative": 1 - share, "positive": share} for _ in texts]

    (one,) = reviews.together(says(0.8), says(0.5))(["x"])
    (two,) = reviews.together(says(0.8), says(0.8))(["x"])
    assert one["positive"] == pytest.approx(0.8)
    assert two["positive"] == pytest.approx(16 / 17)


def test_vectors_that_hold_the_label_are_learned():
    vectors = {each.input: np.array([float(each.wanted == "positive"), 1.0]) for each in EXAMPLES}
    said = reviews.learn_on_vectors(EXAMPLES, vectors)([each.input for each in EXAMPLES])
    assert [max(s, key=s.get) for s in said] == [each.wanted for each in EXAMPLES]


def test_all_kinds_of_features_are_compared():
    layers = np.random.default_rng(0).normal(size=(12, 3, 4)).astype(np.float32)
    reports = reviews.compare_on_reviews(EXAMPLES, layers, folds=2)
    assert list(reports) == [
        "TF-IDF", "layer 1", "layer 2", "layer 3", "MiniLM", "MiniLM and TF-IDF",
    ]  # fmt: skip
    assert reports["TF-IDF"]["accuracy"].value == 100


@pytest.mark.parametrize("rank", [None, 2])
def test_the_body_stays_as_it_is_and_the_head_learns(rank):
    torch.manual_seed(0)
    tokenizer = ByteTokenizer()
    shape = {"d_model": 8, "n_layers": 1, "n_heads": 2, "context_length": 32}
    encoder = BERTEncoder(TransformerConfig(vocab_size=tokenizer.vocab_size, **shape))
    model = reviews.tune(encoder, tokenizer, EXAMPLES, rank)
    assert torch.equal(model.embed.weight, encoder.embed.weight)
    learned = {name.split(".")[-1] for name, w in model.named_parameters() if w.requires_grad}
    assert learned == ({"weight", "bias"} if rank is None else {"weight", "bias", "down", "up"})


def test_the_shipped_scores_beat_words_by_more_than_chance():
    record = reviews.review_scores()
    value, low, high = record["better than TF-IDF"]
    assert 0 < low < value < high
    assert record["scores"]["MiniLM"]["accuracy"][1] > record["scores"]["TF-IDF"]["accuracy"][2]
    assert record["sentences"] == 4000
