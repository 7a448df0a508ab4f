"""Stories that a model tells, and whether they make sense.

`town.check` reads each story back and follows the world it tells of; what counts is the share of
stories in which nothing contradicts anything. Taught in chapter 0; `lmlab bench stories` prints it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import torch
from tqdm.auto import tqdm

from lmlab.models import LanguageModel
from lmlab.tasks.card import Shown
from lmlab.text import town
from lmlab.text.tokenizer import Tokenizer

BATCH = 50
SAMPLES = 5
"""Stories on a model's card."""


@dataclass(frozen=True)
class Sense:
    """How a set of stories fared."""

    stories: int
    sound: float
    """Share in which `town.check` finds no contradiction and nothing unreadable."""
    finished: float
    """Share that came to an end of their own."""
    copied: float
    """Share that stand word for word among the stories given as known."""
    violations: dict[str, int]
    """Violations by kind, the most frequent first; a story may have several."""

    def __str__(self) -> str:
        kinds = ", ".join(f"{kind} {count}" for kind, count in self.violations.items())
        return (
            f"{self.stories:,} stories: {self.sound:.1%} hold no contradiction, "
            f"{self.finished:.1%} came to an end, {self.copied:.1%} are word for word in the "
            f"training text; violations: {kinds or 'none'}"
        )


@dataclass(frozen=True)
class Told:
    """One story by a model."""

    text: str
    finished: bool


@torch.no_grad()
def tell_stories(
    model: LanguageModel,
    tokenizer: Tokenizer,
    n: int,
    *,
    temperature: float = 1.0,
    seed: int = 0,
    max_new_tokens: int = 240,
    progress: bool = True,
) -> list[Told]:
    """Let `model` tell `n` stories from nothing, as they come; none is picked or left out."""
    eos_id = tokenizer.eos_id
    if eos_id is None:
        raise ValueError("the tokenizer has no <|endoftext|>: a story cannot begin from nothing.")
    told = []
    for first in tqdm(range(0, n, BATCH), desc="telling", disable=not progress):
        begin = torch.full((min(BATCH, n - first), 1), eos_id)
        rows = model.generate(
            begin, max_new_tokens, temperature=temperature, seed=seed + first, eos_id=eos_id
        )
        told += [_until_end(row[1:], eos_id, tokenizer) for row in rows.tolist()]
    return told


def judge(told: Iterable[Told], known: Iterable[str] = ()) -> Sense:
    """Check every story; `known` are stories, such as the training text, that may be copied."""
    told, known = list(told), set(known)
    if not told:
        raise ValueError("there are no stories to judge; ask for 1 or more.")
    found = [town.check(story.text) for story in told]
    kinds = Counter(violation.kind for violations in found for violation in violations)
    return Sense(
        stories=len(told),
        sound=sum(not violations for violations in found) / len(told),
        finished=sum(story.finished for story in told) / len(told),
        copied=sum(story.text in known for story in told) / len(told),
        violations=dict(kinds.most_common()),
    )


def shown(told: Mapping[float, list[Told]], known: Iterable[str] = ()) -> Shown:
    """What a card tells of stories told at several temperatures; five are shown, unpicked."""
    known = list(known)
    judged = {temperature: judge(stories, known) for temperature, stories in told.items()}
    figures = {
        f"Sense, temperature {temperature:g}": f"{sense.sound:.1%} of {sense.stories:,} stories "
        f"hold no contradiction (`lmlab.town.check`); {sense.finished:.1%} came to an end, "
        f"{sense.copied:.1%} stand word for word in the training text"
        for temperature, sense in judged.items()
    }
    first, stories = next(iter(told.items()))
    examples = "\n\n".join(f"> {story.text}" for story in stories[:SAMPLES])
    return Shown(
        "tells stories of `town`",
        figures,
        f"## The first five stories, at temperature {first:g}\n\n{examples}",
        "lmlab bench stories",
    )


def _until_end(ids: list[int], eos_id: int, tokenizer: Tokenizer) -> Told:
    finished = eos_id in ids
    return Told(tokenizer.decode(ids[: ids.index(eos_id)] if finished else ids), finished)
