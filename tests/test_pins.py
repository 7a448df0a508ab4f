"""`environment.yml` and `pyproject.toml` name the same packages in the same versions."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
CONDA_NAMES = {"pytorch": "torch", "matplotlib-base": "matplotlib"}


def split(requirement: str) -> tuple[str, str]:
    """A requirement's name, as the Python package index knows it, and its version."""
    name, version = re.fullmatch(r"([\w.-]+) ?(.*)", requirement).groups()
    return CONDA_NAMES.get(name, name), version


def conda_requirements() -> dict[str, str]:
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    (pip,) = (entry["pip"] for entry in listed if isinstance(entry, dict))
    names = [entry for entry in listed if isinstance(entry, str)] + pip
    return dict(split(name) for name in names if name not in ("pip", "-e ."))


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def test_conda_and_pip_get_the_same_versions():
    ours = project()
    for_the_tests = ours["optional-dependencies"]["test"]
    wanted = dict(map(split, ours["dependencies"] + for_the_tests))
    assert conda_requirements() == wanted | {"python": ours["requires-python"]}


def test_conda_installs_this_checkout():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert "-e ." in listed[-1]["pip"]
