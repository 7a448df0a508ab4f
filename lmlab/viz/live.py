"""A picture that is drawn again when one of its controls changes."""

import threading
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets
from IPython.display import display

from lmlab.viz.figures import Picture
from lmlab.viz.labels import Number

# JupyterLab answers controls in threads of the kernel, and matplotlib draws in one at a time only.
_ONE_AT_A_TIME = threading.RLock()


def show_live(
    draw: Callable[..., Picture], controls: Mapping[str, Any], *others: widgets.Widget
) -> None:
    """Show `draw(**values)`, with the controls that hold these values, and `others`, below.

    The picture is an output of its own: it stays where no control can work, on an exported page.
    A ValueError from a first picture is raised; from a later one, it is shown in words.
    """

    def drawn() -> Picture:
        return draw(**{name: control.value for name, control in controls.items()})

    def redraw(_change: object) -> None:
        with _ONE_AT_A_TIME:
            try:
                shown.update(drawn())
                message.value = ""
            except ValueError as error:
                message.value = escape(str(error))

    with _ONE_AT_A_TIME:
        shown, message = display(drawn(), display_id=True), widgets.HTML()
    for control in controls.values():
        control.observe(redraw, names="value")
    display(widgets.VBox([*controls.values(), *others, message], layout={"max_width": "60em"}))


def text_box(text: str) -> widgets.Textarea:
    """A box to type in; the picture follows while the learner types."""
    return widgets.Textarea(text, rows=2, description="text", **_look())


def slider(
    description: str, steps: Sequence[Number], value: Number, off: Number | None = None
) -> widgets.SelectionSlider:
    """A slider over the steps and `value`, in order, up to `off`, which is shown as that word."""
    numbers = sorted({*steps, value})
    options = [(f"{number:g}", number) for number in numbers if off is None or number < off]
    if off is not None:
        options.append(("off", off))
    return widgets.SelectionSlider(
        options=options, value=value, description=description, continuous_update=False, **_look()
    )


def _look() -> dict[str, Any]:
    return {"style": {"description_width": "8em"}, "layout": {"width": "100%"}}
