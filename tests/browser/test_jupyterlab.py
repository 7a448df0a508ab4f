"""Chapter 00 in JupyterLab, as a learner has it."""

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def first_chapter(lab):
    """The page after chapter 00 has run to its end."""
    lab.open("00_start_here")
    lab.run_all()
    return lab


def test_the_first_chapter_runs_to_its_end_without_an_error(first_chapter):
    errors = [output for output in first_chapter.outputs() if output["output_type"] == "error"]
    assert errors == []


def test_a_new_user_is_not_asked_about_news(first_chapter):
    assert not first_chapter.page.get_by_text("Jupyter news").count()


def test_the_keyboard_moves_the_head_that_is_shown(first_chapter):
    page = first_chapter.page
    view = page.locator(".lmlab-view").first
    view.scroll_into_view_if_needed()
    page.wait_for_selector("[data-painted]", state="attached")
    heading = view.locator("h4")
    shown = {heading.inner_text()}
    view.locator("[role=gridcell][aria-selected]").focus()
    for key in (",", ".", "[", "]"):  # the head before and after, the layer before and after
        page.keyboard.press(key)
        page.evaluate("new Promise(requestAnimationFrame)")
        shown.add(heading.inner_text())
    assert len(shown) >= 3, shown  # also from a corner of the grid
