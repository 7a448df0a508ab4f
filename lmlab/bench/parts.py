"""The parts of `lmlab bench all`, and how they are run one after the other."""

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from subprocess import CalledProcessError

from tqdm.auto import tqdm

from lmlab.bench.report import Report
from lmlab.sources import SourceError

PARTS = {
    "import": "importing",
    "tokenizers": "tokenizers",
    "recording": "recording",
    "generate": "generation",
    "train": "training",
    "viz": "explorer",
}
"""Names, and the modules whose `measure` yields the figures; the quick ones first."""


def run(
    names: Iterable[str] = PARTS, keep: Callable[[Report], object] = lambda report: None
) -> Report:
    """The figures of these parts, and a note for each that could not be measured here.

    After every part `keep` is given what there is. Ctrl-C ends the run, with what there is.
    """
    names, report = list(names), Report()
    if unknown := [name for name in names if name not in PARTS]:
        raise ValueError(f"no part is called {unknown[0]!r}; there are {', '.join(PARTS)}.")
    for name in (bar := tqdm(names, desc="bench", unit="part", file=sys.stderr)):
        bar.set_postfix_str(name)
        try:
            for found in import_module(f"lmlab.bench.{PARTS[name]}").measure():
                (report.notes if isinstance(found, str) else report.figures).append(found)
                bar.write(str(found), file=sys.stderr)
        except KeyboardInterrupt:
            report.stopped = True
            report.notes.append(f"Stopped by Ctrl-C in {name!r}: what follows it is missing.")
        except (OSError, ImportError, SourceError, CalledProcessError) as error:
            report.notes.append(f"{name!r} was not measured: {error}")
        keep(report)
        if report.stopped:
            break
    return report
