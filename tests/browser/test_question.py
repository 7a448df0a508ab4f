"""A question in JupyterLab: radio buttons while a kernel listens, the fallback when none does."""

import nbformat
import pytest

pytestmark = pytest.mark.browser

CELLS = (
    "import lmlab\nlmlab.predict('Up or down?', {'up': 'No, look.', 'down': 'It is.'}, 'down')",
    "import lmlab.course\nlmlab.course.quiz('causal_mask')",
)


@pytest.fixture
def questions(lab, checkout):
    """A page whose two cells have asked."""
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    book = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(book, checkout / "chapters" / "questions.ipynb")
    lab.open("questions")
    lab.run_all()
    lab.page.wait_for_selector("input[type=radio]")
    return lab.page


def test_the_keyboard_answers_and_the_fallback_makes_room(questions):
    fallback = questions.locator("[class^=lmlab-question]").first
    assert fallback.count() == 1 and not fallback.is_visible()
    questions.locator("input[type=radio]").first.focus()
    questions.keyboard.press("Tab")
    questions.keyboard.press("Space")
    feedback = questions.locator("[role=status]").first
    feedback.wait_for()
    assert "✓ Yes." in feedback.inner_text() and "It is." in feedback.inner_text()


def test_the_fallback_is_there_when_the_kernel_is_gone(questions):
    questions.evaluate("jupyterapp.commands.execute('docmanager:save')")
    questions.wait_for_function("!jupyterapp.shell.currentWidget.context.model.dirty")
    questions.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")
    questions.reload()
    fallback = questions.locator("[class^=lmlab-question]").first
    fallback.wait_for()
    assert fallback.is_visible()
    fallback.locator("summary").nth(1).click()
    assert "✓ Yes. It is." in fallback.inner_text()
