"""No test touches the progress of whoever runs it; the proof of the exercises, as a table."""

from collections import Counter

import pytest


@pytest.fixture(autouse=True)
def learner_home(tmp_path, monkeypatch):
    monkeypatch.setenv("LMLAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


WORDS = {"wrong_answer": "wrong answers named", "stub": "stub", "reference": "reference"}


def pytest_terminal_summary(terminalreporter):
    """A line for each exercise: how many of its wrong answers got their own sentence.

    The reports come from all workers, and each says which proof it is of.
    """
    tried, held = Counter(), Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, value in getattr(report, "user_properties", ()):
                if name == "proof" and report.when == "call":
                    tried[tuple(value)] += 1
                    held[tuple(value)] += outcome == "passed"
    if not tried:
        return
    terminalreporter.section("exercises: each known mistake gets its own sentence")
    exercises = {(number, id) for number, id, _ in tried}
    for number, id in sorted(exercises, key=lambda pair: [*map(int, pair[0].split("."))]):
        of = {proof: tried[number, id, proof] for proof in WORDS}
        well = {proof: held[number, id, proof] for proof in WORDS}
        line = "   ".join(f"{well[p]:2} of {of[p]:2} {WORDS[p]}" for p in WORDS)
        mark = "" if well == of else "   ✗ see above"
        terminalreporter.write_line(f"{number:7} {id:26} {line}{mark}", red=bool(mark))
    totals = (
        f"{sum(n for key, n in held.items() if key[-1] == proof)} of "
        f"{sum(n for key, n in tried.items() if key[-1] == proof)} {word}"
        for proof, word in WORDS.items()
    )
    terminalreporter.write_line(f"{len(exercises)} exercises: {', '.join(totals)}")
