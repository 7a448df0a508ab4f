"""How tasks are put to a model that only writes: the turns, the lessons, and reading a reply."""

import pytest

from lmlab.tasks import Example, Task, evaluate, metrics
from lmlab.tasks.prompting import REQUESTS, Request, by_asking, first_of

DRAWN = [
    Example("a long tale", "sad", "end"),
    Example("a tale", "glad", "end"),
    Example("tale", "sad", "begin"),
    Example("an old tale", "glad", "begin"),
]
TINY = Task(
    "tiny",
    lambda split, n: DRAWN if split == "validation" else DRAWN[:n],
    {"accuracy": metrics.accuracy()},
)
REQUEST = Request(TINY, "Sad or glad?", shots=2, max_new_tokens=4)


def test_the_order_follows_each_input_and_lessons_come_first():
    turns = REQUEST.conversation("my tale", [DRAWN[0]])
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert [turn["content"] for turn in turns] == [
        "a long tale\n\nSad or glad?",
        "sad",
        "my tale\n\nSad or glad?",
    ]


def test_lessons_take_turns_among_the_kinds_and_the_shortest_come_first():
    shown = [example.input for example in REQUEST.lessons(3)]
    assert shown == ["tale", "a tale", "an old tale"]
    assert REQUEST.lessons(0) == []
    assert len(REQUEST.lessons(4)) == 4


@pytest.mark.parametrize("shots", [5, -1])
def test_more_lessons_than_there_are_are_refused(shots):
    with pytest.raises(ValueError, match=f"shots={shots}"):
        REQUEST.lessons(shots)


def test_what_is_said_is_parsed_and_scored():
    seen = []

    def reply(conversations):
        seen.extend(conversations)
        return [" sad\n"] * len(conversations)

    report = evaluate(TINY, by_asking(REQUEST, reply, shots=2), n=2, progress=False)
    assert report["accuracy"].value == 50
    assert all(len(turns) == 5 for turns in seen)


@pytest.mark.parametrize(
    ("reply", "label"),
    [
        ("Yes, it is.", "same"),
        ("It is not so: no.", "contrary"),
        ("no, yes", "contrary"),
        ("Nobody can know; yesterday?", ""),
        ("", ""),
    ],
)
def test_the_first_whole_word_decides(reply, label):
    assert first_of({"yes": "same", "no": "contrary"})(reply) == label


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=list(REQUESTS))
def test_a_right_reply_is_parsed_as_what_was_wanted(request_):
    examples = [*request_.lessons(8), *request_.task.examples("held-out", 8)]
    said = [request_.parse(request_.say(example)) for example in examples]
    report = evaluate(
        request_.task, lambda inputs: said, examples=examples, batch_size=16, progress=False
    )
    assert report[report.main].value == 100


@pytest.mark.parametrize("request_", REQUESTS.values(), ids=list(REQUESTS))
def test_lessons_are_of_different_kinds_and_none_is_tested(request_):
    lessons = request_.lessons(request_.shots)
    kinds = {request_.kind(example) for example in lessons}
    assert len(lessons) == request_.shots and len(kinds) >= 2
    tested = [example.input for example in request_.task.examples("held-out", 60)]
    assert not any(lesson.input in tested for lesson in lessons)


def test_no_answer_is_said_in_words_and_read_as_nothing():
    request = REQUESTS["question answering"]
    silent = Example(("A tale.", "Who?"), ("",), "no answer")
    assert request.parse(request.say(silent)) == ""
    assert request.parse("No answer.") == "" and request.parse(" Tom ") == "Tom"
