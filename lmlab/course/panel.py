"""What the course says in a notebook: one look, a mark and a word, never colour alone.

Everything is escaped: a learner's own text can stand in it.
"""

from dataclasses import dataclass
from html import escape

# Blue and orange are told apart by nearly everybody; the mark and the word say it again.
_COLOURS = {"✓": "#2166ac", "✗": "#d6700c", "○": "#66717d"}


@dataclass(frozen=True)
class Panel:
    """A marked heading, paragraphs, and lines of evidence in a typewriter face."""

    mark: str
    heading: str
    paragraphs: tuple[str, ...]
    evidence: tuple[str, ...] = ()

    def __repr__(self) -> str:
        body = (*self.paragraphs, *(f"    {line}" for line in self.evidence))
        return "\n".join((f"{self.mark} {self.heading}", *(f"  {line}" for line in body)))

    def _repr_html_(self) -> str:
        colour = _COLOURS.get(self.mark, _COLOURS["○"])
        text = "".join(f"<p style='margin:.3em 0'>{escape(line)}</p>" for line in self.paragraphs)
        return (
            f"<div style='border-left:4px solid {colour};padding:.2em .8em;max-width:50em'>"
            f"<b><span style='color:{colour}'>{self.mark}</span> {escape(self.heading)}</b>"
            f"{text}{preformatted(self.evidence)}</div>"
        )


def preformatted(lines: tuple[str, ...]) -> str:
    """Lines in a typewriter face as HTML; nothing for no lines."""
    if not lines:
        return ""
    text = "\n".join(map(escape, lines))
    return f"<pre style='margin:.3em 0;white-space:pre-wrap'>{text}</pre>"


def folded(summary: str, body: str, is_open: bool = False) -> str:
    """A line that opens on a click, without a script; `body` is HTML already."""
    return (
        f"<details style='margin:.3em 0'{' open' if is_open else ''}>"
        f"<summary style='cursor:pointer'>{escape(summary)}</summary>"
        f"<div style='margin-left:1.2em'>{body}</div></details>"
    )
