"""What was made for a task beside a model that was only asked, on the same examples.

Used in chapters 6.2 to 6.5.
"""

from collections.abc import Mapping

from lmlab.tasks.evaluation import Report, evaluate
from lmlab.tasks.prompting.replies import by_record
from lmlab.tasks.prompting.requests import REQUESTS, by_asking
from lmlab.tasks.task import Predict

ASKED = 60
"""Held-out examples of each task of which a reply is kept with the package."""


def asked_alike(task: str, others: Mapping[str, Predict], n: int = ASKED) -> dict[str, Report]:
    """The reports of `others` and, below them, of SmolLM2, shown examples and shown none.

    All are of the same n held-out examples, and under the names of the models. SmolLM2 replies by
    record, so that n is at most `ASKED`.
    """
    if task not in REQUESTS:
        raise ValueError(f"no request for {task!r}; there are {', '.join(REQUESTS)}.")
    request = REQUESTS[task]
    models = {
        **others,
        f"SmolLM2, {_spelt(request.shots)} examples": by_asking(
            request, by_record(), request.shots
        ),
        "SmolLM2, no example": by_asking(request, by_record()),
    }
    return {
        name: evaluate(request.task, predict, "held-out", n, name=name, progress=False)
        for name, predict in models.items()
    }


def _spelt(number: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(number, str(number))
