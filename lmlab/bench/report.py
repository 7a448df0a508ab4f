"""All figures of a run, as a table and as JSON."""

import json
import platform
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

from lmlab.bench.figure import Figure
from lmlab.sources.atomic import write_file

RIVALS = ("torch", "transformers", "tokenizers", "tiktoken", "x-transformers", "litgpt", "rustbpe")
"""What is compared with when it is installed; the versions are told."""


@dataclass
class Report:
    """What was found, and what could not be measured."""

    figures: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stopped: bool = False

    def to_json(self) -> str:
        """For a program."""
        content = {
            "figures": [each.to_dict() for each in self.figures],
            "notes": self.notes,
            "threads": torch.get_num_threads(),
            "machine": platform.machine(),
            "python": platform.python_version(),
            "versions": _versions(),
        }
        return json.dumps(content, indent=1)

    def write(self, path: Path) -> None:
        """The JSON in a file, whole or not at all."""
        write_file(path, self.to_json() + "\n")

    def table(self) -> str:
        """For a reader: a table in Markdown, and what it was measured with."""
        lines = [("what", "measured", "budget", "met"), ("---", "---:", "---:", "---")]
        lines += [each.cells() for each in self.figures]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        rows = ["| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines]
        with_what = ", ".join(f"{name} {number}" for name, number in _versions().items())
        about = (
            "Medians of runs by turns; not installed, and so not compared: "
            f"{', '.join(name for name in RIVALS if name not in _versions()) or 'none'}. "
            f"{torch.get_num_threads()} threads, Python {platform.python_version()}, {with_what}."
        )
        return "\n".join([*rows, "", about, *self.notes])


def _versions() -> dict[str, str]:
    found = {}
    for name in RIVALS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
