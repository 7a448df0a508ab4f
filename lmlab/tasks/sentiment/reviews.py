"""Sentences from film reviews: what a pretrained encoder adds to counted words.

`write_review_scores` made the file data/sentiment/movie-reviews.json. Used in chapter 6.5.
"""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from lmlab.models import SequenceClassifier
from lmlab.models.transformer import Transformer
from lmlab.nn.lora import add_lora
from lmlab.pretrained import load
from lmlab.sources import shipped_json
from lmlab.sources.atomic import write_file
from lmlab.tasks import metrics
from lmlab.tasks.adapters import by_classifying
from lmlab.tasks.bootstrap import Estimate
from lmlab.tasks.evaluation import Report, difference, evaluate
from lmlab.tasks.example import Example
from lmlab.tasks.sentiment.layer_vectors import layer_vectors
from lmlab.tasks.sentiment.weighed_words import learn_tfidf
from lmlab.tasks.task import Predict, Task, examples_of
from lmlab.text import corpora
from lmlab.text.tokenizer import Tokenizer
from lmlab.training import LabelledTexts, TrainingConfig, train

CLASSES = ("negative", "positive")
FIRST_LAYER = 1
"""Vectors of all layers but the first are laid side by side: those in the middle say most."""
PULL = 0.3
"""How strongly the weights on vectors are pulled towards 0."""
FEW = (64, 256)

Vectors = Float[np.ndarray, "texts numbers"]
Learn = Callable[[Sequence[Example]], Predict]


def _draw(split: str, n: int) -> list[Example]:
    if split != "held-out":
        raise ValueError(f"split={split!r}: the reviews have no split but 'held-out'.")
    return examples_of(corpora.load("movie-reviews").test)[:n]


REVIEWS = Task(
    "film reviews", _draw, {"accuracy": metrics.accuracy(), "ECE": metrics.calibration_error()}
)


def learn_on_vectors(
    examples: Sequence[Example], vectors: dict[str, np.ndarray], pull: float = PULL
) -> Predict:
    """Logistic regression on vectors of texts, which `vectors` holds by their texts."""
    from sklearn.linear_model import LogisticRegression

    def of(texts: Sequence[str]) -> np.ndarray:
        return np.stack([vectors[text] for text in texts])

    regression = LogisticRegression(C=1 / pull, max_iter=1000)
    regression.fit(of([each.input for each in examples]), [each.wanted for each in examples])

    def on_vectors(texts: Sequence[str]) -> list[dict[str, float]]:
        shares = regression.predict_proba(of(texts))
        return [
            dict(zip(regression.classes_.tolist(), row.tolist(), strict=True)) for row in shares
        ]

    return on_vectors


def together(*models: Predict) -> Predict:
    """Several models as one: the sum of their log-odds for each of two classes."""

    def both(texts: Sequence[str]) -> list[dict[str, float]]:
        said = [[_log_odds(shares) for shares in model(texts)] for model in models]
        return [
            dict(zip(CLASSES, (1 - share, share), strict=True))
            for share in (1 / (1 + np.exp(-np.sum(said, axis=0)))).tolist()
        ]

    return both


def cross_validated(examples: Sequence[Example], learn: Learn, folds: int, seed: int) -> Predict:
    """What is said of each example by a model that learned from the other folds only."""
    places = list(range(len(examples)))
    Random(seed).shuffle(places)
    said: dict[str, Any] = {}
    for fold in range(folds):
        held = set(places[fold::folds])
        model = learn([each for place, each in enumerate(examples) if place not in held])
        texts = [examples[place].input for place in sorted(held)]
        said |= dict(zip(texts, model(texts), strict=True))
    return lambda texts: [said[text] for text in texts]


def write_review_scores(out: str | Path, *, folds: int = 5, seed: int = 0) -> Path:
    """Score words, vectors, and both on all 4,000 sentences, and a few labels; as JSON.

    The shipped file is `write_review_scores("data/sentiment/movie-reviews.json")`.
    """
    corpus = corpora.load("movie-reviews")
    examples = examples_of([*corpus.train, *corpus.validation, *corpus.test])
    encoder, tokenizer = load("minilm-l6")
    layers = layer_vectors(encoder, tokenizer, [each.input for each in examples]).numpy()
    reports = compare_on_reviews(examples, layers, folds, seed)
    words, best = reports["TF-IDF"], reports["MiniLM and TF-IDF"]
    record = {
        "sentences": len(examples),
        "folds": folds,
        "seed": seed,
        "scores": {
            name: {key: _numbers(each) for key, each in report.scores.items()}
            for name, report in reports.items()
        },
        "better than TF-IDF": _numbers(difference(best, words)),
        "few labels": few_labels(corpus, encoder, tokenizer, seed),
    }
    return write_file(Path(out), json.dumps(record, indent=1) + "\n")


def compare_on_reviews(
    examples: Sequence[Example],
    layers: Float[np.ndarray, "texts layers d_model"],
    folds: int = 5,
    seed: int = 0,
) -> dict[str, Report]:
    """Reports by name: TF-IDF, each layer's vectors, many layers', and these with TF-IDF."""
    texts = [each.input for each in examples]
    wide = layers[:, FIRST_LAYER:].reshape(len(texts), -1)

    def on(vectors: Vectors, pull: float = PULL) -> Learn:
        by_text = dict(zip(texts, vectors, strict=True))
        return lambda lessons: learn_on_vectors(lessons, by_text, pull)

    learners = {"TF-IDF": _tfidf}
    learners |= {f"layer {i + 1}": on(layers[:, i], 0.1) for i in range(layers.shape[1])}
    learners["MiniLM"] = on(wide)
    learners["MiniLM and TF-IDF"] = lambda lessons: together(on(wide)(lessons), _tfidf(lessons))
    return {
        name: evaluate(
            REVIEWS,
            cross_validated(examples, learn, folds, seed),
            examples=examples,
            name=name,
            progress=False,
        )
        for name, learn in learners.items()
    }


def few_labels(
    corpus: corpora.Corpus, encoder: Transformer, tokenizer: Tokenizer, seed: int = 0
) -> dict[str, dict[str, list[float]]]:
    """Accuracy on the test split after few labels: a head on a frozen body, and LoRA in it."""
    shuffled = Random(seed).sample(examples_of(corpus.train), max(FEW))
    found: dict[str, dict[str, list[float]]] = {}
    for n in FEW:
        for name, rank in (("frozen", None), ("LoRA", 8)):
            model = tune(encoder, tokenizer, shuffled[:n], rank, seed)
            predict = by_classifying(model, tokenizer.encode, CLASSES)
            examples = examples_of(corpus.test)
            report = evaluate(REVIEWS, predict, examples=examples, progress=False)
            found.setdefault(name, {})[str(n)] = _numbers(report["accuracy"])
    return found


def tune(
    encoder: Transformer,
    tokenizer: Tokenizer,
    examples: Sequence[Example],
    rank: int | None,
    seed: int = 0,
) -> SequenceClassifier:
    """A new head on a copy of the encoder, taught these examples; with LoRA of this rank, if any.

    Without, the body stays as it is. Each example is seen 8 times.
    """
    torch.manual_seed(seed)
    model = SequenceClassifier.on(encoder, len(CLASSES)).requires_grad_(False)
    if rank:
        add_lora(model, rank)
    model.head.requires_grad_(True)
    rows = LabelledTexts.of(
        [tokenizer.encode(each.input) for each in examples],
        [CLASSES.index(each.wanted) for each in examples],
    )
    config = TrainingConfig(
        steps=8 * len(examples) // 16,
        batch_size=16,
        optimizer="adamw",
        learning_rate=2e-3 if rank else 1e-2,
        warmup_steps=5,
        seed=seed,
    )
    train(model, rows, config, progress=False)
    return model


def review_scores() -> dict[str, Any]:
    """What `write_review_scores` left with the package."""
    return shipped_json("sentiment/movie-reviews.json")


def _tfidf(examples: Sequence[Example]) -> Predict:
    return learn_tfidf(examples, strength=0.1)


def _numbers(estimate: Estimate) -> list[float]:
    return [estimate.value, estimate.low, estimate.high]


def _log_odds(shares: dict[str, float]) -> float:
    return float(np.log(shares["positive"]) - np.log(shares["negative"]))
