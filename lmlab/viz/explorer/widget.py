"""A view as a live widget: the same script, with Python listening."""

import anywidget
import traitlets


class ExplorerWidget(anywidget.AnyWidget):
    """Shows a payload; `selected` follows the learner, and the view follows `selected`.

    The view follows `payload` too: a later payload of the same kind is drawn in its place.
    """

    _esm = traitlets.Unicode().tag(sync=True)
    payload = traitlets.Dict().tag(sync=True)
    selected = traitlets.Dict().tag(sync=True)


def explorer_widget(payload: dict, source: str) -> ExplorerWidget:
    """A widget that opens with the payload's own selection; `source` is its script."""
    return ExplorerWidget(_esm=source, payload=payload, selected=payload["selected"])
