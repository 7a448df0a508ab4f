"""`ledger`: what the document claims, and what running it shows, point by point.

The points stand in `ledger.toml` beside this file. Each chapter closes with its own.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from urllib.parse import quote


@dataclass(frozen=True)
class Place:
    """A section of a chapter, whose cells show a point."""

    chapter: str
    """The chapter's file name without its ending."""
    heading: str
    """The section's heading, as it stands there."""

    @property
    def link(self) -> str:
        """The way there from another chapter, as JupyterLab understands it."""
        return f"{self.chapter}.ipynb#{quote(self.heading.replace(' ', '-'))}"

    def __str__(self) -> str:
        return f"{self.chapter}, “{self.heading}”"


@dataclass(frozen=True)
class Point:
    """One claim of the document, and what was found."""

    number: int
    section: str
    """The document's section."""
    claim: str
    found: str
    shown: tuple[Place, ...]


def ledger(chapter: str | None = None) -> "Ledger":
    """All points, or those that a chapter shows: `ledger("01_background")`.

    Raises ValueError when no point is shown in a chapter of that name.
    """
    points = tuple(
        point
        for point in all_points()
        if chapter is None or any(place.chapter == chapter for place in point.shown)
    )
    if not points:
        known = sorted({place.chapter for point in all_points() for place in point.shown})
        raise ValueError(f"no point is shown in {chapter!r}; there are some in {', '.join(known)}.")
    return Ledger(points, chapter)


@cache
def all_points() -> tuple[Point, ...]:
    """The points of `ledger.toml`, numbered in the order of the document's sections."""
    text = resources.files("lmlab.course").joinpath("ledger.toml").read_text("utf-8")
    return tuple(
        Point(
            number,
            entry["section"],
            entry["claim"],
            entry["found"],
            tuple(Place(*place) for place in entry["shown"]),
        )
        for number, entry in enumerate(tomllib.loads(text)["point"], start=1)
    )


@dataclass(frozen=True, repr=False)
class Ledger:
    """Points; the last line of a cell shows them as a table. In one chapter, without its name."""

    points: tuple[Point, ...]
    chapter: str | None = None

    def __repr__(self) -> str:
        return "\n".join(
            f"{point.number:2}. §{point.section} says: {point.claim}\n"
            f"    We found: {point.found}\n"
            f"    Shown in: {'; '.join(map(str, self._places(point)))}"
            for point in self.points
        )

    def _repr_html_(self) -> str:
        cell = "<td style='text-align:left;vertical-align:top'>{}</td>".format
        rows = "".join(
            f"<tr>{cell(f'§{point.section}')}{cell(escape(point.claim))}{cell(escape(point.found))}"
            f"{cell('<br>'.join(map(self._anchor, self._places(point))))}</tr>"
            for point in self.points
        )
        names = ("", "The document says", "We found", "Shown in")
        head = "".join(f"<th style='text-align:left'>{name}</th>" for name in names)
        return f"<table><tr>{head}</tr>{rows}</table>"

    def _places(self, point: Point) -> list[Place]:
        return [place for place in point.shown if self.chapter in (None, place.chapter)]

    def _anchor(self, place: Place) -> str:
        name = place.heading if self.chapter else f"{place.chapter}: {place.heading}"
        return f"<a href='{escape(place.link)}'>{escape(name)}</a>"
