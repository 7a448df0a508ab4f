"""The Makefile's targets, with a fake Python and fake tools in a temporary checkout."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

MAKEFILE = Path(__file__).resolve().parents[1] / "Makefile"

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")


@pytest.fixture
def make(tmp_path):
    """Runs make where the set-up does nothing and the tools print how they are called."""
    shutil.copy(MAKEFILE, tmp_path)
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("lmlab", "pytest", "ruff", "lint-imports", "python"):
        (tools / name).write_text(f'#!/bin/sh\necho {name} "$@"\n')
        (tools / name).chmod(0o755)

    def run(*arguments: str, python: str = "true") -> subprocess.CompletedProcess:
        command = ["make", "--no-print-directory", f"PYTHON={python}", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)

    return run


def test_help_is_the_default_and_lists_every_target(make):
    targets = re.search(r"^\.PHONY: (.*)$", MAKEFILE.read_text(), flags=re.MULTILINE)[1].split()
    said = make().stdout
    for target in set(targets) - {"help", "environment"}:
        assert f"make {target} " in said
    assert said == make("help").stdout


def test_lab_passes_arguments_on(make):
    assert make("lab", "LAB_ARGS=--no-browser --port=8899").stdout == (
        "lmlab lab --no-browser --port=8899\n"
    )


def test_test_runs_linters_then_units_then_notebooks_and_the_browser(make):
    said = make("test").stdout
    order = [
        "== Linters",
        "ruff",
        "lint-imports",
        "== Unit",
        "pytest -n 2",
        "--nbval",
        "tests/chapters chapters\n",
        "tests/browser",
    ]
    places = [said.index(words) for words in order]
    assert places == sorted(places)


def test_a_linter_that_fails_stops_everything(make, tmp_path):
    (tmp_path / ".venv" / "bin" / "ruff").write_text("#!/bin/sh\nexit 1\n")
    run = make("test")
    assert run.returncode != 0
    assert "pytest" not in run.stdout


def test_chapters_takes_a_name_and_force(make):
    assert make("chapters").stdout == "python -m lmlab.course.build\n"
    said = make("chapters", "NAME=01_background", "FORCE=1").stdout
    assert said == "python -m lmlab.course.build --force 01_background\n"


def test_no_python_at_all_ends_in_a_sentence(make):
    run = make("lab", python="no-such-python")
    assert run.returncode != 0
    assert (
        "there is no 'no-such-python' on the PATH; install Python 3.11, 3.12 or 3.13" in run.stderr
    )


def test_a_failed_set_up_stops_before_the_work(make):
    run = make("lab", python="false")
    assert run.returncode != 0
    assert run.stdout == ""
