"""The committed notebooks are what the builder made of their sources, and fit to be read."""

import json
import re

import nbformat
import pytest

from lmlab.course.build import CHAPTERS, read

NOTEBOOKS = sorted(CHAPTERS.glob("*.ipynb"))
LARGEST = 1_000_000
BUDGET, LONG_BUDGET = 90, 180
LONG = ("05_build_a_gpt", "08_1_training_larger_models")


def source_of(notebook):
    return CHAPTERS / "source" / f"{notebook.stem}.py"


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return request.param


@pytest.fixture
def book(notebook):
    return nbformat.read(notebook, as_version=4)


@pytest.fixture
def code_cells(book):
    return [cell for cell in book.cells if cell.cell_type == "code"]


def test_each_source_has_its_notebook_and_each_notebook_its_source():
    sources = {path.stem for path in (CHAPTERS / "source").glob("*.py")}
    assert sources == {path.stem for path in NOTEBOOKS}


def test_notebook_has_the_cells_of_its_source(notebook, book):
    wanted = [(cell.id, cell.cell_type, cell.source) for cell in read(source_of(notebook)).cells]
    found = [(cell.id, cell.cell_type, cell.source) for cell in book.cells]
    assert found == wanted, f"run: make chapters NAME={notebook.stem}"


def test_metadata_is_the_builders(notebook, book):
    assert book.metadata == read(source_of(notebook)).metadata
    assert book.metadata.kernelspec.name == "python3"


def test_every_code_cell_was_run_in_order(code_cells):
    counts = [cell.execution_count for cell in code_cells]
    assert counts == list(range(1, len(code_cells) + 1))


def test_no_output_is_an_error_or_a_warning(code_cells):
    for cell in code_cells:
        for output in cell.outputs:
            assert output.output_type != "error", cell.source
            assert output.get("name") != "stderr", output.text


def test_no_live_widget_is_stored(notebook):
    assert "application/vnd.jupyter.widget" not in notebook.read_text(encoding="utf-8")


def test_size_is_readable_on_a_code_host(notebook):
    assert notebook.stat().st_size <= LARGEST


def test_figures_say_in_words_what_is_seen(code_cells):
    for cell in code_cells:
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                text = json.dumps(output.metadata) + output.data.get("text/html", "")
                assert re.search(r"\balt\W", text), cell.source


def test_card_states_compute_within_the_budget(notebook, book, stated_seconds):
    assert stated_seconds(book) <= (LONG_BUDGET if notebook.stem in LONG else BUDGET)
