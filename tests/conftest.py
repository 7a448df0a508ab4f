"""Settings of all tests, the browser that some of them drive, and the proof of the exercises."""

from collections import Counter
from contextlib import ExitStack

import pytest
from hypothesis import settings

# No deadline: a busy machine is no mistake of the code. Fewer examples than by default keep the
# whole suite quick; hypothesis still remembers and repeats what it found.
settings.register_profile("lmlab", deadline=None, max_examples=50)
settings.load_profile("lmlab")


@pytest.fixture(scope="session")
def chromium():
    """A headless Chromium; the test is skipped, with its reason, where there is none."""
    from lmlab.viz.bench.chromium import chromium  # here: the checks of shapes come first

    with ExitStack() as till_the_end:
        try:
            found = till_the_end.enter_context(chromium())
        except FileNotFoundError as reason:
            pytest.skip(str(reason))
        yield found


PROOFS = {"wrong_answer": "wrong answers named", "stub": "stub", "reference": "reference"}


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
        of = {proof: tried[number, id, proof] for proof in PROOFS}
        well = {proof: held[number, id, proof] for proof in PROOFS}
        line = "   ".join(f"{well[p]:2} of {of[p]:2} {PROOFS[p]}" for p in PROOFS if of[p])
        mark = "" if well == of else "   ✗ see above"
        terminalreporter.write_line(f"{number:7} {id:26} {line}{mark}", red=bool(mark))
    totals = (
        f"{sum(n for key, n in held.items() if key[-1] == proof)} of "
        f"{sum(n for key, n in tried.items() if key[-1] == proof)} {word}"
        for proof, word in PROOFS.items()
    )
    terminalreporter.write_line(f"{len(exercises)} exercises: {', '.join(totals)}")
