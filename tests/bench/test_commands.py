"""The commands of `lmlab bench`, as the `lmlab` command runs them."""

import json
from importlib import import_module

from typer.testing import CliRunner

from lmlab import cli


def test_a_part_of_the_bench_prints_json_alone_and_its_progress_elsewhere(monkeypatch, tmp_path):
    importing = import_module("lmlab.bench.importing")
    monkeypatch.setattr(importing, "_python", lambda code: "False")
    out = tmp_path / "bench.json"
    result = CliRunner().invoke(cli.app, ["bench", "all", "import", "--json", "--out", str(out)])
    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert [each["met"] for each in told["figures"]] == [None, True]
    assert json.loads(out.read_text(encoding="utf-8")) == told


def test_an_unknown_part_of_the_bench_is_named():
    result = CliRunner().invoke(cli.app, ["bench", "all", "speed"])
    assert result.exit_code == 2 and "no part is called 'speed'" in result.stderr


def test_bench_viz_says_what_is_wrong_before_it_opens_a_browser():
    result = CliRunner().invoke(cli.app, ["bench", "viz", "--repeats", "0"])
    assert result.exit_code == 2
    assert result.stderr == "lmlab: repeats=0 must be 1 or more.\n"


def test_bench_prompting_names_the_tasks_when_one_is_wrong():
    result = CliRunner().invoke(cli.app, ["bench", "prompting", "--task", "cooking"])
    assert result.exit_code == 2
    assert "no request for 'cooking'; there are question answering" in result.stderr
