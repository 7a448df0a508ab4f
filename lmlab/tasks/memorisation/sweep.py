"""Privacy against usefulness: one book read under more and more noise. Built in chapter 8.2."""

from collections.abc import Mapping, Sequence
from statistics import mean
from typing import Any

import torch

from lmlab.models import GPT
from lmlab.sources import shipped_json
from lmlab.tasks.memorisation.canaries import exposures
from lmlab.tasks.memorisation.doctors_book import (
    DoctorsBook,
    as_rows,
    book_tokenizer,
    doctors_book,
)
from lmlab.tasks.memorisation.membership import text_log_probs
from lmlab.tasks.memorisation.recipe import public_model, train_by_dp_sgd, train_plainly
from lmlab.tasks.roc import roc_area
from lmlab.training import evaluate
from lmlab.training.privacy import Privacy

NOISES = (0.5, 0.7, 1.0, 2.0)
"""σ of the runs with noise, the least first."""
EPOCHS = 8
"""How often the book is read, unless the name of a run says otherwise."""
SEEDS = (0,)
UNTRAINED, UNPROTECTED = "not trained on it", "unprotected"
HALF, TWICE, ONCE = "read half as often", "read twice as often", "each line kept once"
LARGE_BATCHES, CLIPPED = "unprotected, by DP-SGD's steps", "clipped only"


def bench_privacy(
    noises: Sequence[float] = NOISES, *, seeds: Sequence[int] = SEEDS, epochs: int | float = EPOCHS
) -> dict[str, Any]:
    """All runs of the curve: some minutes for each seed, on one thread. The result is plain JSON.

    For each seed another book, with other codes, and other weights to begin with. It is read by
    nobody; in the usual way, also half and twice as often, and with each line kept once; by the
    steps of DP-SGD without its protection; clipped without noise; and with each of `noises`.
    """
    if not len(seeds) or epochs <= 0:
        raise ValueError(f"seeds={list(seeds)}, epochs={epochs}: give a seed, and epochs above 0.")
    runs = []
    for seed in seeds:
        book = doctors_book(seed=seed)
        public = public_model(book, seed=seed)
        runs.append(_measured(UNTRAINED, public, book, seed=seed, epochs=0))
        for name, lines, times in (
            (UNPROTECTED, book.lines, 1),
            (HALF, book.lines, 0.5),
            (TWICE, book.lines, 2),
            (ONCE, book.without_copies, 1),
        ):
            model = train_plainly(public, lines, epochs=times * epochs, seed=seed)
            runs.append(_measured(name, model, book, seed=seed, epochs=times * epochs))
        for privacy in (
            Privacy(clip_norm=None, noise=0),
            *(Privacy(noise=noise) for noise in (0, *noises)),
        ):
            runs.append(private_run(public, book, privacy, epochs=epochs, seed=seed))
    return {"torch": torch.__version__, "threads": torch.get_num_threads(), "runs": runs}


def private_run(
    public: GPT, book: DoctorsBook, privacy: Privacy, *, epochs: int | float = EPOCHS, seed: int = 0
) -> dict[str, Any]:
    """One point of the curve: DP-SGD with these settings, and what it costs and saves."""
    done = train_by_dp_sgd(public, book.lines, privacy, epochs=epochs, seed=seed)
    settings = {"noise": privacy.noise, "epochs": epochs, "seed": seed}
    if privacy.noise:  # JSON knows no infinity: without noise there is no ε
        return _measured(
            f"noise {privacy.noise:g}", done.model, book, epsilon=done.epsilon, **settings
        )
    name = LARGE_BATCHES if privacy.clip_norm is None else CLIPPED
    return _measured(name, done.model, book, **settings)


def shipped_runs() -> list[dict[str, Any]]:
    """The runs of `bench_privacy` that are shipped with the course."""
    return shipped_json("privacy/doctors-book.json")["runs"]


def averaged(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One run for each name, in the order in which they come: the mean over the seeds.

    Exposures are kept one by one. JSON has its keys as text; here repetitions are numbers again.
    """
    by_name: dict[str, list[Mapping[str, Any]]] = {}
    for run in runs:
        by_name.setdefault(run["name"], []).append(run)
    return [_average(name, same) for name, same in by_name.items()]


def table(result: Mapping[str, Any]) -> str:
    """The result for a reader."""
    rows = averaged(result["runs"])
    copies = list(rows[0]["exposures"])
    lines = [
        f"A book with secrets, read by one model after another "
        f"({result['threads']} threads, torch {result['torch']}); exposure in bits, by copies",
        "",
        f"{'run':31}{'ε':>8}{'loss':>8}{'AUC':>7}  " + "".join(f"{n:>6}" for n in copies),
    ]
    for run in rows:
        epsilon = "–" if run["epsilon"] is None else f"{run['epsilon']:.1f}"
        bits = "".join(f"{mean(run['exposures'][n]):6.1f}" for n in copies)
        lines.append(f"{run['name']:31}{epsilon:>8}{run['loss']:8.3f}{run['area']:7.2f}  {bits}")
    return "\n".join(lines)


def _measured(name: str, model: GPT, book: DoctorsBook, **settings: Any) -> dict[str, Any]:
    tokenizer = book_tokenizer()
    members, others = (as_rows(lines, tokenizer) for lines in (book.notes, book.held_out))
    found = exposures(model, book.secrets, tokenizer)
    scores = [text_log_probs(model, rows) for rows in (members, others)]
    return {
        "name": name,
        "noise": None,
        "epsilon": None,
        **settings,
        "loss": evaluate(model, others).nats_per_token,
        "area": roc_area(*scores),
        "exposures": {str(n): [round(bits, 2) for bits in each] for n, each in found.items()},
    }


def _average(name: str, same: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    epsilons = [run["epsilon"] for run in same]
    return {
        "name": name,
        "noise": same[0]["noise"],
        "epochs": same[0]["epochs"],
        "epsilon": None if None in epsilons else mean(epsilons),
        "loss": mean(run["loss"] for run in same),
        "area": mean(run["area"] for run in same),
        "exposures": {
            int(n): [bits for run in same for bits in run["exposures"][n]]
            for n in same[0]["exposures"]
        },
    }
