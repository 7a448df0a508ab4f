"""`predict`: a question to answer before the next cell shows what happens.

No script and no kernel is needed: each option opens on a click and says why it is right or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from lmlab.course.panel import folded


def predict(question: str, options: Mapping[str, str], answer: str) -> "Prediction":
    """Ask before the reveal: `options` maps each option to what is said to those who choose it.

    Raises ValueError when `answer` is none of the options.
    """
    if answer not in options:
        raise ValueError(f"answer={answer!r} is none of the options: {', '.join(options)}.")
    return Prediction(question, tuple(options.items()), answer)


@dataclass(frozen=True, repr=False)
class Prediction:
    """A question, its options with their feedback, and the right option."""

    question: str
    options: tuple[tuple[str, str], ...]
    answer: str

    def choose(self, letter: str) -> str:
        """The feedback on option a, b, c, …, for places where nothing can be clicked."""
        place = ord(letter.strip().lower()[:1] or " ") - ord("a")
        if not 0 <= place < len(self.options):
            raise ValueError(f"{letter!r} is none of the options a to {self._letter(-1)}.")
        option, feedback = self.options[place]
        return f"{self._verdict(option)} {feedback}"

    def __repr__(self) -> str:
        lines = (f"  {self._letter(i)}) {option}" for i, (option, _) in enumerate(self.options))
        return "\n".join((f"Predict first: {self.question}", *lines))

    def _repr_html_(self) -> str:
        options = (
            folded(option, f"<p>{escape(self.choose(self._letter(i)))}</p>")
            for i, (option, _) in enumerate(self.options)
        )
        return f"<p><b>Predict first:</b> {escape(self.question)}</p>{''.join(options)}"

    def _letter(self, place: int) -> str:
        return chr(ord("a") + place % len(self.options))

    def _verdict(self, option: str) -> str:
        return "✓ Yes." if option == self.answer else "✗ No."
