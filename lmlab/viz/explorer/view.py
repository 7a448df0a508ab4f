"""What every view of the explorer is: data for a script, a still picture, a few lines of text."""

import base64
from abc import ABC, abstractmethod
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from lmlab.viz.explorer import bundle

_WIDGET_MIME = "application/vnd.jupyter.widget-view+json"


class View(ABC):
    """A view that shows itself, as the last line of a cell, in whatever way its place allows.

    It is a page's worth of HTML that works offline, a picture where no script runs, text where no
    picture is shown and, when `live`, a widget to which Python listens. A subclass says what its
    script reads (`payload`), which files of `static/` that script is made of, and what is seen.
    """

    scripts: ClassVar[tuple[str, ...]]

    def __init__(self, title: str, selected: dict[str, Any], data: dict[str, Any], live: bool):
        title = title.encode("utf-8", "replace").decode("utf-8")  # no half of a character
        self.title, self.live, self._selected = title, live, selected
        self.payload = {"view": self.scripts[-1], "title": title, "selected": selected, **data}
        size = len(bundle.to_json(self.payload)) + len(bundle.script(self.scripts))
        if size > bundle.MOST_BYTES:
            raise ValueError(
                f"This view would put {size / 1e6:.1f} MB in the page; the limit is "
                f"{bundle.MOST_BYTES / 1e6:g} MB. {self.narrowing(bundle.MOST_BYTES / size)}"
            )

    @property
    @abstractmethod
    def png(self) -> bytes:
        """A still picture of the view as it opens."""

    @property
    @abstractmethod
    def alt(self) -> str:
        """One or two sentences that say what the picture shows."""

    @abstractmethod
    def __repr__(self) -> str:
        """What is seen, in a few lines of text."""

    @abstractmethod
    def narrowing(self, share: float) -> str:
        """How to bring the view down to `share` of its size."""

    @property
    def selected(self) -> Any:
        """What is chosen: what the view opens with or, when it is live, what was chosen since."""
        return dict(self.widget.selected) if self.live else dict(self._selected)

    @cached_property
    def widget(self):
        """The view as an `ipywidgets` widget, for layouts and for `observe`."""
        from lmlab.viz.explorer.widget import explorer_widget

        return explorer_widget(self.payload, bundle.module(self.scripts))

    @cached_property
    def html(self) -> str:
        """The view as HTML that works anywhere, offline; the same bytes for the same input."""
        png = base64.b64encode(self.png).decode("ascii")
        return bundle.bundle(self.payload, self.scripts, png, self.alt)

    def save(self, path: str | Path) -> Path:
        """Write the view as a page of its own, which any browser opens without a network."""
        path = Path(path)
        path.write_text(bundle.page(self.html, self.title), encoding="utf-8")
        return path

    def _repr_mimebundle_(self, include=None, exclude=None) -> tuple[dict, dict]:
        data = {
            "text/html": self.html,
            "image/png": base64.b64encode(self.png).decode("ascii"),
            "text/plain": repr(self),
        }
        if self.live:
            data[_WIDGET_MIME] = self.widget._repr_mimebundle_()[0][_WIDGET_MIME]
        return data, {"image/png": {"alt": self.alt}}
