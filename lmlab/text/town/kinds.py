"""The kinds of events: what each means, and the templates that tell it and read it back."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

WHY, END_WHY = "[", "]"
SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?\}|([\[\]])")


@dataclass(frozen=True)
class Kind:
    """What an event means: who takes part, what must hold before it, what holds after it."""

    name: str
    letters: str
    roles: dict[str, str]
    needs: tuple[tuple[str, ...], ...]
    then: tuple[tuple[str, ...], ...]
    ask: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Slot:
    """A gap in a template: which participant goes there, and in which form."""

    letters: str
    form: str


Part = str | Slot
Template = tuple[Part, ...]


@cache
def table(name: str) -> dict:
    """A TOML table of this package, by its name."""
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def kinds() -> dict[str, Kind]:
    """Every kind of `events.toml` by its name."""
    return {name: _kind(name, row) for name, row in table("events").items()}


def _kind(name: str, row: dict) -> Kind:
    roles = dict(arg.split(":") for arg in row["args"].split())
    needs, then = ([tuple(f.split()) for f in row.get(key, [])] for key in ("needs", "then"))
    ask = [tuple(question.rsplit(" ", 1)) for question in row["ask"]]
    return Kind(name, "".join(roles), roles, tuple(needs), tuple(then), tuple(ask))


@cache
def phrases(language: str) -> dict[str, dict[str, list[str]]]:
    """Kind, detail, and the phrases that tell it, as `english.toml` or `chinese.toml` has them."""
    return {
        kind: {
            detail: group.strip().splitlines() if isinstance(group, str) else group
            for detail, group in details.items()
        }
        for kind, details in table(language).items()
    }


@cache
def templates(language: str) -> dict[str, dict[str, list[tuple[Template, int]]]]:
    """The same, each phrase as the templates that its choices (a|b) stand for, and its number."""
    return {
        kind: {
            detail: [
                (parse(plain), number)
                for number, phrase in enumerate(group)
                for plain in choices(phrase)
            ]
            for detail, group in details.items()
        }
        for kind, details in phrases(language).items()
    }


def choices(phrase: str) -> list[str]:
    """Every plain phrase that a phrase with (a|b) stands for."""
    pieces = [piece.split("|") for piece in re.split(r"[()]", phrase)]
    return ["".join(chosen) for chosen in product(*pieces)]


def parse(phrase: str) -> Template:
    """A plain phrase as a list of literal texts and slots."""
    parts: list[Part] = []
    end = 0
    for match in SLOT.finditer(phrase):
        if match.start() > end:
            parts.append(phrase[end : match.start()])
        letters, form, mark = match.groups()
        parts.append(Slot("", mark) if mark else Slot(letters, form or ""))
        end = match.end()
    if end < len(phrase):
        parts.append(phrase[end:])
    return tuple(parts)
