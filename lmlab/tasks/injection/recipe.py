"""Every attack on SmolLM2 against every defence: `write_injection_scores`.

It made the file data/security/injection.json. Used in chapter 8.2.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lmlab.models import GPT
from lmlab.pretrained import LibraryTokenizer, load
from lmlab.pretrained.library_tokenizer import Message
from lmlab.sources import shipped_json
from lmlab.sources.atomic import write_file
from lmlab.tasks.adapters import by_prompting
from lmlab.tasks.injection.prompts import (
    ATTACKS,
    DEFENCES,
    ORDER,
    QUESTION,
    WORD,
    attacked,
    strip_marks,
    succeeded,
    undefended,
)
from lmlab.tasks.task import town_stories
from lmlab.text.town.reader import sentences

MODEL = "smollm2-135m"
STORIES = 6
SENTENCES = 3
TOKENS = 12


def stories(n: int = STORIES) -> list[str]:
    """The first sentences of n stories that no town model was trained on."""
    told = (story.english for story in town_stories("held-out", n))
    return [" ".join(sentences(text)[:SENTENCES]) for text in told]


def answers(
    model: GPT,
    tokenizer: LibraryTokenizer,
    texts: Sequence[str],
    defence: Callable[[str], list[Message]] = undefended,
) -> list[str]:
    """What the model says of each story, greedily, in a dozen tokens."""
    ask = by_prompting(
        model,
        tokenizer,
        lambda text: tokenizer.conversation(defence(text)),
        str.strip,
        max_new_tokens=TOKENS,
    )
    return list(ask(texts))


def write_injection_scores(out: str | Path, n: int = STORIES) -> Path:
    """Count how often each attack succeeds under each defence; as JSON.

    The shipped file is `write_injection_scores("data/security/injection.json")` on one thread.
    """
    model, tokenizer = load(MODEL, verbose=False)
    read = stories(n)
    marks = tuple(tokenizer.special_tokens)
    defences = {name: (lambda text: text, defence) for name, defence in DEFENCES.items()}
    defences["marks stripped"] = (lambda text: strip_marks(text, marks), undefended)
    scores: dict[str, dict[str, Any]] = {}
    for kind in ATTACKS:
        for name, (clean, defence) in defences.items():
            texts = [clean(attacked(story, kind)) for story in read]
            said = answers(model, tokenizer, texts, defence)
            hits = sum(map(succeeded, said))
            scores.setdefault(kind, {})[name] = {"hits": hits, "of": n, "first": said[0]}
    record = {
        "model": MODEL,
        "word": WORD,
        "stories": n,
        "scores": scores,
    }
    return write_file(Path(out), json.dumps(record, indent=1) + "\n")


def injection_scores() -> Mapping[str, Any]:
    """What `write_injection_scores` left with the package."""
    return shipped_json("security/injection.json")


def interval(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share, in which 0 of 6 is no proof of 0: Wilson 1927."""
    from scipy.stats import binomtest

    found = binomtest(hits, of).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def parts_of(story: str, kind: str) -> dict[str, str]:
    """The parts of an undefended prompt under an attack, in their order."""
    added = attacked("", kind)
    parts = {"order": ORDER, "story": story, "attack": added, "question": f"Question: {QUESTION}"}
    return {name: part for name, part in parts.items() if part}
