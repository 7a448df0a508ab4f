"""`import lmlab` is cheap, and the floors of the package hold."""

import subprocess
import sys

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ALLOWED_SECONDS = 0.15  # of computing: other programs on the machine do not count


def run(code: str) -> str:
    return subprocess.check_output([sys.executable, "-c", code], text=True)


def test_import_takes_no_time():
    code = "import time; t = time.process_time(); import lmlab; print(time.process_time() - t)"
    assert min(float(run(code)) for _ in range(3)) <= ALLOWED_SECONDS


def test_import_and_the_commands_help_load_no_torch():
    code = "import sys, lmlab, lmlab.cli; print('torch' in sys.modules, 'numpy' in sys.modules)"
    assert run(code) == "False False\n"


def test_help_answers_at_once():
    show = "from lmlab.cli import app; app(['--help'], standalone_mode=False)"
    code = f"import time; {show}; print(time.process_time())"
    assert min(float(run(code).splitlines()[-1]) for _ in range(3)) <= 0.5


def test_each_floor_imports_only_from_floors_below():
    assert lint_imports() == EXIT_STATUS_SUCCESS
