"""`predict` asks before the next cell shows what happens; `quiz` asks what an exercise has taught.

Where a kernel listens, the options are radio buttons: Tab moves, Space chooses. Where none does, in
a notebook opened again, on an exported page or a code host, each option opens on a click, without a
script. Nothing waits for an answer.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import display

from lmlab.course import logbook
from lmlab.course.exercise import Quiz
from lmlab.course.panel import Panel, folded
from lmlab.course.registry import all_exercises, find

_CLOSE = "style='line-height:1.4'"  # text in a widget has the lines of buttons otherwise


def predict(question: str, options: Mapping[str, str], answer: str) -> "Question":
    """Ask before the reveal: `options` maps each option to what is said to those who choose it.

    Raises ValueError when `answer` is none of the options.
    """
    return Question("Predict first", Quiz(question, dict(options), answer))


def quiz(exercise_id: str) -> "Question":
    """The question that belongs to an exercise; `progress()` shows who has answered it.

    Raises ValueError when there is no such exercise, or none is asked there.
    """
    exercise = find(exercise_id)
    if exercise.quiz is None:
        asked = ", ".join(id for id, other in all_exercises().items() if other.quiz)
        raise ValueError(f"no quiz belongs to {exercise_id!r}; there is one for {asked}.")
    return Question("Quiz", exercise.quiz, logbook.quiz_entry(exercise_id))


@dataclass(frozen=True, repr=False)
class Question:
    """A question as it is shown; `entry` is where the logbook keeps the answer, if it does."""

    heading: str
    quiz: Quiz
    entry: str | None = None

    def choose(self, letter: str) -> str:
        """The feedback on option a, b, c, …, for places where nothing can be clicked."""
        letters = [letter for letter, _ in self._options]
        place = ord(letter.strip().lower()[:1] or " ") - ord("a")
        if not 0 <= place < len(letters):
            raise ValueError(f"{letter!r} is none of the options {letters[0]} to {letters[-1]}.")
        option = self._options[place][1]
        self._keep(option)
        return self._said_to(option)

    @property
    def widget(self) -> widgets.VBox:
        """The question with radio buttons, and with what is said to the option that is chosen."""
        options = [(f"{letter}) {option}", option) for letter, option in self._options]
        choice = widgets.RadioButtons(options=options, value=None, layout={"width": "auto"})
        feedback = widgets.HTML()

        def answer(_change: object) -> None:
            said = self._panel(choice.value)._repr_html_()
            feedback.value = f"<div role='status' {_CLOSE}>{said}</div>"
            self._keep(choice.value)

        choice.observe(answer, names="value")
        instead = f"<style>.{self._name}{{display:none}}</style>"  # of the fallback, while it works
        asked = widgets.HTML(f"{instead}<div {_CLOSE}>{self._asked}</div>")
        return widgets.VBox([asked, choice, feedback], layout={"max_width": "50em"})

    def _ipython_display_(self) -> None:
        display({"text/html": self._repr_html_(), "text/plain": repr(self)}, raw=True)
        if hasattr(get_ipython(), "kernel"):
            display(self.widget)

    def __repr__(self) -> str:
        lines = (f"  {letter}) {option}" for letter, option in self._options)
        return "\n".join((f"{self.heading}: {self.quiz.question}", *lines))

    def _repr_html_(self) -> str:
        options = (
            folded(option, f"<p>{escape(self._said_to(option))}</p>") for _, option in self._options
        )
        return f"<div class='{self._name}'>{self._asked}{''.join(options)}</div>"

    @property
    def _options(self) -> list[tuple[str, str]]:
        return [(chr(ord("a") + place), option) for place, option in enumerate(self.quiz.options)]

    @property
    def _asked(self) -> str:
        return f"<p><b>{self.heading}:</b> {escape(self.quiz.question)}</p>"

    @property
    def _name(self) -> str:
        """A class of HTML for this text alone, the same each time."""
        return f"lmlab-question-{hashlib.sha256(repr(self).encode()).hexdigest()[:8]}"

    def _panel(self, option: str) -> Panel:
        mark, word = ("✓", "Yes") if option == self.quiz.answer else ("✗", "No")
        return Panel(mark, f"{word}.", (self.quiz.options[option],))

    def _said_to(self, option: str) -> str:
        panel = self._panel(option)
        return " ".join((panel.mark, panel.heading, *panel.paragraphs))

    def _keep(self, option: str) -> None:
        if self.entry:
            logbook.keep(self.entry, "passed" if option == self.quiz.answer else "missed")
