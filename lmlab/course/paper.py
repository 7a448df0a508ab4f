"""`paper`: the equations of "Attention Is All You Need", and the lines of code that compute them.

They stand in `paper.toml` beside this file: Vaswani et al. 2017, arXiv 1706.03762.
"""

import inspect
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pkgutil import resolve_name
from types import MappingProxyType


@dataclass(frozen=True)
class Line:
    """A line of this package; `piece` is what of it computes the equation."""

    home: str
    """The function or method, with its module: lmlab.nn.attention.attention."""
    piece: str

    @property
    def place(self) -> str:
        """The file and the line's number in it."""
        code = resolve_name(self.home)
        lines, first = inspect.getsourcelines(code)
        at = next(i for i, line in enumerate(lines) if self.piece in line)
        module = inspect.getmodule(code).__name__.replace(".", "/")
        return f"{module}.py, line {first + at}"

    @property
    def text(self) -> str:
        """The whole line, as it stands there, without its comment."""
        source = inspect.getsource(resolve_name(self.home))
        line = next(line for line in source.splitlines() if self.piece in line)
        return line.partition("  # ")[0].strip()


@dataclass(frozen=True, repr=False)
class Equation:
    """One equation of the paper; the last line of a cell shows it beside its code."""

    id: str
    section: str
    """The paper's section."""
    title: str
    formula: str
    """In LaTeX."""
    says: str
    code: tuple[Line, ...]
    differs: str = ""
    """Where our code does otherwise, and why; empty where it does not."""

    def __repr__(self) -> str:
        lines = "\n".join(f"    {line.text}    # {line.place}" for line in self.code)
        ours = f"\n    Ours: {self.differs}" if self.differs else ""
        return f"{self.title} (section {self.section})\n    {self.says}\n{lines}{ours}"

    def _repr_markdown_(self) -> str:
        blocks = "\n".join(f"```python\n{line.text}  # {line.place}\n```\n" for line in self.code)
        ours = f"\n*Ours:* {self.differs}" if self.differs else ""
        head = f"**{self.title}** · section {self.section} of the paper\n\n$$ {self.formula} $$\n\n"
        return f"{head}{self.says}\n\n{blocks}{ours}"


@dataclass(frozen=True, repr=False)
class Equations:
    """All of them; the last line of a cell shows them one below the other."""

    equations: tuple[Equation, ...]

    def __repr__(self) -> str:
        return "\n\n".join(map(repr, self.equations))

    def _repr_markdown_(self) -> str:
        rows = "\n".join(
            f'| **{one.title}**<br>`paper("{one.id}")`: {_homes(one)} | ${one.formula}$ |'
            for one in self.equations
        )
        return f"| where it is computed | |\n|:--|:--|\n{rows}"


def paper(equation: str | None = None) -> Equation | Equations:
    """An equation of the paper beside the code that computes it, or a table of all of them.

    Raises ValueError for an equation that is not there, with those that are.
    """
    known = all_equations()
    if equation is None:
        return Equations(tuple(known.values()))
    if equation not in known:
        raise ValueError(f"the paper has no {equation!r} here; there is {', '.join(known)}.")
    return known[equation]


@cache
def all_equations() -> MappingProxyType[str, Equation]:
    """The equations of `paper.toml` by id, in the order in which a text meets them."""
    text = resources.files("lmlab.course").joinpath("paper.toml").read_text("utf-8")
    entries = tomllib.loads(text)["equation"]
    return MappingProxyType(
        {
            entry["id"]: Equation(**entry | {"code": tuple(Line(*line) for line in entry["code"])})
            for entry in entries
        }
    )


def _homes(equation: Equation) -> str:
    """The functions of an equation, by their last names, each once."""
    names = dict.fromkeys(line.home.rpartition(".")[2] for line in equation.code)
    return ", ".join(f"`{name}`" for name in names)
