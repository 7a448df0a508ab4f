"""Ask Python's language reference a question: a small index, and questions to try it on.

Built in chapter 6.4.
"""

from collections.abc import Collection, Sequence

from lmlab.tasks.example import Example
from lmlab.tasks.metrics import Metric, mean_of
from lmlab.tasks.semantic_analysis.words import Vectors, nearest
from lmlab.tasks.task import Predict, Task
from lmlab.text.corpora.python_text import clean

LONGEST_TOPIC, SHORTEST_PASSAGE = 6000, 80  # characters
FOUND = 10
"""As many passages are found for each question."""

QUESTIONS = (
    ("How do I leave a loop early?", "terminates the nearest enclosing loop"),
    ("How can I skip the rest of the loop body?", "continues with the next cycle"),
    ("What do I get from a function without a result?", "explicitly return a value"),
    ("Can I multiply matrices?", "matrix multiplication"),
    ("When is memory that nobody needs any more given free?", "never explicitly destroyed"),
    ("Which values count as false?", "are interpreted as false"),
    ("What is left over after dividing two integers?", "remainder from the division"),
    ("Which line of code does nothing at all?", "null operation"),
    ("How can I be sure that a file is closed again?", "closing opened files"),
    ("How do I make a variable disappear?", "Deletion of a name removes"),
    ("How do I flip all bits of a number?", "bitwise inversion of"),
    ("What is the root of a negative number?", "negative number to a fractional power"),
    ("How do I write a generator?", "Yield expressions and statements are only used when"),
    ("How can I throw the same error again?", "If no expressions are present"),
    ("Can I count from the end of a list?", "negative indices"),
    ("How do I check my assumptions while debugging?", "insert debugging assertions"),
    ("How do I write a small function without a name?", "create anonymous functions"),
    ("How can a function change a module's variable?", "impossible to assign to a global"),
    ("How do I wait for a coroutine?", "Suspend the execution of"),
    ("How do I add to a variable and store the sum in it?", "combination, in a single statement"),
    ("How do I merge one dictionary into another?", "dictionary unpacking"),
    ("What is the address of an object in memory?", "is the memory address where"),
    ("How do I make a tuple with one element?", "trailing comma is required"),
    ("What happens to an error that nobody catches?", "not handled at all"),
    ("Is this item in my list?", "test for membership"),
    ("Why do names begin with two underscores?", "Class-private names"),
    ("May I use underscores in long numbers?", "can be used to group digits"),
    ("How do I walk through the items of a list?", "iterate over the elements of"),
    ("Can one with have several context managers?", 'multiple "with" statements were nested'),
    ("How does a nested function set a variable of the function around it?", "excluding globals"),
)  # fmt: skip
"""Questions in plain words, and words of the one passage that answers each."""


def reference_passages() -> list[str]:
    """The paragraphs of the shorter topics of Python's language reference, the shortest first.

    Each is there once. They differ a little from one version of Python to the next.
    """
    from pydoc_data.topics import topics

    short = (clean(text) for text in topics.values() if len(text) <= LONGEST_TOPIC)
    passages = (passage for text in short for passage in text.split("\n\n"))
    prose = (p for p in passages if len(p) >= SHORTEST_PASSAGE and not p.startswith(" "))
    return sorted(dict.fromkeys(prose), key=len)


def search_examples(passages: Sequence[str]) -> list[Example]:
    """`QUESTIONS` with the passage that is to be found; those that no passage answers are left out.

    (As they may be in another version of Python.)
    """
    found = [(asked, [p for p in passages if key in p]) for asked, key in QUESTIONS]
    return [Example(asked, frozenset(answers)) for asked, answers in found if answers]


def by_searching(vectors: Vectors, passages: Sequence[str], name: str) -> Predict:
    """Questions to the `FOUND` passages whose vectors are nearest, the nearest first."""
    index = vectors(list(passages))

    def search(questions: Sequence[str]) -> list[list[str]]:
        return [
            [passages[place] for place in nearest(query, index, FOUND).tolist()]
            for query in vectors(list(questions))
        ]

    search.__name__ = name
    return search


def recall_at(found: Sequence, relevant: Collection, k: int) -> float:
    """The share of what is relevant that stands among the first k found, from 0 to 1.

    Source: Manning, Raghavan & Schütze 2008, sections 8.3 and 8.4.
    """
    return len(set(found[:k]) & set(relevant)) / len(relevant)


def recall(k: int) -> Metric:
    """The mean of `recall_at` over questions, from 0 to 100."""
    return mean_of(lambda found, example: 100 * recall_at(found, example.wanted, k))


def _draw(split: str, n: int) -> list[Example]:
    """There is one set of questions, whatever the split."""
    return search_examples(reference_passages())[:n]


SEARCH = Task("search", _draw, {"recall@5": recall(5), "recall@1": recall(1)})
