"""What a model replied: kept, found again by its conversation, and scored as it was then."""

import json

import pytest
import torch

from lmlab.tasks import Example, Task, evaluate, metrics
from lmlab.tasks.prompting import (
    REQUESTS,
    Request,
    ask_model,
    by_asking,
    by_record,
    replies,
    replies_record,
    run_request,
)

TINY = Task(
    "tiny",
    lambda split, n: [Example(f"{split} {i}", "Yes." if i % 2 else "No.") for i in range(n)],
    {"accuracy": metrics.accuracy()},
)
REQUEST = Request(TINY, "Yes or no?", shots=2, max_new_tokens=4)
RUNS = [(run["task"], run["shots"]) for run in replies_record()["runs"]]


def affirm(conversations):
    """A model that says yes to everything."""
    return ["Yes."] * len(conversations)


def test_a_run_keeps_settings_scores_and_replies():
    report, run = run_request(REQUEST, affirm, 2, 5, progress=False)
    assert (run["task"], run["shots"], run["n"]) == ("tiny", 2, 5)
    assert run["scores"]["accuracy"][0] == report["accuracy"].value == 40
    assert len(run["replies"]) == 5 and set(run["replies"].values()) == {"Yes."}


@pytest.mark.parametrize(("task", "shots"), RUNS)
def test_the_shipped_replies_give_the_scores_that_stand_beside_them(task, shots):
    run = next(r for r in replies_record()["runs"] if (r["task"], r["shots"]) == (task, shots))
    request = REQUESTS[task]
    assert (run["order"], run["max_new_tokens"]) == (request.order, request.max_new_tokens)
    predict = by_asking(request, by_record(), shots)
    report = evaluate(request.task, predict, n=run["n"], progress=False)
    for name, (value, low, high) in run["scores"].items():
        found = report[name]
        assert (found.value, found.low, found.high) == pytest.approx((value, low, high))


def test_every_task_was_asked_with_lessons_and_without():
    assert set(RUNS) == {(name, n) for name, each in REQUESTS.items() for n in (0, each.shots)}


def test_what_was_never_asked_is_refused():
    with pytest.raises(ValueError, match="was never asked 'Tom ran.*by_model"):
        by_asking(REQUEST, by_record())(["Tom ran."])


def test_later_runs_take_the_place_of_earlier_ones(tmp_path, monkeypatch):
    monkeypatch.setitem(REQUESTS, "tiny", REQUEST)
    monkeypatch.setattr(replies, "load", lambda name: (torch.nn.Identity(), None))
    monkeypatch.setattr(replies, "by_model", lambda *_: affirm)
    file = tmp_path / "some.json"
    for n in (4, 3):
        reports = ask_model(["tiny"], n, out=file, progress=False)
    runs = json.loads(file.read_text())["runs"]
    assert [(run["shots"], run["n"]) for run in runs] == [(0, 3), (REQUEST.shots, 3)]
    assert [len(report.outcomes) for report in reports] == [3, 3]


def test_an_unknown_task_is_refused_before_any_model_is_loaded():
    with pytest.raises(ValueError, match="'cooking'; there are question answering"):
        ask_model(["cooking"])


def test_the_replies_of_one_model_are_not_put_to_those_of_another(tmp_path):
    file = tmp_path / "some.json"
    file.write_text('{"model": "another", "runs": []}')
    with pytest.raises(ValueError, match="holds replies of 'another'; give another file"):
        ask_model(["sentiment"], 1, model="smollm2-135m", out=file)


def test_a_model_that_was_not_made_to_chat_is_refused():
    with pytest.raises(ValueError, match="not made to chat"):
        ask_model(["sentiment"], 1, model="town-gpt")
