"""The set-up without a real installation: fake interpreters, and pip's own words replayed."""

import ast
import os
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

from lmlab import environment

SCRIPT = Path(environment.__file__)
Usage = namedtuple("Usage", "total used free")

UNREACHABLE = """\
Obtaining file:///somewhere/lmlab
  Installing build dependencies: started
  WARNING: Retrying (Retry(total=1, connect=None, read=None, redirect=None, status=None)) after \
connection broken by 'NewConnectionError(...)': /simple/hatchling/
  ERROR: Could not find a version that satisfies the requirement hatchling (from versions: none)
  ERROR: No matching distribution found for hatchling==1.32.0
"""
NOT_THERE = """\
ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: 2.12.0)
ERROR: No matching distribution found for torch==2.13.0
"""
DISK_FULL = (
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"
)


def executable(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def python_that_says(version: tuple[int, ...], path: Path) -> Path:
    """This interpreter, claiming another version; takes `-I SCRIPT`, as the Makefile calls it."""
    code = f"import runpy, sys; sys.version_info = {version}; sys.argv = sys.argv[2:]"
    run = 'runpy.run_path(sys.argv[0], run_name="__main__")'
    return executable(path, f"#!{sys.executable}\n{code}\n{run}\n")


@pytest.fixture
def root(tmp_path):
    """A checkout of which the set-up knows only the pins."""
    (tmp_path / "pyproject.toml").write_text('[project]\ndependencies = ["torch==2.13.0"]\n')
    return tmp_path


@pytest.fixture
def installed(root, monkeypatch):
    """The root, with a virtual environment and a pip that do nothing but note that they ran."""
    steps = []

    def make_venv(folder):
        steps.append("venv")
        executable(folder / ".venv" / "bin" / "python", "#!/bin/sh\nexit 0\n")
        (folder / ".venv" / "pyvenv.cfg").write_text(
            f"command = python -m venv {folder / '.venv'}\n"
        )

    monkeypatch.setattr(environment, "make_venv", make_venv)
    monkeypatch.setattr(environment, "install", lambda folder: steps.append("pip"))
    monkeypatch.setattr(environment, "ROOT", root)
    assert environment.main() == 0
    assert steps == ["venv", "pip"]
    steps.clear()
    return root, steps


def test_an_old_python_can_read_the_script():
    tree = ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {
        name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names
    }
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported <= sys.stdlib_module_names


def test_second_run_does_nothing_and_says_nothing(installed, capsys):
    capsys.readouterr()
    assert environment.main() == 0
    assert installed[1] == []
    assert capsys.readouterr() == ("", "")


def test_new_pins_are_installed_into_the_same_venv(installed):
    root, steps = installed
    (root / "pyproject.toml").write_text('[project]\ndependencies = ["torch==2.14.0"]\n')
    assert environment.main() == 0
    assert steps == ["pip"]


def test_a_touched_file_with_the_same_pins_is_no_reason_to_install(installed):
    root, steps = installed
    os.utime(root / "pyproject.toml", (2e9, 2e9))
    assert environment.main() == 0
    assert steps == []


def test_a_moved_checkout_gets_a_new_venv(installed, monkeypatch):
    root, steps = installed
    moved = root.with_name("moved")
    shutil.move(root, moved)
    monkeypatch.setattr(environment, "ROOT", moved)
    assert environment.main() == 0
    assert steps == ["venv", "pip"]


def test_a_venv_whose_python_is_gone_is_made_anew(installed):
    root, steps = installed
    environment.venv_python(root).unlink()
    assert environment.main() == 0
    assert steps == ["venv", "pip"]


def test_an_installation_that_broke_off_goes_on_the_next_time(installed, monkeypatch, capsys):
    root, steps = installed
    (root / "pyproject.toml").write_text("[project]\n")

    def break_off(folder):
        raise environment.CannotSetUp("the cable is out.")

    with monkeypatch.context() as patch:
        patch.setattr(environment, "install", break_off)
        assert environment.main() == 1
    assert "lmlab cannot be set up: the cable is out.\n" in capsys.readouterr().err
    assert environment.main() == 0
    assert steps == ["pip"]


def test_full_disk_is_seen_before_anything_is_fetched(root, monkeypatch, capsys):
    monkeypatch.setattr(environment, "ROOT", root)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10e9, 9e9, 1e9))
    assert environment.main() == 1
    said = capsys.readouterr().err
    assert f"the disk that holds {root} has 1.0 GB free and 4 GB are needed" in said
    assert not (root / ".venv").exists()


def test_a_folder_that_cannot_be_written_is_named(root, monkeypatch, capsys):
    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(folder / ".venv"))

    monkeypatch.setattr(environment, "ROOT", root)
    monkeypatch.setattr(environment, "make_venv", refuse)
    assert environment.main() == 1
    assert f"Permission denied at {root}/.venv; make room" in capsys.readouterr().err


def test_missing_venv_module_is_named_with_its_package(root, monkeypatch):
    monkeypatch.setitem(sys.modules, "ensurepip", None)
    with pytest.raises(environment.CannotSetUp, match=r"apt install python3\.\d+-venv"):
        environment.require_venv_module()


@pytest.mark.parametrize(("version", "age"), [((3, 8, 18), "old"), ((3, 14, 0), "new")])
def test_unfit_python_with_no_other_around_ends_in_one_sentence(root, version, age):
    python = python_that_says(version, root / "bin" / "python3")
    copy = root / "lmlab" / "environment.py"
    copy.parent.mkdir()
    shutil.copy(SCRIPT, copy)
    run = subprocess.run(
        [python, "-I", copy], env={"PATH": str(python.parent)}, capture_output=True, text=True
    )
    assert run.returncode == 1
    assert (
        f"too {age}, and no Python 3.11, 3.12 or 3.13 was found on the PATH; install" in run.stderr
    )
    assert len(run.stderr.strip().splitlines()) == 1


def test_unfit_python_hands_over_to_the_newest_that_really_starts(root):
    python = python_that_says((3, 8, 18), root / "bin" / "python3")
    executable(root / "bin" / "python3.13", "#!/bin/sh\nexit 127\n")  # a shim without its Python
    answer = 'case "$1" in -c) echo 12;; *) echo "3.12 runs $2";; esac'
    executable(root / "bin" / "python3.12", f"#!/bin/sh\n{answer}\n")
    copy = root / "lmlab" / "environment.py"
    copy.parent.mkdir()
    shutil.copy(SCRIPT, copy)
    said = subprocess.check_output(
        [python, "-I", copy], env={"PATH": str(python.parent)}, text=True
    ).splitlines()
    assert said == [
        f"Python 3.8 does not fit lmlab; using {root}/bin/python3.12 instead.",
        f"3.12 runs {copy}",
    ]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (UNREACHABLE, "the Python package index cannot be reached; connect to the network"),
        (NOT_THERE, "has no torch==2.13.0 for this Python and system; look at `pip config list`"),
        (DISK_FULL, "is full; free 4 GB and try again"),
        ("error: metadata-generation-failed\n", "pip failed and said: error: metadata-generation"),
    ],
)
def test_pip_failures_become_one_sentence(root, said, sentence):
    fake = f"#!/bin/sh\ncat <<'END'\n{said}END\nexit 1\n"
    executable(environment.venv_python(root), fake)
    with pytest.raises(environment.CannotSetUp) as caught:
        environment.install(root)
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert (root / ".venv" / "install.log").read_text() == said
