"""nbval with our settings really compares: a control for the notebooks' green tests."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat

SETTINGS = Path(__file__).parent / "sanitize.cfg"
CONFTEST = Path(__file__).parent / "conftest.py"


SHOW_A_WIDGET = "import ipywidgets; from IPython.display import display as d; d(ipywidgets.Text());"
VARIES = "print('took 1.32 s at 0x7f3a11, 12,345 tokens/s, loss 1.92')"

CELLS = {
    "equal": ("print(6 * 7)", "42\n"),
    "wrong": ("print(6 * 7)", "41\n"),
    "speed": (VARIES, "took 0.9 s at 0x55d01c, 9,876 tokens/s, loss 1.92\n"),
    "wrong loss": (VARIES, "took 0.9 s at 0x55d01c, 9,876 tokens/s, loss 1.93\n"),
    "live widget": (f"{SHOW_A_WIDGET} print('here')", "here\n"),
}


def cell(number: int, source: str, stored: str) -> nbformat.NotebookNode:
    output = nbformat.v4.new_output("stream", name="stdout", text=stored)
    return nbformat.v4.new_code_cell(source, execution_count=number, outputs=[output])


def test_wrong_outputs_fail_and_only_timings_addresses_and_widgets_may_differ(tmp_path):
    cells = [cell(number, *pair) for number, pair in enumerate(CELLS.values(), start=1)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "trial.ipynb")
    (tmp_path / "conftest.py").write_text(CONFTEST.read_text())
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-v"]
    command += ["--nbval-sanitize-with", str(SETTINGS), "-p", "no:cacheprovider", "trial.ipynb"]
    said = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout
    verdicts = re.findall(r"::Cell \d+.* (PASSED|FAILED)", said)
    wanted = ["FAILED" if name.startswith("wrong") else "PASSED" for name in CELLS]
    assert verdicts == wanted, said
