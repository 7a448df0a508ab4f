"""Views that ask Python while a kernel runs, and show what was recorded where none does."""

from abc import abstractmethod
from functools import cached_property
from typing import Any

from lmlab.viz.explorer import bundle
from lmlab.viz.explorer.view import View


class AnsweringView(View):
    """A view with an `answer` to what the learner does in it."""

    @abstractmethod
    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """What the view is told, both as JSON; an exception is shown in the view, in words."""

    @cached_property
    def widget(self):
        """The view as an `ipywidgets` widget, which asks `answer`."""
        from lmlab.viz.explorer.widget import answering_widget

        return answering_widget(self.payload, bundle.module(self.scripts), self.answer)
