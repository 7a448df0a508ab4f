"""How a model that was never taught a task is asked to do it: in words, perhaps with examples.

Used in chapters 6.2 to 6.5.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from lmlab.tasks.example import Example
from lmlab.tasks.question_answering import QUESTION_ANSWERING
from lmlab.tasks.semantic_analysis import MEANING
from lmlab.tasks.semantic_analysis.pairs import CONTRADICTION, SAME
from lmlab.tasks.sentiment import LABELS, SENTIMENT
from lmlab.tasks.summarisation import SUMMARISATION
from lmlab.tasks.task import Predict, Task

Conversation = list[dict[str, str]]
"""Messages with their role, as `tokenizer.conversation` takes them."""
Reply = Callable[[Sequence[Conversation]], Sequence[str]]
"""A model that answers: conversations in, as many texts out."""

LESSONS = 100
"""The examples shown are chosen among so many of the validation split."""
NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Request:
    """A task in words."""

    task: Task
    order: str
    """What is to be done; it follows each input, for a small model heeds best what it read last."""
    shots: int
    """How many examples are shown, where any are."""
    max_new_tokens: int
    ask: Callable[[Any], str] = str
    """From an input to what the user says."""
    parse: Callable[[str], Any] = str.strip
    """From a reply to a prediction."""
    say: Callable[[Example], str] = attrgetter("wanted")
    """The right reply to an example."""
    kind: Callable[[Example], str] = attrgetter("category")
    """Examples of different kinds are shown, by turns."""

    def lessons(self, shots: int) -> list[Example]:
        """The shortest examples of each kind of the validation split, by turns; none of the test's.

        Short ones, since the model reads all of them again with every question.
        """
        rows: dict[str, list[Example]] = {}
        if shots:  # drawing them takes a while
            for example in self.task.draw("validation", LESSONS):
                rows.setdefault(self.kind(example), []).append(example)
        for row in rows.values():
            row.sort(key=lambda example: len(self.ask(example.input)))
        most = max(map(len, rows.values()), default=0)
        turns = [row[i] for i in range(most) for _, row in sorted(rows.items()) if i < len(row)]
        if not 0 <= shots <= len(turns):
            raise ValueError(f"shots={shots}: from 0 to {LESSONS} examples can be shown.")
        return turns[:shots]

    def conversation(self, input: Any, lessons: Sequence[Example] = ()) -> Conversation:
        """The lessons as if they had been asked and answered, and the input with the order."""
        turns = []
        for lesson in lessons:
            turns += [("user", self._asked(lesson.input)), ("assistant", self.say(lesson))]
        turns.append(("user", self._asked(input)))
        return [{"role": role, "content": content} for role, content in turns]

    def _asked(self, input: Any) -> str:
        return f"{self.ask(input)}\n\n{self.order}"


def by_asking(request: Request, reply: Reply, shots: int = 0) -> Predict:
    """A model that answers, as `evaluate` wants it; `shots` examples are shown before each input.

    Source: Brown et al. 2020 (arXiv 2005.14165), section 2: zero-shot and few-shot.
    """
    lessons = request.lessons(shots)

    def asked(inputs: Sequence[Any]) -> list[Any]:
        replies = reply([request.conversation(each, lessons) for each in inputs])
        return [request.parse(each) for each in replies]

    return asked


def first_of(labels: Mapping[str, str]) -> Callable[[str], str]:
    """A parser: the label of the word that stands first in a reply, or "" when none does."""
    words = re.compile(rf"\b({'|'.join(labels)})\b")

    def parse(reply: str) -> str:
        found = words.search(reply.lower())
        return labels[found[0]] if found else ""

    return parse


def _answer(reply: str) -> str:
    said = reply.strip()
    return "" if said.lower().startswith(NO_ANSWER) else said


REQUESTS = {
    request.task.name: request
    for request in (
        Request(
            QUESTION_ANSWERING,
            "Answer the question with a few words copied from the story. If the story does not "
            f"tell, say: {NO_ANSWER}",
            shots=4,
            max_new_tokens=16,
            ask="{0[0]}\n\nQuestion: {0[1]}".format,
            parse=_answer,
            say=lambda example: example.wanted[0] or NO_ANSWER,
        ),
        Request(
            SUMMARISATION, "Sum up the story in one short sentence.", shots=2, max_new_tokens=32
        ),
        Request(
            MEANING,
            "Can both sentences be true of the same event? Answer with one word: yes or no.",
            shots=4,
            max_new_tokens=12,
            ask="{0[0]}\n{0[1]}".format,
            parse=first_of({"yes": SAME, "no": CONTRADICTION}),
            say=lambda example: "yes" if example.wanted == SAME else "no",
            kind=attrgetter("wanted"),
        ),
        Request(
            SENTIMENT,
            "How does the main person of the story feel in the end? Answer with one word: "
            "positive, negative or neutral.",
            shots=3,
            max_new_tokens=12,
            parse=first_of({label: label for label in LABELS}),
            kind=attrgetter("wanted"),
        ),
    )
}
"""By the names of their tasks."""
