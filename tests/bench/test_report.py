"""The same figures as a table, as JSON and in a file."""

import json

from lmlab.bench.figure import Figure
from lmlab.bench.report import Report

REPORT = Report([Figure("import", 0.2, "s", at_most=0.15), Figure("start", 0.1, "s")], ["A note."])


def test_the_table_is_markdown_with_a_row_for_each_figure():
    lines = REPORT.table().splitlines()
    assert [line.count("|") for line in lines[:4]] == [5] * 4
    assert "0.2 s" in lines[2] and "≤ 0.15 s" in lines[2] and "no" in lines[2]
    assert lines[-1] == "A note." and "torch" in lines[-2]


def test_the_file_holds_the_json(tmp_path):
    REPORT.write(tmp_path / "bench.json")
    content = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert content == json.loads(REPORT.to_json())
    assert [each["met"] for each in content["figures"]] == [False, None]
    assert content["versions"]["torch"] and content["threads"] >= 1
