"""Seconds until `import lmlab` is done, in new processes, by turns with a Python that does nothing.

Raises ValueError if the import brings torch along.
"""

import subprocess
import sys
from collections.abc import Iterator
from functools import partial

from lmlab.bench.figure import Figure
from lmlab.scaling.timing import median_seconds

BUDGET = 0.15


def measure(repeats: int = 7) -> Iterator[Figure]:
    """The start of Python alone, and what the import adds to it."""
    if _python("import sys, lmlab; print('torch' in sys.modules)") != "False":
        raise ValueError("import lmlab loads torch: some module imports it before it is needed.")
    seconds = median_seconds(
        {"bare": partial(_python, "pass"), "lmlab": partial(_python, "import lmlab")}, repeats
    )
    added = max(0.0, seconds["lmlab"] - seconds["bare"])
    yield Figure("Python starts", seconds["bare"], "s")
    yield Figure("import lmlab, after that", added, "s", at_most=BUDGET)


def _python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()
