"""A view as a live widget: the same script, with Python listening."""

import threading
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

Answer = Callable[[dict[str, Any]], dict[str, Any]]
"""What a view asks, as JSON, to what it is told."""

# JupyterLab may deliver questions in several threads of the kernel; a model answers one at a time.
_ONE_AT_A_TIME = threading.RLock()


class ExplorerWidget(anywidget.AnyWidget):
    """Shows a payload; `selected` follows the learner, and the view follows `selected`.

    The view follows `payload` too: a later payload of the same kind is drawn in its place.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    payload = traitlets.Dict().tag(sync=True)
    selected = traitlets.Dict().tag(sync=True)


class AnsweringWidget(ExplorerWidget):
    """A widget whose view asks Python: the view sets `asked`, Python sets `answered`.

    An answer carries the number of its question. What goes wrong reaches the view in words, as
    `error`: a notebook shows no traceback of what a widget runs.
    """

    asked = traitlets.Dict().tag(sync=True)
    answered = traitlets.Dict().tag(sync=True)

    def __init__(self, answer: Answer, **traits: Any):
        super().__init__(**traits)
        self._answer = answer
        self.observe(self._reply, names="asked")

    def _reply(self, change: Any) -> None:
        with _ONE_AT_A_TIME:
            try:
                answer = self._answer(change.new)
            except Exception as error:  # whatever a learner's own function raises
                answer = {"error": f"{type(error).__name__}: {error}"}
            self.answered = {**answer, "number": change.new.get("number")}


def explorer_widget(payload: dict, source: str) -> ExplorerWidget:
    """A widget that opens with the payload's own selection; `source` is its script."""
    return ExplorerWidget(_esm=source, payload=payload, selected=payload["selected"])


def answering_widget(payload: dict, source: str, answer: Answer) -> AnsweringWidget:
    """The same for a view that asks Python."""
    return AnsweringWidget(answer, _esm=source, payload=payload, selected=payload["selected"])
