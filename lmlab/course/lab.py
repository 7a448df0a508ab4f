"""Open JupyterLab on the chapters."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIRST = Path("chapters") / "00_start_here.ipynb"

QUIET = [
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]
"""JupyterLab asks nothing about news and looks for no update: a learner may be offline."""


def command(arguments: list[str], root: Path = ROOT) -> list[str]:
    """The command line that serves `root` and opens the first chapter; `arguments` come last.

    The address that JupyterLab prints leads to that chapter too, for `--no-browser`. The user root,
    as in a container, must be allowed to JupyterLab. Raises FileNotFoundError where there are no
    chapters: a wheel carries the package alone.
    """
    if not (root / FIRST).is_file():
        raise FileNotFoundError(
            f"{root / FIRST} is not there: the chapters come with a clone of lmlab, not with its "
            "wheel; run `make lab` in a clone."
        )
    line = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={root}"]
    line.append(f"--LabApp.default_url=/lab/tree/{FIRST.as_posix()}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        line.append("--allow-root")
    return line + QUIET + arguments
