"""The explorer as a live widget: the same script, with Python listening."""

import anywidget
import traitlets

from lmlab.viz import bundle


class ExplorerWidget(anywidget.AnyWidget):
    """Shows a payload; `selected` follows the learner, and the view follows `selected`."""

    _esm = bundle.source()
    payload = traitlets.Dict().tag(sync=True)
    selected = traitlets.Dict().tag(sync=True)


def explorer_widget(payload: dict) -> ExplorerWidget:
    """A widget that opens with the payload's own selection."""
    return ExplorerWidget(payload=payload, selected=payload["selected"])
