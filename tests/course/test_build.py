import nbformat
import pytest

from lmlab.course import build

CHAPTER = """\
# %% [markdown]
# # A chapter

# %%
import os, ipywidgets
from IPython.display import display
print(os.environ["OMP_NUM_THREADS"], os.path.basename(os.getcwd()))

# %%
display(ipywidgets.IntSlider())
dot = {"image/png": "iVBORw0KGgo=", "text/plain": "a dot"}
display(dot, metadata={"image/png": {"alt": "a dot"}}, raw=True)

# %%
6 * 7

# %%
6 * 7
"""


@pytest.fixture
def chapters(tmp_path):
    (tmp_path / "chapters" / "source").mkdir(parents=True)
    (tmp_path / "chapters" / "source" / "01_trial.py").write_text(CHAPTER)
    return tmp_path / "chapters"


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One real execution, for all the tests that look at what came out."""
    chapters = tmp_path_factory.mktemp("checkout") / "chapters"
    (chapters / "source").mkdir(parents=True)
    (chapters / "source" / "01_trial.py").write_text(CHAPTER)
    assert build.main([], chapters) == 0
    return chapters


@pytest.fixture
def book(built):
    return nbformat.read(built / "01_trial.ipynb", as_version=4)


def test_cells_are_run_in_order_beside_the_notebook_with_fixed_threads(book):
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4]
    assert code[0].outputs[0].text == "1 chapters\n"


def test_a_live_widget_goes_and_a_picture_keeps_its_words(book):
    (picture,) = book.cells[2].outputs
    assert picture.metadata["image/png"]["alt"] == "a dot"
    assert "widgets" not in book.metadata


def test_ids_come_from_the_text_so_that_a_new_cell_changes_no_other(book, chapters):
    source = chapters / "source" / "01_trial.py"
    source.write_text(CHAPTER.replace("# %%\n6 * 7", "# %%\n1 + 1\n\n# %%\n6 * 7", 1))
    before, after = (
        [cell.id for cell in cells] for cells in (book.cells, build.read(source).cells)
    )
    assert len(set(before)) == len(before)
    assert [id for id in after if id in before] == before


def test_nothing_in_the_notebook_tells_time_or_machine(built):
    text = (built / "01_trial.ipynb").read_text()
    assert str(built) not in text
    for word in ("iopub", "version_info", "widget-state", "model_id"):
        assert word not in text


def test_a_chapter_that_has_not_changed_is_left_alone(built, capsys):
    before = (built / "01_trial.ipynb").stat()
    assert build.main(["01_trial"], built) == 0
    assert "01_trial.ipynb is up to date" in capsys.readouterr().out
    assert (built / "01_trial.ipynb").stat().st_mtime_ns == before.st_mtime_ns


def test_a_changed_source_makes_the_notebook_stale(built, chapters):
    source = chapters / "source" / "01_trial.py"
    assert not build.is_stale(source, built / "01_trial.ipynb")
    source.write_text(CHAPTER + "\n# %%\n0\n")
    assert build.is_stale(source, built / "01_trial.ipynb")
    assert build.is_stale(source, chapters / "01_trial.ipynb")


def test_a_cell_that_fails_leaves_the_old_notebook_and_names_the_chapter(chapters, capsys):
    (chapters / "source" / "01_trial.py").write_text("# %%\nraise RuntimeError('too hot')\n")
    (chapters / "01_trial.ipynb").write_text("{}")
    assert build.main(["--force"], chapters) == 1
    said = capsys.readouterr().err
    assert "01_trial.py cannot be built" in said
    assert "too hot" in said
    assert (chapters / "01_trial.ipynb").read_text() == "{}"


def test_an_empty_cell_is_refused(chapters):
    (chapters / "source" / "01_trial.py").write_text("# %%\n1\n\n# %%\n\n# %%\n2\n")
    with pytest.raises(ValueError, match="empty code cell"):
        build.read(chapters / "source" / "01_trial.py")


def test_an_unknown_chapter_names_those_that_there_are(chapters, capsys):
    assert build.main(["02_trial"], chapters) == 1
    assert "there are: 01_trial" in capsys.readouterr().err
