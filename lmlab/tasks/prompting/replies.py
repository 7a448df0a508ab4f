"""What a model replied, kept with the package: so that what it said need not be waited for.

`lmlab bench prompting` made data/prompting/smollm2-135m.json. Used in chapters 6.2 to 6.5.
"""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import torch

from lmlab.models import GPT
from lmlab.pretrained import load
from lmlab.pretrained.library_tokenizer import LibraryTokenizer
from lmlab.sources import shipped_json
from lmlab.sources.atomic import write_file
from lmlab.tasks.adapters import by_prompting
from lmlab.tasks.evaluation import Report, evaluate
from lmlab.tasks.prompting.requests import REQUESTS, Conversation, Reply, Request, by_asking
from lmlab.text.tokenizer import Tokenizer

MODEL = "smollm2-135m"
BATCH = 12
PRECISION = torch.bfloat16


def by_model(model: GPT, tokenizer: Tokenizer, max_new_tokens: int) -> Reply:
    """A model that was made to chat, as `by_asking` wants it; it says the likeliest."""
    if not isinstance(tokenizer, LibraryTokenizer):
        raise ValueError(
            "this model was not made to chat: take one whose tokenizer has a template for "
            "conversations, such as smollm2-135m."
        )
    return by_prompting(
        model, tokenizer, tokenizer.conversation, str.strip, max_new_tokens=max_new_tokens
    )


def by_record(model: str = MODEL) -> Reply:
    """The replies that came with the package, to the conversations that were held then."""
    known = {
        key: reply for run in replies_record(model)["runs"] for key, reply in run["replies"].items()
    }

    def reply(conversations: Sequence[Conversation]) -> list[str]:
        keys = [_key(each) for each in conversations]
        if missing := [i for i, key in enumerate(keys) if key not in known]:
            raise ValueError(
                f"{model} was never asked {conversations[missing[0]][-1]['content'][:60]!r} in "
                "this way; take the first examples of held-out, as many as were recorded, or ask "
                "the model itself (by_model)."
            )
        return [known[key] for key in keys]

    return reply


def replies_record(model: str = MODEL) -> dict[str, Any]:
    """What `ask_model` left with the package: for each run settings, scores and replies."""
    return shipped_json(f"prompting/{model}.json")


def run_request(
    request: Request, reply: Reply, shots: int, n: int, *, progress: bool = True
) -> tuple[Report, dict[str, Any]]:
    """Ask n held-out examples; the report, and what is kept of it: settings, scores, replies."""
    replies: dict[str, str] = {}

    def noted(conversations: Sequence[Conversation]) -> Sequence[str]:
        said = reply(conversations)
        replies.update(zip(map(_key, conversations), said, strict=True))
        return said

    report = evaluate(
        request.task,
        by_asking(request, noted, shots),
        n=n,
        name=f"{shots} examples shown" if shots else "nothing shown",
        batch_size=BATCH,
        progress=progress,
    )
    scores = {key: [each.value, each.low, each.high] for key, each in report.scores.items()}
    settings = {"task": request.task.name, "shots": shots, "n": n, "split": report.split}
    settings |= {"order": request.order, "max_new_tokens": request.max_new_tokens}
    return report, {**settings, "scores": scores, "replies": replies}


def ask_model(
    tasks: Sequence[str] = tuple(REQUESTS),
    n: int = 60,
    *,
    model: str = MODEL,
    out: str | Path | None = None,
    progress: bool = True,
) -> list[Report]:
    """Ask a model n held-out examples of each task, with no example shown and with some.

    It computes in bfloat16, in which SmolLM2 was published, and says the likeliest token each time.
    With `out`, a JSON file, replies and scores are kept there after each run, in the place of those
    of the same task. The shipped file is `ask_model(out="data/prompting/smollm2-135m.json")`.
    """
    if unknown := [task for task in tasks if task not in REQUESTS]:
        raise ValueError(f"no request for {unknown[0]!r}; there are {', '.join(REQUESTS)}.")
    if out and (whose := _kept(Path(out), model)["model"]) != model:
        raise ValueError(f"{out} holds replies of {whose!r}; give another file for {model!r}.")
    gpt, tokenizer = load(model)
    gpt = gpt.to(PRECISION)
    reports = []
    for request in (REQUESTS[task] for task in tasks):
        reply = by_model(gpt, tokenizer, request.max_new_tokens)
        for shots in (0, request.shots):
            report, run = run_request(request, reply, shots, n, progress=progress)
            reports.append(report)
            if out:
                _keep(Path(out), model, run)
    return reports


def _keep(out: Path, model: str, run: dict[str, Any]) -> None:
    runs = _kept(out, model)["runs"]
    same = ("task", "shots")
    runs = [each for each in runs if any(each[key] != run[key] for key in same)]
    order = list(REQUESTS)
    runs = sorted([*runs, run], key=lambda each: (order.index(each["task"]), each["shots"]))
    record = {"model": model, "decoding": "greedy", "precision": str(PRECISION), "runs": runs}
    write_file(out, json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def _kept(out: Path, model: str) -> dict[str, Any]:
    """What the file holds already; nothing of this model when there is none."""
    if not out.is_file():
        return {"model": model, "runs": []}
    return json.loads(out.read_text(encoding="utf-8"))


def _key(conversation: Conversation) -> str:
    """Short for a conversation, whose text would be kept many times over else."""
    return sha256(json.dumps(conversation).encode()).hexdigest()[:16]
