"""Live views in JupyterLab: what is clicked reaches Python, what Python sets reaches the view."""

import re

import nbformat
import numpy as np
import pytest

from lmlab import viz

pytestmark = pytest.mark.browser

SETUP = """
import numpy as np
from lmlab import viz

def knock_out(heads):
    calls.append(heads)
    return 1.0 + 0.25 * len(heads), np.eye(4)[len(heads)]

calls, tokens = [], list("abcd")
weights = np.tri(4) / np.tri(4).sum(1, keepdims=True) * np.ones((2, 3, 1, 1))
"""

VIEWS = {
    "head_view": "viz.head_view(weights, tokens, layer=0, head=0, live=True)",
    "model_view": "viz.model_view(weights, tokens, layer=0, head=0, live=True)",
    "ablation_lab": "viz.ablation_lab(np.eye(2, 3), tokens, tokens, answer=knock_out, live=True)",
}
CELL = "jupyterapp.shell.currentWidget.content.activeCell"


@pytest.fixture(scope="module")
def notebook(lab, checkout):
    """JupyterLab with a notebook that has shown each view; its last cell is free."""
    shown = [f"{name} = {source}\n{name}" for name, source in VIEWS.items()]
    cells = [nbformat.v4.new_code_cell(source) for source in [SETUP, *shown, "print()"]]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    book = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(book, checkout / "chapters" / "live.ipynb")
    lab.open("live")
    lab.run_all()
    lab.page.wait_for_function("document.querySelectorAll('[data-painted]').length === 3")
    return lab


def view(notebook, name):
    """The view on the page."""
    return notebook.page.locator("[data-painted]").nth(list(VIEWS).index(name))


def printed(notebook, source):
    """What `source` prints, run in the last cell."""
    notebook.page.evaluate(
        """async (source) => {
            const notebook = jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.length - 1;
            notebook.activeCell.model.outputs.clear();
            notebook.activeCell.model.sharedModel.setSource(source);
            void jupyterapp.commands.execute("notebook:run-cell");
        }""",
        source,
    )
    notebook.page.wait_for_function(f"{CELL}.model.outputs.length > 0")
    return notebook.page.evaluate(f"{CELL}.model.outputs.toJSON()[0].text")


def wait_until_printed(notebook, source, wanted):
    """Ask Python until it says so: a click is on its way to the kernel for a moment."""
    for _ in range(20):
        if (said := printed(notebook, f"print({source})")) == f"{wanted}\n":
            return
        notebook.page.wait_for_timeout(100)
    pytest.fail(f"{source} is {said!r}, wanted {wanted!r}")


@pytest.mark.parametrize("name", ["head_view", "model_view"])
def test_a_click_on_a_head_reaches_python(notebook, name):
    head = view(notebook, name).get_by_role("gridcell", name="layer 1, head 2")
    head.scroll_into_view_if_needed()
    head.click()
    wait_until_printed(notebook, f"{name}.selected[:2]", (1, 2))


@pytest.mark.parametrize("name", ["head_view", "model_view"])
def test_what_python_selects_is_shown(notebook, name):
    printed(
        notebook,
        f"{name}.widget.selected = {{**{name}.widget.selected, 'layer': 0, 'head': 1}}; print(1)",
    )
    heading = view(notebook, name).get_by_role("heading", level=4).first
    heading.filter(has_text=re.compile("Layer 0 · head 1")).wait_for()


def test_a_head_that_is_clicked_is_knocked_out_in_python(notebook):
    lab = view(notebook, "ablation_lab")
    printed(notebook, "calls.clear(); print(calls)")
    cell = lab.get_by_role("gridcell").nth(5)  # layer 1, head 2
    cell.scroll_into_view_if_needed()
    cell.click()
    wait_until_printed(notebook, "(1, 2) in calls[-1]", True)
    lab.get_by_role("heading", level=4).filter(has_text="1.2").wait_for()


@pytest.mark.parametrize("live", [False, True])
def test_an_exported_page_works_without_a_network(chromium, tmp_path, live):
    exporter = pytest.importorskip("nbconvert").HTMLExporter()
    for address in ("require_js_url", "mathjax_url", "mermaid_js_url", "jquery_url"):
        setattr(exporter, address, "")  # of nbconvert's own page, not of ours
    data, metadata = viz.head_view(np.eye(4), list("abcd"), live=live)._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data, metadata=metadata)
    cell = nbformat.v4.new_code_cell("view", outputs=[output])
    page_html, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))
    path = tmp_path / "exported.html"
    path.write_text(page_html, encoding="utf-8")

    context = chromium.new_context(offline=True)
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    page.wait_for_selector("[data-painted]", state="attached")
    page.get_by_role("option").nth(2).click()
    assert page.locator(".reading").inner_text().startswith("c (2) looks at c (2)")
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()
