"""The ladder: every rung from counting to the GPT on one text. What `lmlab bench ladder` runs.

Built in chapter 2.1.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import torch

from lmlab.models.ngram import NGram, NGramConfig
from lmlab.sources import shipped_json
from lmlab.text import corpora
from lmlab.training.loop import train
from lmlab.training.machine import use_threads
from lmlab.training.planning import GLANCE, plan_for
from lmlab.training.presets import preset
from lmlab.training.scoreboard import (
    Fitted,
    Scoreboard,
    Standing,
    bits_per_char,
    flops_per_token,
    scoreboard,
)
from lmlab.training.texts import EncodedCorpus, encode_corpus

NEURAL = {
    "neural n-gram": "neural-ngram",
    "RNN": "rnn",
    "LSTM": "lstm",
    "GRU": "gru",
    "GPT": "tiny",
}
"""The rungs that are trained by gradients, each with its preset."""


def count(text: EncodedCorpus, order: int) -> Fitted:
    """An n-gram model of the training split, with Kneser-Ney smoothing."""
    config = NGramConfig(vocab_size=text.tokenizer.vocab_size, order=order)
    began = time.perf_counter()
    model = NGram.fit(text.train, config)
    return Fitted(model, time.perf_counter() - began)


def climb(
    rung: str,
    text: EncodedCorpus,
    *,
    steps: int | None = None,
    seconds: float | None = None,
    seed: int = 0,
    progress: bool = True,
) -> Fitted:
    """Train one rung of `NEURAL` for so many steps, or about so many seconds.

    With steps the outcome depends on them and the seed alone.
    """
    if rung not in NEURAL:
        raise ValueError(f"there is no rung {rung!r}; there are {', '.join(NEURAL)}.")
    if (steps is None) == (seconds is None):
        raise ValueError("give either steps or seconds.")
    recipe = preset(NEURAL[rung])
    settings = recipe.model_config(text.tokenizer.vocab_size)
    if seconds is not None:
        plan = plan_for(seconds, settings, recipe, text).replace(seed=seed)
    else:
        plan = recipe.training_config(steps, seed=seed, evaluate_every=max(1, steps // 8))
    torch.manual_seed(seed)
    model = recipe.architecture(settings)
    glance = text.validation.first(GLANCE)
    result = train(model, text.train, plan, validation=glance, progress=progress)
    last = result.history[-1]
    return Fitted(model, last["seconds"], last["tokens"], result.history)


def bench_ladder(
    corpus: str = "town",
    seconds: float = 120,
    *,
    tokenizer: str = "char",
    vocab_size: int | None = None,
    orders: Sequence[int] = (2, 3, 4, 5, 6, 8),
    shares: Sequence[float] = (0.01, 0.1),
    threads: int | None = None,
) -> dict[str, Any]:
    """Climb the whole ladder on a corpus, each trained rung for `seconds`.

    The best order of the n-grams, the LSTM and the GPT are made from each share of the training
    text as well, in as many steps: who learns more from little text? The result is plain JSON.
    """
    use_threads(threads)
    whole = encode_corpus(corpora.load(corpus), tokenizer, vocab_size)
    counted = {f"n-gram, order {order}": count(whole, order) for order in orders}
    trained = {name: climb(name, whole, seconds=seconds) for name in NEURAL}
    board = scoreboard({**counted, **trained}, whole)
    best = min(orders, key=lambda order: board[f"n-gram, order {order}"].bits_per_char)
    compared = (f"n-gram, order {best}", "LSTM", "GPT")
    steps = {name: trained[name].history[-1]["step"] for name in ("LSTM", "GPT")}
    rows = [_share(share, best, whole, steps) for share in sorted(shares)]
    rows.append(_row(1.0, whole, {name: board[name].bits_per_char for name in compared}))
    words = words_per_character(whole)
    return {
        "corpus": corpus,
        "tokenizer": f"{tokenizer}, {whole.tokenizer.vocab_size} tokens",
        "seconds": seconds,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "board": [asdict(row) | _per_word(row, words) for row in board.standings],
        "curves": {name: _curve(fitted) for name, fitted in trained.items()},
        "shares": rows,
    }


def table(result: Mapping[str, Any]) -> str:
    """The result for a reader."""
    rows = [
        Standing(**{k: row[k] for k in Standing.__dataclass_fields__}) for row in result["board"]
    ]
    lines = [
        f"{result['corpus']}, {result['tokenizer']}; {result['seconds']:g} s of training for each "
        f"neural rung on {result['threads']} thread(s)",
        "",
        repr(Scoreboard(tuple(rows))),
        "",
        shares_table(result),
    ]
    return "\n".join(lines)


def shares_table(result: Mapping[str, Any]) -> str:
    """Bits per character of the models that were made from shares of the training text."""
    lines = ["share of the text   characters   " + "   ".join(result["shares"][0]["bits"])]
    for row in result["shares"]:
        bits = "   ".join(f"{value:{len(name)}.3f}" for name, value in row["bits"].items())
        lines.append(f"{row['share']:17.0%}   {row['characters']:10,}   {bits}")
    return "\n".join(lines)


def shipped_result(corpus: str) -> dict[str, Any]:
    """The result of `bench_ladder` on a corpus that is shipped with the course."""
    return shipped_json(f"ladder/{corpus}.json")


def _share(
    share: float, order: int, whole: EncodedCorpus, steps: Mapping[str, int]
) -> dict[str, Any]:
    """Models of the first part of the training text, scored on the whole held-out text."""
    text = replace(whole, train=whole.train[: round(share * len(whole.train))])
    models = {f"n-gram, order {order}": count(text, order)}
    models |= {name: climb(name, text, steps=n) for name, n in steps.items()}
    bits = {name: bits_per_char(each.model, text.validation) for name, each in models.items()}
    return _row(share, text, bits)


def _row(share: float, text: EncodedCorpus, bits: Mapping[str, float]) -> dict[str, Any]:
    characters = round(len(text.train) * text.validation.characters_per_token)
    return {"share": share, "characters": characters, "bits": dict(bits)}


def _curve(fitted: Fitted) -> list[dict[str, float]]:
    """Score against time and compute, from the looks that were taken in training."""
    flops = 3 * flops_per_token(fitted.model)
    return [
        {"seconds": row["seconds"], "flops": flops * row["tokens"], "bits": row["bits_per_char"]}
        for row in fitted.history
        if "bits_per_char" in row
    ]


def words_per_character(text: EncodedCorpus) -> float:
    """Words for one character of the validation text, the end of a line counted as one.

    So are they counted where perplexities of WikiText are published (Merity et al. 2016).
    """
    documents = [str(document) for document in text.corpus.validation]
    words = sum(len(document.split()) + document.count("\n") for document in documents)
    return words / sum(map(len, documents))


def _per_word(row: Standing, words_per_character: float) -> dict[str, float]:
    """Perplexity per word from bits per character."""
    return {"perplexity_per_word": 2 ** (row.bits_per_char / words_per_character)}
