import _thread
import builtins
import gc
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
import torch

from lmlab.course import limits
from lmlab.course.calls import own_line
from lmlab.course.limits import Exceeded

SOON = 0.1  # seconds until a loop is stopped


def loop_for_ever():
    while True:
        pass


def catch_everything():
    while True:
        try:
            time.sleep(0)
        except:  # noqa: E722
            pass


def suppress_everything():
    while True:
        with suppress(BaseException):
            time.sleep(0)


def finish_everything():
    while True:
        try:
            time.sleep(0)
        finally:
            continue  # noqa: B012


def grow():
    kept = []
    while True:
        kept.append("a" * 1000)


@pytest.fixture(autouse=True)
def process_as_before():
    """Whatever is run, the process is left as it was."""
    before = snapshot()
    yield
    assert snapshot() == before


def snapshot():
    memory = limits.resource.getrlimit(limits.resource.RLIMIT_AS) if limits.resource else None
    return sys.stdout, builtins.input, memory, threading.active_count()


def test_work_gives_what_it_returns_and_raises_what_it_raises():
    assert limits.run(lambda: 42, seconds=5.0) == 42
    with pytest.raises(ZeroDivisionError):
        limits.run(lambda: 1 / 0, seconds=5.0)


@pytest.mark.parametrize(
    "work", [loop_for_ever, catch_everything, suppress_everything, finish_everything]
)
def test_loop_without_end_is_stopped_whatever_it_catches(work):
    with pytest.raises(Exceeded, match="loop that never ends"):
        limits.run(work, SOON)


def test_line_in_which_it_was_stopped_is_known():
    with pytest.raises(Exceeded) as stopped:
        limits.run(loop_for_ever, SOON)
    assert own_line(stopped.value).endswith(("while True:", "pass"))


def test_list_that_grows_for_ever_is_stopped(monkeypatch):
    monkeypatch.setattr(limits, "ROOM", 30 * 2**20)
    with pytest.raises(Exceeded, match="more and more memory"):
        limits.run(grow, seconds=60.0)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit addresses")
@pytest.mark.parametrize(
    "work",
    [
        lambda: torch.zeros(10**6, 10**6),
        lambda: torch.ones(10**5, 10**5),
        lambda: "a" * 10**11,
        lambda: [0] * 10**10,
    ],
)
def test_huge_allocation_is_refused_at_once(work):
    with pytest.raises((MemoryError, RuntimeError)) as refused:
        limits.run(work, seconds=60.0)
    assert limits.is_memory_error(refused.value)


def test_other_errors_of_pytorch_are_no_errors_of_memory():
    with pytest.raises(RuntimeError) as error:
        torch.ones(3) @ torch.ones(4)
    assert not limits.is_memory_error(error.value)


def test_call_that_cannot_be_stopped_is_left_behind(monkeypatch):
    monkeypatch.setattr(limits, "_PATIENCE", SOON)
    answered = threading.Event()
    with pytest.raises(Exceeded, match="busy inside a library") as stopped:
        limits.run(answered.wait, SOON)
    assert "line" not in (own_line(stopped.value) or "")
    (left_behind,) = (thread for thread in threading.enumerate() if thread.name == "lmlab-check")
    answered.set()
    left_behind.join(10)
    assert limits.run(lambda: "the next work", seconds=5.0) == "the next work"


def test_nobody_answers_input():
    with pytest.raises(EOFError, match="comes as a parameter"):
        limits.run(lambda: input("your name? "), seconds=5.0)


@pytest.fixture
def without_collection():
    """No garbage is collected: hypothesis listens to that, and would swallow an interrupt there."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture
def interruptible():
    """A process that was begun in the background may be deaf to Ctrl-C."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_interrupt_by_the_user_reaches_the_caller_and_stops_the_work(
    without_collection, interruptible
):
    press_stop = threading.Timer(SOON, _thread.interrupt_main)
    with pytest.raises(KeyboardInterrupt):
        press_stop.start()
        limits.run(loop_for_ever, seconds=60.0)
    press_stop.join()


def test_checks_in_several_threads_wait_for_each_other():
    results = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(limits.run(lambda: n, 5.0)))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == list(range(8))


def test_exit_and_errors_of_the_work_do_not_end_the_caller():
    with pytest.raises(SystemExit):
        limits.run(sys.exit, seconds=5.0)


RUN_OUT_THEN_PROFILE = """
import cProfile
from lmlab.course import limits

def loop():
    while True:
        pass

for seconds in (0.01, 0.02, 0.03):
    try:
        limits.run(loop, seconds)
    except limits.Exceeded:
        pass
cProfile.runctx("limits.run(int, 5)", globals(), {})
"""


def test_nothing_stays_pending_in_the_interpreter():
    """An exception that is still to be raised would keep a profiled call from ever starting."""
    subprocess.run([sys.executable, "-c", RUN_OUT_THEN_PROFILE], timeout=60, check=True)


def test_work_that_ends_just_in_time_is_never_hit_afterwards():
    for wait in torch.linspace(0.0, 2e-3, 60).tolist():
        with suppress(Exceeded):
            limits.run(lambda wait=wait: time.sleep(0.02 + wait), seconds=0.02)
