"""Shapes in signatures are checked while the tests run, wherever there are any."""

import tomllib
from pathlib import Path

import pytest
import torch

import lmlab
from lmlab.nn.attention import attention_scores

ROOT = Path(lmlab.__file__).parents[1]
OPTION = "--jaxtyping-packages="


def checked() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    options = settings["tool"]["pytest"]["ini_options"]["addopts"]
    [packages] = [option for option in options if option.startswith(OPTION)]
    return packages.removeprefix(OPTION).split(",")[:-1]


def test_every_module_that_states_shapes_has_them_checked():
    with_shapes = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / "lmlab").rglob("*.py")
        if "jaxtyping" in path.read_text(encoding="utf-8")
    }
    unchecked = {
        module
        for module in with_shapes
        if not any(f"{module}.".startswith(f"{package}.") for package in checked())
    }
    assert unchecked == set() and len(with_shapes) > 50


def test_every_name_in_the_list_is_a_module():
    for package in checked():
        path = ROOT.joinpath(*package.split("."))
        assert path.is_dir() or path.with_suffix(".py").is_file(), package


def test_a_wrong_shape_is_refused():
    with pytest.raises(TypeError, match="parameter 'k'"):
        attention_scores(torch.zeros(3, 4), torch.zeros(3, 5))
