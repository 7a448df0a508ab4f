"""Parts run one after the other; what there is survives Ctrl-C and what is not installed."""

from types import SimpleNamespace

import pytest

from lmlab.bench import parts
from lmlab.bench.figure import Figure
from lmlab.bench.parts import run


def part(*figures, ends_with=None):
    """A module whose `measure` yields these figures, and then raises."""

    def measure():
        yield from figures
        if ends_with is not None:
            raise ends_with

    return SimpleNamespace(measure=measure)


@pytest.fixture
def parts_are(monkeypatch):
    def let(**modules):
        monkeypatch.setattr(parts, "PARTS", {name: name for name in modules})
        found = {f"lmlab.bench.{name}": module for name, module in modules.items()}
        monkeypatch.setattr(parts, "import_module", found.__getitem__)
        return list(modules)

    return let


ONE, TWO = Figure("one", 1.0, "s"), Figure("two", 2.0, "s", at_most=1.0)


def test_the_report_holds_all_figures_and_is_kept_after_each_part(parts_are):
    kept = []
    names = parts_are(a=part(ONE), b=part(TWO))
    report = run(names, keep=lambda found: kept.append(len(found.figures)))
    assert report.figures == [ONE, TWO] and kept == [1, 2] and not report.stopped


def test_ctrl_c_leaves_what_there_is(parts_are):
    kept = []
    names = parts_are(a=part(ONE), b=part(TWO, ends_with=KeyboardInterrupt()), c=part(ONE))
    report = run(names, keep=lambda found: kept.append(len(found.figures)))
    assert report.figures == [ONE, TWO] and kept == [1, 2]
    assert report.stopped and "'b'" in report.notes[0]


def test_what_is_not_installed_becomes_a_note(parts_are):
    names = parts_are(a=part(ends_with=FileNotFoundError("no browser")), b=part(ONE))
    report = run(names)
    assert report.figures == [ONE] and report.notes == ["'a' was not measured: no browser"]


def test_what_a_part_has_to_say_becomes_a_note(parts_are):
    report = run(parts_are(a=part(ONE, "a page was not drawn")))
    assert report.figures == [ONE] and report.notes == ["a page was not drawn"]


def test_an_error_of_our_own_is_not_hidden(parts_are):
    with pytest.raises(ValueError, match="different ids"):
        run(parts_are(a=part(ends_with=ValueError("different ids"))))


def test_an_unknown_part_is_named_before_anything_runs():
    with pytest.raises(ValueError, match="'speed'; there are import, tokenizers"):
        run(["import", "speed"])
